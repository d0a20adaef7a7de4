"""A template database with the current schema, made once in a process and copied for every stage.

Running all migrations takes longer than playing most scenarios.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from processes.migrations import schema
from processes.storage.engines import open_engine


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """A temporary folder, deleted with the process."""
    return tempfile.TemporaryDirectory(prefix="yimen-blank-")


@cache
def _model() -> Path:
    file = Path(_folder().name) / "blank.sqlite"
    engine = open_engine(f"sqlite:///{file}")
    schema.upgrade(engine)
    engine.dispose()
    return file


def copy_to(file: Path) -> None:
    """Copy the template database to where a stage will open it."""
    shutil.copyfile(_model(), file)
