"""Alembic environment: runs the migrations on the engine that `schema` passes to it."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from processes.migrations import two_people
from processes.migrations.schema import METADATA
from processes.storage.types import StateText


def _render(kind: str, item: object, _autogen: object) -> str | Literal[False]:
    """Our column types are written as plain SQLAlchemy types, so that old migrations do not depend on them."""
    if kind == "type" and isinstance(item, StateText):
        return f"sa.String({item.length})"
    if kind == "type" and isinstance(item, TypeDecorator):
        name = type(item).__name__
        return {
            "UtcDateTime": "sa.DateTime(timezone=True)",
            "Yuan": "money_type()",
            "ProcessData": "sa.Text()",
        }[name]
    return False


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """The full-text index is no table of the models: `storage.full_text` creates it."""
    return kind != "table" or not (name or "").startswith("case_text")


def _is_current(connection: Connection) -> bool:
    """Whether there is nothing to run: then triggers are not replaced, as others may be working."""
    try:
        wanted = context.get_revision_argument()
    except KeyError:  # a revision is written, not run
        return False
    found = MigrationContext.configure(connection).get_current_revision()
    return found == context.get_head_revision() and wanted in ("head", found)


engine = context.config.attributes["engine"]
is_sqlite = engine.dialect.name == "sqlite"
with engine.execution_options(write=True).connect() as connection:
    if is_sqlite:
        # A table that others refer to is rebuilt by dropping it; the setting works only outside transactions.
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    try:
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_item=_render,
            render_as_batch=True,
            include_name=_ours,
        )
        with context.begin_transaction():
            if not _is_current(connection):
                two_people.remove(connection)
                context.run_migrations()
                two_people.install(connection)
            if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                raise RuntimeError(f"migration leaves a row of {broken[0]} that refers to nothing")
        connection.commit()
    finally:  # also after a failed upgrade: the connection returns to the pool
        if is_sqlite:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
