"""Runs several queries in one round trip (`round_trip`); their rows enter the session as if it had loaded
them.

An `Ask` is created once, at the top of a module, and executed with named parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import Dialect, Select, inspect
from sqlalchemy.orm import Session, class_mapper

from processes.storage.base import Referred, Row, Scoped
from processes.storage.round_trip import Processor, Statement, trip

R = TypeVar("R", bound=Row)
Asked = tuple["Ask[Any]", Mapping[str, Any]]


class Ask(Generic[R]):
    """A query that selects complete rows of one class."""

    def __init__(self, kind: type[R], query: Select[R]) -> None:
        self.kind = kind
        self.statement = Statement(lambda _: query)
        self._mapper = class_mapper(kind)
        self._columns = list(query.selected_columns)
        self._names = [self._mapper.get_property_by_column(c).key for c in self._columns]
        self._key_at = self._columns.index(self._mapper.primary_key[0])
        self._readers: dict[str, list[tuple[int, Processor]]] = {}

    def rows(self, session: Session, cursor: Any, dialect: Dialect) -> list[R]:
        """Return the rows of a cursor as rows of the session; a row already in the session is unchanged."""
        readers = self._readers.get(dialect.name)
        if readers is None:
            readers = self._readers[dialect.name] = self._readers_for(cursor, dialect)
        return [self._row(session, list(values), readers) for values in cursor.fetchall()]

    def _row(self, session: Session, values: list[Any], readers: list[tuple[int, Processor]]) -> R:
        key = self._mapper.identity_key_from_primary_key((values[self._key_at],))
        known: R | None = session.identity_map.get(key)
        if known is not None:
            return known
        for at, read in readers:
            values[at] = read(values[at])
        row: R = self._mapper.class_manager.new_instance()
        row.__dict__.update(zip(self._names, values, strict=True))
        # What SQLAlchemy's own loader does with a row; `Session.add` would also search related rows.
        state = inspect(row)
        state.key, state.session_id = key, session.hash_key
        session.identity_map.add(state)
        return row

    def _readers_for(self, cursor: Any, dialect: Dialect) -> list[tuple[int, Processor]]:
        """Converters from the driver's values to the row's, by position; most columns need none."""
        readers: list[tuple[int, Processor]] = []
        for at, (column, described) in enumerate(zip(self._columns, cursor.description, strict=True)):
            read = column.type.dialect_impl(dialect).result_processor(dialect, described[1])
            if read is not None:
                readers.append((at, read))
        return readers


SCOPE = "division_prefix"
"""Key in a session's `info`: the division that its queries are limited to."""


def fetch(session: Session, asked: Sequence[Asked]) -> list[list[Any]]:
    """Return the rows of several queries, in one round trip; a query runs after the previous one got its
    locks.

    Data scope is not added here: a session with a scope refuses rows that belong to a division.
    """
    if SCOPE in session.info and any(issubclass(ask.kind, Scoped | Referred) for ask, _ in asked):
        raise TypeError("rows under data scope are read by queries of the session")
    connection = session.connection()
    with trip(connection) as send:
        cursors = [send(ask.statement, values) for ask, values in asked]
    dialect = connection.dialect
    return [ask.rows(session, cursor, dialect) for (ask, _), cursor in zip(asked, cursors, strict=True)]
