"""Workers in processes of their own, on the database and the clock of a stage."""

from __future__ import annotations

import socket
import subprocess
import sys

from processes.rehearsal.stage import Stage

_BEGIN = """
import sys, time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from processes.worker import jobs
from processes.access.scope import system_actor
from processes.compound import leasing
from processes.office import Office
from processes.papers import issue
from processes.settings import from_environment
from processes.storage import keyring
from processes.storage.unit_of_work import Database
var, url, now = sys.argv[1:]
settings = replace(from_environment(), var=Path(var))
keyring.use(keyring.open_keyring(settings.keys))
office = Office(settings, Database(url, lambda: datetime.fromisoformat(now)))
"""


def worker(stage: Stage, does: str) -> subprocess.Popen[str]:
    """A process that has an `office` of its own on the stage, and does something."""
    given = (stage.office.settings.var, url_of(stage), stage.clock.now.isoformat())
    return subprocess.Popen(
        [sys.executable, "-c", _BEGIN + does, *map(str, given)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def free_port() -> int:
    """A port on loopback that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def url_of(stage: Stage) -> str:
    """The address of a stage's database, its password included."""
    return str(stage.database.engine.url.render_as_string(hide_password=False))
