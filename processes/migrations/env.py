"""What Alembic runs: the migrations, over the engine that `schema` hands it."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlalchemy.types import TypeDecorator

from processes.migrations.schema import METADATA


def _render(kind: str, thing: object, _autogen: object) -> str | Literal[False]:
    """Column types of our own are written as plain SQLAlchemy types, so that old migrations stay."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        name = type(thing).__name__
        return {
            "UtcDateTime": "sa.DateTime(timezone=True)",
            "Yuan": "money_type()",
            "Encrypted": "sa.LargeBinary()",
            "SealedData": "sa.LargeBinary()",
            "ProcessData": "sa.Text()",
        }[name]
    return False


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """The index of texts is no table of the models: `storage.full_text` makes it."""
    return kind != "table" or not (name or "").startswith("case_text")


engine = context.config.attributes["engine"]
is_sqlite = engine.dialect.name == "sqlite"
with engine.execution_options(write=True).connect() as connection:
    if is_sqlite:
        # A table that others refer to is rebuilt by dropping it; the setting holds outside transactions only.
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
            context.run_migrations()
            if is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                raise RuntimeError(f"migration leaves a row of {broken[0]} that refers to nothing")
        connection.commit()
    finally:  # after an upgrade that stopped too: the connection goes back to the pool
        if is_sqlite:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
