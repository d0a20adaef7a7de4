"""Sends several statements in one round trip to the database.

On PostgreSQL through libpq's pipeline: the server starts with the first while the last is being sent, and
nothing waits in between. SQLite is in-process and executes them one by one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, cast

from sqlalchemy import ClauseElement, Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

_log = logging.getLogger(__name__)

Send = Callable[["Statement", Mapping[str, Any]], Any]
Processor = Callable[[Any], Any]


class Statement:
    """A statement with named parameters, compiled once for each kind of database."""

    def __init__(self, made: Callable[[Dialect], ClauseElement]) -> None:
        self.made = made
        """The statement as an SQLAlchemy expression, which may differ between databases."""
        self._compiled: dict[str, _Compiled] = {}

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Execute it through SQLAlchemy, in a separate round trip."""
        connection.execute(cast("Executable", self.made(connection.dialect)), dict(values))

    def on(self, dialect: Dialect) -> _Compiled:
        """Return the statement compiled for this kind of database."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self.made(dialect), dialect)
        return compiled


class _Compiled:
    """Text, and conversion of values for the driver."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._order = tuple(compiled.positiontup) if compiled.positional else None
        self._fixed = {n: b.effective_value for n, b in compiled.binds.items() if not b.required}
        self._binders = {n: p for n, b in compiled.binds.items() if (p := _binder(b.type, dialect))}

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """Return the values for the driver: by name, or in order."""
        given = {**self._fixed, **values}
        for name, bind in self._binders.items():
            given[name] = bind(given[name])
        return given if self._order is None else tuple([given[n] for n in self._order])


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


@contextmanager
def trip(connection: Connection) -> Iterator[Send]:
    """Provide a function that sends a statement and returns its cursor, to be read after the block.

    Raises SQLAlchemy's exceptions (`IntegrityError`, `OperationalError` …): statements sent after a failed
    one were not executed.
    """
    driver = connection.connection.dbapi_connection
    # SQLite's connection has no pipeline: nothing to wait for.
    pipeline: Callable[[], AbstractContextManager[Any]] = getattr(driver, "pipeline", nullcontext)
    with as_sqlalchemy_errors(connection), pipeline():
        yield partial(_send, connection, driver)


def _send(connection: Connection, driver: Any, statement: Statement, values: Mapping[str, Any]) -> Any:
    compiled, cursor = statement.on(connection.dialect), driver.cursor()
    parameters = compiled.parameters(values)
    # Listeners on statements are called for these too, first of all the one that begins a transaction.
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, cursor, compiled.text, parameters, None, False)
    # SQLAlchemy's own log does not include these; values are not logged, as they are personal data.
    _log.debug("%s", compiled.text)
    cursor.execute(compiled.text, parameters)
    return cursor


@contextmanager
def as_sqlalchemy_errors(connection: Connection) -> Iterator[None]:
    """Raise a driver's error as SQLAlchemy's; a lost connection is invalidated, as SQLAlchemy would."""
    dialect = connection.dialect
    drivers_error = dialect.loaded_dbapi.Error
    try:
        yield
    except drivers_error as fault:
        lost = dialect.is_disconnect(fault, connection.connection.dbapi_connection, None)
        if lost:
            connection.invalidate(fault)
        raise DBAPIError.instance(
            None,
            None,
            fault,
            drivers_error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        ) from fault
