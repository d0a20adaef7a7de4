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

_given: list[Path] = []


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="yimen-blank-")


def folder() -> Path:
    """Return a temporary folder for templates, deleted with the process."""
    return Path(_folder().name)


@cache
def model() -> Path:
    """Return the file of the template, which lives as long as the process that made it."""
    if _given:
        return _given[-1]
    file = folder() / "blank.sqlite"
    engine = open_engine(f"sqlite:///{file}")
    schema.upgrade(engine)
    engine.dispose()
    return file


def use(file: Path) -> None:
    """Use the template of the parent process, which outlives this one."""
    _given.append(file)


def copy_to(file: Path) -> None:
    """Copy the template database to where a stage will open it."""
    shutil.copyfile(model(), file)
