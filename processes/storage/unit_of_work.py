"""The transaction, the clock of the program, and data scope in every query.

`with database.unit_of_work() as uow:` rolls back unless `uow.commit()` was said; only
`office.perform` says it.  `database.reading(scope)` gives a session in which every ORM query of a
`Scoped` row is narrowed to the actor's division, so that scoping is not left to the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Engine, and_, create_engine, event, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.pool import ConnectionPoolEntry

from processes.errors import DatabaseBusy
from processes.storage.asking import Asked, fetch
from processes.storage.base import Referred, Row, Scoped
from processes.storage.storing import Write, store
from processes.storage.wire import Statement

BUSY_TIMEOUT_MS = 10_000
REST_SECONDS = 5
_SCOPE = "division_prefix"
_DEPARTMENT = "department"
_RESTING = "resting_since"
_IDLE = 0
"""Libpq's word for a connection on which no transaction has begun."""


def current_instant() -> datetime:
    """Now, as an aware UTC instant: the only place where the program reads the wall clock."""
    return datetime.now(UTC)  # noqa: TID251


def within(column: Any, prefix: str) -> ColumnElement[bool]:
    """Whether a division code lies under a prefix, as an index range (codes are digits only)."""
    if not prefix:
        return column.is_not(None)  # type: ignore[no-any-return]
    return and_(column >= prefix, column < _following(prefix))


def scope_limits(prefix: str) -> dict[str, str]:
    """The range of division codes under a prefix as `low` and `high` (exclusive); nothing for the whole register."""
    return {"low": prefix, "high": _following(prefix)} if prefix else {}


class Database:
    """An engine with the pragmas and hooks of this program."""

    def __init__(self, url: str, clock: Callable[[], datetime] | None = None) -> None:
        self.engine = _engine(url)
        self.clock = clock or current_instant
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.writing = self.engine.execution_options(write=True)

    def unit_of_work(self) -> UnitOfWork:
        """A transaction that may write."""
        return UnitOfWork(self)

    @contextmanager
    def reading(self, prefix: str, department: str | None = None) -> Iterator[Session]:
        """A session that only reads, narrowed to the divisions under `prefix`.

        With a department, cases and work items are narrowed to what was referred to it.
        """
        with _busy_is_unavailable(), Session(self.engine, autoflush=False) as session:
            session.info[_SCOPE] = prefix
            session.info[_DEPARTMENT] = department
            event.listen(session, "do_orm_execute", _narrow)
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


class UnitOfWork:
    """One transaction.  On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`), so that two
    commands on one case queue up instead of failing half-way."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.session = Session(database.writing, expire_on_commit=False, autoflush=False)
        self.now = database.clock().astimezone(UTC)
        self._committed = False
        self._along: list[Write] = []
        self._ready: dict[tuple[type[Row], int], list[Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._committed:
            self.session.rollback()
        self.session.close()
        if isinstance(fault, OperationalError) and _is_busy(fault):
            raise DatabaseBusy() from fault

    def commit(self) -> None:
        """Make everything of this transaction lasting."""
        store(self.session, self._along)
        self.session.commit()
        self._committed = True

    def lock(self, kind: type[Any], row_id: int) -> Any:
        """The row, locked until the end of the transaction (a row lock on PostgreSQL)."""
        return self.session.scalars(select(kind).where(kind.id == row_id).with_for_update()).one_or_none()

    def read(self, *asked: Asked) -> list[list[Any]]:
        """The rows of several queries, read in one trip."""
        return fetch(self.session, asked)

    def keep_ready(self, rows_of: type[Row], owner_id: int, rows: list[Any]) -> None:
        """Keep rows that were read along with others for whoever needs them next."""
        self._ready[rows_of, owner_id] = rows

    def ready(self, rows_of: type[Row], owner_id: int) -> list[Any] | None:
        """Rows that were kept ready, once; None: they have to be read."""
        return self._ready.pop((rows_of, owner_id), None)

    def write_along(self, statement: Statement, values: Mapping[str, Any]) -> None:
        """A statement to be carried out with the rows of this transaction, at its end."""
        self._along.append((statement, values))

    def add(self, row: Row) -> None:
        """A new row of this transaction."""
        self.session.add(row)

    def flush(self) -> None:
        """Send what is pending, so that keys exist and queries see it."""
        self.session.flush()


def _narrow(state: ORMExecuteState) -> None:
    if not state.is_select:
        return
    prefix, department = state.session.info[_SCOPE], state.session.info[_DEPARTMENT]
    if department is not None:
        state.statement = state.statement.options(
            with_loader_criteria(Referred, lambda kind: kind.department == department, include_aliases=True)
        )
    if not prefix:
        return
    low, high = prefix, _following(prefix)
    # The limits stand as variables of their own, so that SQLAlchemy binds them as values: the
    # statement is cached once for all divisions, the values are not.
    state.statement = state.statement.options(
        with_loader_criteria(
            Scoped, lambda kind: and_(kind.division >= low, kind.division < high), include_aliases=True
        )
    )


def _following(prefix: str) -> str:
    """The code after every code under a prefix."""
    return str(int(prefix) + 1).zfill(len(prefix))


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        engine = create_engine(
            url, pool_size=8, max_overflow=8, hide_parameters=True, isolation_level="AUTOCOMMIT"
        )
        event.listen(engine, "before_cursor_execute", _begin_postgresql)
        event.listen(engine, "checkin", _note_rest)
        event.listen(engine, "checkout", _ping_after_rest)
        return engine
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _begin_postgresql(connection: Connection, cursor: Any, *_told: Any) -> None:
    """Begin a transaction that writes with its first statement, so that both travel together.

    Left to the driver, `BEGIN` makes a trip of its own.  What only reads needs no transaction: each query stands for
    itself, as it does in a transaction of this level; and the rollback at its end would be one more trip, after which
    the driver has forgotten every statement that it had prepared.
    """
    if connection.get_execution_options().get("write") and cursor.connection.info.transaction_status == _IDLE:
        cursor.connection.execute("BEGIN")


def _note_rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_RESTING] = monotonic()


def _ping_after_rest(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
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
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _is_busy(fault: OperationalError) -> bool:
    text = str(fault.orig).lower()
    return "locked" in text or "busy" in text or "timeout" in text


@contextmanager
def _busy_is_unavailable() -> Iterator[None]:
    try:
        yield
    except OperationalError as fault:
        if _is_busy(fault):
            raise DatabaseBusy() from fault
        raise
