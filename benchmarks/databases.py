"""Databases to measure on: SQLite in a temporary folder, and PostgreSQL if one is running.

PostgreSQL is found by `YIMEN_TEST_POSTGRESQL`; if it is not set, the scripts of `./test` start one on
loopback and stop it afterwards.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.builders.databases import fresh_postgresql

_SCRIPT = """
. scripts/setup.sh; . scripts/postgresql.sh; YIMEN_PG_FSYNC=on start_postgresql >&2
echo "$YIMEN_TEST_POSTGRESQL $PG_HOME"
"""
ROOT = Path(__file__).parent.parent


def databases() -> Iterator[tuple[str, str]]:
    """Name and URL of each database, empty."""
    with tempfile.TemporaryDirectory() as folder:
        yield "sqlite", f"sqlite:///{folder}/benchmark.sqlite"
    home = ""
    if "YIMEN_TEST_POSTGRESQL" not in os.environ:
        started = subprocess.run(
            ["bash", "-c", _SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True
        )
        os.environ["YIMEN_TEST_POSTGRESQL"], home = started.stdout.split()[-2:]
    try:
        with fresh_postgresql() as url:
            yield "postgresql", url
    finally:
        if home:
            _stop(Path(home))


def _stop(home: Path) -> None:
    """End the server that was started here, by its process id."""
    pid = int((home / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGINT)
    while (home / "data" / "postmaster.pid").exists():
        signal.sigtimedwait([], 0.1)
    shutil.rmtree(home)
