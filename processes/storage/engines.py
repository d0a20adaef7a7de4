"""Connections to the two databases, and the meaning of their errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

from processes.errors import DatabaseBusy, DatabaseDamaged, DatabaseUnreachable, Unavailable
from processes.storage.round_trip import as_sqlalchemy_errors

BUSY_TIMEOUT_MS = 10_000
"""How long to wait for a lock, on both databases."""
CONNECT_TIMEOUT_S = 5
SILENCE_TIMEOUT_MS = 30_000
"""A connection without a response of the network is closed after this."""
PREPARED_AFTER = 5
"""Executions of a command's statement before the driver prepares it."""
FORGOTTEN_MS = 300_000
"""The server ends an idle transaction after this."""
REST_SECONDS = 5
_RESTING = "resting_since"
_IDLE = 0
"""Libpq's status of a connection without a transaction."""
_DAMAGED = ("malformed", "not a database")
_STORE_FAILS = ("unable to open", "disk", "readonly")
"""SQLite's error messages for problems of the disk."""


def open_engine(url: str) -> Engine:
    """Create an engine with the pragmas and hooks of this program; `execution_options(write=True)` for writes."""
    if not url.startswith("sqlite"):
        engine = create_engine(
            url,
            pool_size=8,
            max_overflow=8,
            pool_use_lifo=True,  # the most recently used connection has prepared statements and a warm cache
            hide_parameters=True,
            isolation_level="AUTOCOMMIT",
            connect_args=_timeouts(),
        )
        event.listen(engine, "engine_connect", _choose_planning)
        event.listen(engine, "before_cursor_execute", _begin_postgresql)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", _ping_after_idle)
        return engine
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def is_absent(engine: Engine) -> bool:
    """Return whether the file of a SQLite database is missing, which connecting would create."""
    name = engine.url.database
    return (
        engine.dialect.name == "sqlite" and bool(name) and name != ":memory:" and not Path(str(name)).exists()
    )


def _timeouts() -> dict[str, Any]:
    """Timeouts for PostgreSQL: a server that is down, or a lock that is not released, must not block a desk."""
    return {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENCE_TIMEOUT_MS,
        "options": f"-c lock_timeout={BUSY_TIMEOUT_MS} -c idle_in_transaction_session_timeout={FORGOTTEN_MS}",
    }


def _choose_planning(connection: Connection) -> None:
    """Use prepared plans for commands, which read by key; plan queries of pages with their actual values.

    A generic plan assumes the same size for a county and a village, and the same frequency for every word.
    """
    driver: Any = connection.connection.dbapi_connection
    driver.prepare_threshold = PREPARED_AFTER if connection.get_execution_options().get("write") else None


def _begin_postgresql(connection: Connection, cursor: Any, *_told: Any) -> None:
    """Begin a transaction that writes with its first statement, so that both travel together.

    Left to the driver, `BEGIN` makes a trip of its own.  What only reads needs no transaction: each query stands for
    itself, as it does in a transaction of this level; and the rollback at its end would be one more trip, after which
    the driver has forgotten every statement that it had prepared.
    """
    if connection.get_execution_options().get("write") and cursor.connection.info.transaction_status == _IDLE:
        with as_sqlalchemy_errors(connection):
            cursor.connection.execute("BEGIN")


def _note_rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_RESTING] = monotonic()


def _ping_after_idle(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
    """Ask a connection that rested whether it still lives; one in constant use needs no question."""
    if monotonic() - record.info.get(_RESTING, monotonic()) < REST_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except connection.__class__.OperationalError as fault:
        raise DisconnectionError() from fault


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # commits survive a power failure
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise `DatabaseBusy`, `DatabaseUnreachable` or `DatabaseDamaged` for external causes; other errors pass
    unchanged."""
    try:
        yield
    except (DBAPIError, PoolExhausted) as fault:
        outside = _outside(fault)
        if outside is None:
            raise
        raise outside from fault


def _outside(fault: DBAPIError | PoolExhausted) -> Unavailable | None:
    if isinstance(fault, PoolExhausted):
        return DatabaseBusy()
    if any(word in str(fault.orig).lower() for word in _DAMAGED):
        return DatabaseDamaged()
    if not isinstance(fault, OperationalError):
        return DatabaseUnreachable() if fault.connection_invalidated else None
    text = str(fault.orig).lower()
    if any(word in text for word in ("locked", "busy", "timeout", "deadlock")):
        return DatabaseBusy()
    # PostgreSQL reports an operational error only for external causes; SQLite also for a wrong statement.
    if hasattr(fault.orig, "sqlstate") or any(word in text for word in _STORE_FAILS):
        return DatabaseUnreachable()
    return None
