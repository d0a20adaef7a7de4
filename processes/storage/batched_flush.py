"""Writes all changes of a transaction in one round trip at its end, for the few commands that request it.

SQLAlchemy's own flush sends a statement for each row and waits for it. At the end of a transaction nothing
needs the returned keys, so new and changed rows are sent together (`round_trip`), followed by `COMMIT`. Rows
linked by changed relationships, SQL expressions as values, and deletions are left to SQLAlchemy's flush.
`batchable` checks which mappings can be written this way (docs/adr/0063).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    ClauseElement,
    Column,
    Connection,
    Dialect,
    Table,
    and_,
    bindparam,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import DataError
from sqlalchemy.orm import InstanceState, Mapper, Session
from sqlalchemy.orm.base import NO_VALUE
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.operators import ColumnOperators

from processes.storage.base import Row
from processes.storage.batchable import require_no_listeners, require_no_session_listeners
from processes.storage.round_trip import Statement, trip

_OLD = "old_"
_DIVISION_BY_ZERO = "22012"
_COMMIT = Statement(lambda _: text("COMMIT"))
Write = tuple[Statement, Mapping[str, Any]]


def store(session: Session, along: Sequence[Write] = ()) -> bool:
    """Write every pending row and additional statements; return whether the transaction has been committed.

    If not, the caller only has to commit; the rows in the session are not updated with what was written.
    Raises `StaleDataError` if a changed row no longer exists, as SQLAlchemy does, and `UnwritableMapping` if
    a listener would be skipped.
    """
    require_no_session_listeners(session)
    fresh, changed = list(session.new), list(session.dirty)
    if session.deleted or any(_needs_mapper(inspect(row)) for row in (*fresh, *changed)):
        session.flush()
        fresh, changed = [], []
    rows = _writes(fresh, changed)
    return bool(rows or along) and _send(session.connection(), rows, along)


def _send(connection: Connection, rows: Sequence[Write], along: Sequence[Write]) -> bool:
    ends = _checks_own_row(connection.dialect)
    try:
        with trip(connection) as send:
            written = [send(statement, values) for statement, values in rows]
            for statement, values in along:
                send(statement, values)
            if ends:
                send(_COMMIT, {})
    except DataError as fault:
        if getattr(fault.orig, "sqlstate", "") == _DIVISION_BY_ZERO:
            raise StaleDataError("a row that was changed is there no longer") from fault
        raise
    if any(cursor.rowcount == 0 for cursor in written):
        raise StaleDataError("a row that was changed is there no longer")
    return ends


def _checks_own_row(dialect: Dialect) -> bool:
    """Whether an update itself fails if its row is missing, so that COMMIT can be sent with it."""
    return dialect.name == "postgresql"


def _needs_mapper(state: InstanceState[Any]) -> bool:
    """Whether the row is linked to others, or one of its values is an SQL expression."""
    changed = state.dict if state.key is None else [n for n in state.committed_state if n in state.dict]
    return _is_tied(state) or any(isinstance(state.dict[name], ColumnOperators) for name in changed)


def _is_tied(state: InstanceState[Any]) -> bool:
    """Whether the row is linked to others by a relationship that was set or changed."""
    names = state.mapper.relationships.keys()
    if not names:
        return False
    if state.key is None:
        return any(state.dict.get(name) for name in names)
    return any(name in state.committed_state for name in names)


def _writes(fresh: Iterable[Row], changed: Iterable[Row]) -> list[Write]:
    """Tables after those that they refer to; in one table updates before inserts, which may reuse unique
    values.

    Updates of one table go by key, as in SQLAlchemy's flush: transactions acquire row locks in the same
    order.
    """
    places = _places()
    writes: list[tuple[tuple[int, bool, Any], Statement, dict[str, Any]]] = []
    for row in changed:
        state = inspect(row)
        table = _table(state)
        values = _net_change(state)
        if values:
            require_no_listeners(state, is_change=True)
            statement = _statement(table, tuple(values), is_change=True)
            assert state.key is not None
            writes.append(((places[table], False, state.key[1]), statement, values | _old_key(state)))
    for row in fresh:
        state = inspect(row)
        table = _table(state)
        values = _all_values(state)
        require_no_listeners(state, is_change=False)
        statement = _statement(table, tuple(values), is_change=False)
        writes.append(((places[table], True, ()), statement, values))
    writes.sort(key=lambda write: write[0])
    return [(statement, values) for _, statement, values in writes]


def _net_change(state: InstanceState[Any]) -> dict[str, Any]:
    """Values to store, by column: attributes that differ from the loaded value."""
    columns = _columns(state.mapper)
    values = {}
    for name, old in state.committed_state.items():
        column = columns.get(name)
        if column is None:
            continue
        new = state.dict[name]
        if old is NO_VALUE or not column.type.compare_values(old, new):
            values[column.key] = new
    return values


def _all_values(state: InstanceState[Any]) -> dict[str, Any]:
    """Values to store for a new row, by column; missing ones get the column's default."""
    values = {}
    for name, column in _columns(state.mapper).items():
        if name in state.dict:
            value = state.dict[name]
            if value is not None or not column.primary_key:
                values[column.key] = value
        elif column.default is not None:
            default: Any = column.default
            values[column.key] = default.arg(None) if default.is_callable else default.arg
    return values


def _old_key(state: InstanceState[Any]) -> dict[str, Any]:
    """The parameters that identify the stored row."""
    assert state.key is not None
    return {f"{_OLD}{c.key}": v for c, v in zip(state.mapper.primary_key, state.key[1], strict=True)}


def _table(state: InstanceState[Any]) -> Table:
    return cast("Table", state.mapper.local_table)


@cache
def _columns(mapper: Mapper[Any]) -> dict[str, Column[Any]]:
    """The columns of a class by attribute."""
    return {a.key: a.columns[0] for a in mapper.column_attrs if isinstance(a.columns[0], Column)}


@cache
def _places() -> dict[Table, int]:
    return {table: n for n, table in enumerate(Row.metadata.sorted_tables)}


@cache
def _statement(table: Table, columns: tuple[str, ...], *, is_change: bool) -> Statement:
    """The `INSERT` or `UPDATE` of these columns; the number of variants is limited by the program."""
    values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    if not is_change:
        return Statement(lambda _: insert(table).values(values))
    keys = [c == bindparam(f"{_OLD}{c.key}", type_=c.type) for c in table.primary_key]
    changing = update(table).where(and_(*keys)).values(values)

    def made(dialect: Dialect) -> ClauseElement:
        if not _checks_own_row(dialect):
            return changing
        # Fails if there is no such row, and with it everything sent after it, including COMMIT.
        changed_rows = changing.returning(literal(1)).cte("found")
        return select(literal(1) / func.count()).select_from(changed_rows)

    return Statement(made)
