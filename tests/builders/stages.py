"""Founded offices, copied: schema, county and releases are made once in a process, then every test gets a copy of its own.

Bringing a database through all migrations takes half a second, and nearly every test wants one.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import delete, text

from processes.cases.draw_models import DrawNumber, DrawRound
from processes.migrations import schema
from processes.rehearsal import blank
from processes.rehearsal.stage import Stage, commit_numbers
from processes.releases.bundle import Bundle
from processes.settings import Settings
from processes.storage.engines import open_engine
from tests.builders.databases import fresh_postgresql

_folder = tempfile.TemporaryDirectory(prefix="yimen-stages-")
_kept = ExitStack()
_files: dict[tuple[str, ...], Path] = {}
_names: dict[tuple[str, ...], str] = {}


def on_sqlite(settings: Settings, file: Path, *bundles: Bundle) -> Stage:
    """An office of a test's own in a file, founded with these programmes."""
    key = tuple(b.digest for b in bundles)
    if key not in _files:
        model = Path(_folder.name) / f"{len(_files)}.sqlite"
        blank.copy_to(model)
        _found(Stage(settings, f"sqlite:///{model}"), bundles)
        _files[key] = model
    shutil.copyfile(_files[key], file)
    return _own(Stage(settings, f"sqlite:///{file}"))


@contextmanager
def on_postgresql(settings: Settings, *bundles: Bundle) -> Iterator[Stage]:
    """The same in a database of PostgreSQL, dropped afterwards."""
    key = tuple(b.digest for b in bundles)
    if key not in _names:
        url = _kept.enter_context(fresh_postgresql(blank_postgresql()))
        _found(Stage(settings, url), bundles)
        _names[key] = url.rpartition("/")[2]
    with fresh_postgresql(_names[key]) as url:
        made = _own(Stage(settings, url))
        yield made
        made.close()


def _own(copy: Stage) -> Stage:
    """Make a copy the test's own: the numbers of the draw, all that is sealed of a founded office, under its keys."""
    with copy.database.unit_of_work() as uow:
        for kind in (DrawNumber, DrawRound):
            uow.session.execute(delete(kind))
            if not copy.database.is_sqlite:  # which counts on after what was there
                uow.session.execute(text(f"ALTER SEQUENCE {kind.__tablename__}_id_seq RESTART"))
        commit_numbers(uow)
        uow.commit()
    return copy


@cache
def blank_postgresql() -> str:
    """The name of a database with the schema alone, to be copied."""
    url = _kept.enter_context(fresh_postgresql())
    engine = open_engine(url)
    schema.upgrade(engine)
    engine.dispose()
    return url.rpartition("/")[2]


def forget() -> None:
    """Drop the models; at the end of the tests."""
    _kept.close()
    _folder.cleanup()


def _found(model: Stage, bundles: tuple[Bundle, ...]) -> None:
    """Found a model and close it, so that the file is whole and nobody is connected."""
    model.found(*bundles)
    model.close()
