"""Planner hints in statements."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import SQLCoreOperations


def unindexed(session: Session, column: SQLCoreOperations[str]) -> SQLCoreOperations[str]:
    """Prevent SQLite from starting with the index of a column.

    Not on PostgreSQL, where an expression would hide the column's statistics: it estimated a hundred open
    cases in the county and read them all.
    """
    if session.get_bind().dialect.name != "sqlite":
        return column
    hidden: ColumnElement[str] = column.concat("")
    return hidden
