"""Finds references to missing rows and values that cannot be read; the program never writes either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    Date,
    ForeignKeyConstraint,
    Select,
    Table,
    Text,
    and_,
    exists,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from processes.policy import values
from processes.storage.base import Row
from processes.storage.types import ProcessData, UtcDateTime, Yuan
from processes.texts import tr

_AT_ONCE = 5_000
_ON_SQLITE: dict[type, Callable[[Any], object]] = {
    Date: date.fromisoformat,
    UtcDateTime: datetime.fromisoformat,
    Yuan: Decimal,
}
"""Types that SQLite stores as text and PostgreSQL does not, and their parsers."""


def differing(session: Session) -> Iterator[str]:
    """Return a sentence for each such value; other comparisons that meet one may be incomplete."""
    for table in Row.metadata.sorted_tables:
        for constraint in sorted(table.foreign_key_constraints, key=lambda one: [*one.column_keys]):
            yield from _astray(session, table, constraint)
        yield from _unreadable(session, table)


def _astray(session: Session, table: Table, constraint: ForeignKeyConstraint) -> Iterator[str]:
    for key in session.execute(_pointing_nowhere(table, constraint)):
        columns = tr("、").join(constraint.column_keys)
        yield tr("{key}的 {columns} 所指的记录不存在", key=_named(table, key), columns=columns)


@cache
def _pointing_nowhere(table: Table, constraint: ForeignKeyConstraint) -> Select[Any]:
    other = constraint.referred_table.alias()
    pairs = [(part.parent, other.c[part.column.name]) for part in constraint.elements]
    there = exists().where(and_(*(theirs == own for own, theirs in pairs)))
    query = select(*table.primary_key.columns).where(*(own.is_not(None) for own, _ in pairs), ~there)
    return query.order_by(*table.primary_key.columns)


def _unreadable(session: Session, table: Table) -> Iterator[str]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    read = {c.name: how for c in table.columns if (how := _reader(c, is_sqlite)) is not None}
    if not read:
        return
    keys = list(table.primary_key.columns)
    query = select(*keys, *(type_coerce(table.c[name], Text).label(f"told_{name}") for name in read))
    for row in session.execute(query.order_by(*keys).execution_options(yield_per=_AT_ONCE)):
        for (name, how), value in zip(read.items(), row[len(keys) :], strict=True):
            if value is not None and not _reads(how, value):
                yield tr("{keys}的 {name} 不能读取", keys=_named(table, row[: len(keys)]), name=name)


def _reader(column: Column[Any], is_sqlite: bool) -> Callable[[Any], object] | None:
    if isinstance(column.type, ProcessData):
        return _nested
    return next(
        (how for kind, how in _ON_SQLITE.items() if is_sqlite and isinstance(column.type, kind)), None
    )


def _nested(text: str) -> object:
    found = values.loads(text)
    if not isinstance(found, dict | list):
        raise TypeError
    return found


def _reads(how: Callable[[Any], object], value: Any) -> bool:
    try:
        how(value)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError):
        return False
    return True


def _named(table: Table, key: Any) -> str:
    return tr("{name} 第 {key} 行", name=table.name, key="/".join(map(str, key)))
