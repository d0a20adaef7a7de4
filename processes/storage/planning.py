"""What a statement says to a planner beside what it asks."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations


def unindexed(session: Session, column: SQLCoreOperations[str]) -> SQLCoreOperations[str]:
    """A column by whose index SQLite is not to begin.

    PostgreSQL weighs by its own figures of the column, which an expression would hide: it took every open case of the
    county for a hundred and read them all.
    """
    if session.get_bind().dialect.name != "sqlite":
        return column
    hidden: ColumnElement[str] = column.concat("")
    return hidden
