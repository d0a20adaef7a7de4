"""The transaction, the program's clock, and data scope in every query.

`with database.unit_of_work() as uow:` rolls back unless `uow.commit()` is called; only `office.perform` calls
it. `database.reading(scope)` gives a session in which every ORM query of a `Scoped` row is limited to the
actor's division, so that scoping is not left to the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Engine, and_, event, false, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from processes.storage.base import Referred, Row, Scoped
from processes.storage.batched_flush import Write, store
from processes.storage.batched_reads import SCOPE, Asked, fetch
from processes.storage.engines import open_engine, translate_errors
from processes.storage.round_trip import Statement

_DEPARTMENT = "department"


def current_instant() -> datetime:
    """Return now, as an aware UTC instant; the program reads the system clock only here."""
    return datetime.now(UTC)  # noqa: TID251


def within(column: Any, prefix: str) -> ColumnElement[bool]:
    """Return a condition for division codes under a prefix, as an index range (codes are digits only)."""
    if not prefix:
        return column.is_not(None)  # type: ignore[no-any-return]
    if not (prefix.isascii() and prefix.isdigit()):
        return false()  # no division has such a code
    return and_(column >= prefix, column < _following(prefix))


def scope_limits(prefix: str) -> dict[str, str]:
    """Return the range of division codes under a prefix as `low` and `high` (exclusive); empty for the whole
    register."""
    return {"low": prefix, "high": _following(prefix)} if prefix else {}


class Database:
    """An engine with the pragmas and hooks of this program."""

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime] | None = None,
        opened: Callable[[str], Engine] = open_engine,
    ) -> None:
        self.engine = opened(url)
        self.clock = clock or current_instant
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = self.engine.execution_options(write=True)
        self._one_state = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )

    @contextmanager
    def unit_of_work(self, *, batched: bool = False) -> Iterator[UnitOfWork]:
        """Begin a transaction for writing; what is not committed is rolled back.

        With `batched` its rows are written in one round trip at the end (`storage.batched_flush`) instead of
        by SQLAlchemy's flush.
        """
        with translate_errors(), Session(self._writing, expire_on_commit=False, autoflush=False) as session:
            yield UnitOfWork(session, self.clock().astimezone(UTC), batched=batched)

    @contextmanager
    def reading(self, prefix: str, department: str | None = None) -> Iterator[Session]:
        """Provide a read-only session, limited to the divisions under `prefix`.

        With a department, cases and work items are limited to what was referred to it.
        """
        with self._session(self.engine, prefix, department) as session:
            yield session

    @contextmanager
    def snapshot(self, prefix: str, department: str | None = None) -> Iterator[Session]:
        """Provide a read-only session with one consistent state, for results that combine several queries.

        Elsewhere each query sees the latest commit. On SQLite every session reads one state.
        """
        with self._session(self._one_state, prefix, department) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine, prefix: str, department: str | None) -> Iterator[Session]:
        with translate_errors(), Session(engine, autoflush=False) as session:
            session.info[SCOPE] = prefix
            session.info[_DEPARTMENT] = department
            event.listen(session, "do_orm_execute", _narrow)
            yield session

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


class UnitOfWork:
    """One transaction. On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`), so that two commands on
    one case wait for each other instead of failing half-way."""

    at_every_end: ClassVar[dict[str, Callable[[UnitOfWork], None]]] = {}
    """Functions called at the end of every transaction, sorted by name, before those of `at_end`."""

    def __init__(self, session: Session, now: datetime, *, batched: bool = False) -> None:
        self.session = session
        self.now = now
        self._batched = batched
        self.account_id: int | None = None
        """The acting account; None: the program."""
        self._along: list[Write] = []
        self._at_end: dict[str, Callable[[], None]] = {}
        self._ready: dict[tuple[type[Row], int], list[Any]] = {}

    def commit(self) -> None:
        """Commit and end this transaction."""
        for _, act in sorted(UnitOfWork.at_every_end.items()):
            act(self)
        while self._at_end:
            self._at_end.pop(next(iter(self._at_end)))()
        if self._batched:
            is_over = store(self.session, self._along)
        else:
            is_over = False
            self._flush_with_statements()
        if not is_over:
            self.session.expunge_all()
            self.session.commit()
        self.session.close()
        self._along.clear()

    def _flush_with_statements(self) -> None:
        self.session.flush()
        for statement, values in self._along:
            statement.execute(self.session.connection(), values)

    def lock(self, kind: type[Any], row_id: int) -> Any:
        """Return the row, locked until the end of the transaction (a row lock on PostgreSQL)."""
        return self.session.scalars(select(kind).where(kind.id == row_id).with_for_update()).one_or_none()

    def read(self, *asked: Asked) -> list[list[Any]]:
        """Return the rows of several queries, read in one round trip."""
        return fetch(self.session, asked)

    def store_rows(self, rows_of: type[Row], owner_id: int, rows: list[Any]) -> None:
        """Store rows that were read in advance for their next user."""
        self._ready[rows_of, owner_id] = rows

    def ready(self, rows_of: type[Row], owner_id: int) -> list[Any] | None:
        """Return rows read in advance, once; None if they must be read."""
        return self._ready.pop((rows_of, owner_id), None)

    def add_statement(self, statement: Statement, values: Mapping[str, Any]) -> None:
        """Add a statement to be executed with the rows of this transaction, at its end."""
        self._along.append((statement, values))

    def at_end(self, name: str, act: Callable[[], None]) -> None:
        """Register a function to be called last in this transaction, once: under locks acquired after all others."""
        self._at_end.setdefault(name, act)

    def add(self, row: Row) -> None:
        """Add a new row."""
        self.session.add(row)

    def insert_if_missing(self, kind: type[Row], **values: Any) -> None:
        """Insert a row whose key may exist; a concurrent insert is waited for, and its row is found then."""
        table = kind.__table__
        dialect = sqlite if self.session.get_bind().dialect.name == "sqlite" else postgresql
        self.session.execute(dialect.insert(table).values(**values).on_conflict_do_nothing())

    def flush(self) -> None:
        """Send pending rows, so that keys exist and queries see them."""
        self.session.flush()


_LIMITS_KEPT = 4_096
"""Divisions and departments of people; a county has a few hundred."""


def _narrow(state: ORMExecuteState) -> None:
    if not state.is_select:
        return
    prefix, department = state.session.info[SCOPE], state.session.info[_DEPARTMENT]
    limits = (*_of_department(department), *_of_division(prefix))
    if limits:
        state.statement = state.statement.options(*limits)


# Cached: a page sends forty statements, and building the conditions is a measurable part of each.
@lru_cache(maxsize=_LIMITS_KEPT)
def _of_department(department: str | None) -> tuple[ExecutableOption, ...]:
    if department is None:
        return ()
    return (with_loader_criteria(Referred, lambda kind: kind.department == department, include_aliases=True),)


@lru_cache(maxsize=_LIMITS_KEPT)
def _of_division(prefix: str) -> tuple[ExecutableOption, ...]:
    if not prefix:
        return ()
    low, high = prefix, _following(prefix)
    # The limits are bound as variables, so that the statement is cached once for all divisions.
    return (
        with_loader_criteria(
            Scoped, lambda kind: and_(kind.division >= low, kind.division < high), include_aliases=True
        ),
    )


def _following(prefix: str) -> str:
    """The smallest code after every code under a prefix."""
    return str(int(prefix) + 1).zfill(len(prefix))
