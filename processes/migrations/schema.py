"""Upgrades a database to the current schema; imports every table of the office."""

from __future__ import annotations

from enum import Enum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.orm import configure_mappers

import processes.access.models
import processes.access.phrase_models
import processes.cases.anchor_models
import processes.cases.colleague_models
import processes.cases.draw_models
import processes.cases.holiday_models
import processes.cases.migration_models
import processes.cases.models
import processes.cases.move_models
import processes.cases.queue_models
import processes.cases.restoration_models
import processes.coordination.models
import processes.decisions.models
import processes.papers.archive_models
import processes.papers.models
import processes.papers.run_models
import processes.parameters.models
import processes.people.models
import processes.releases.models
import processes.relief.claim_models
import processes.relief.fund_models
import processes.relief.models
import processes.storage.outbox  # noqa: F401
from processes.errors import SchemaNewer
from processes.storage.base import Row

METADATA = Row.metadata
configure_mappers()  # every model is imported here: one that cannot be written in batches is refused at once
FOLDER = Path(__file__).parent
_SEALED_SINCE = "0053"


class Position(Enum):
    """The schema of a database compared with this version of the program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"
    """A revision unknown to this version: made by a later one."""


def position(engine: Engine) -> Position:
    """Compare a database's schema with the newest migration of this program."""
    found = revision(engine)
    if found is None:
        return Position.EMPTY
    if found == head():
        return Position.CURRENT
    return Position.OLDER if is_known(engine, found) else Position.NEWER


@cache
def head() -> str | None:
    """Return the newest migration of this program."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return ScriptDirectory.from_config(config).get_current_head()


def revision(engine: Engine) -> str | None:
    """Return the migration of a database; None if it has none of our tables."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_known(engine: Engine, found: str) -> bool:
    """Return whether this program has a migration."""
    scripts = ScriptDirectory.from_config(_config(engine))
    return found in {script.revision for script in scripts.walk_revisions()}


def upgrade(engine: Engine) -> None:
    """Run every migration that the database lacks; raises `SchemaNewer` if it is of a later version."""
    before = revision(engine)
    if before is not None and not is_known(engine, before):
        raise SchemaNewer()
    command.upgrade(_config(engine), "head")
    if before is not None and before < _SEALED_SINCE:
        _rewrite_tables(engine)


def _rewrite_tables(engine: Engine) -> None:
    """Rewrite the tables: data stored in clear before encryption are still in their pages."""
    raw = engine.raw_connection()  # neither database allows this within a transaction
    try:
        if engine.dialect.name == "sqlite":
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            raw.driver_connection.autocommit = True  # type: ignore[union-attr]
            raw.driver_connection.execute("VACUUM FULL")  # type: ignore[union-attr]
            raw.driver_connection.autocommit = False  # type: ignore[union-attr]
    finally:
        raw.close()


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["engine"] = engine
    return config


def revise(engine: Engine, message: str, number: str) -> None:
    """Write the next migration from the difference between models and database."""
    command.revision(_config(engine), message=message, rev_id=number, autogenerate=True)
