"""The transaction, the clock of the program, and data scope in every query.

`with database.unit_of_work() as uow:` rolls back unless `uow.commit()` was said; only
`office.perform` says it.  `database.reading(scope)` gives a session in which every ORM query of a
`Scoped` row is narrowed to the actor's division, so that scoping is not left to the caller.
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
from processes.storage.engines import failures_named, open_engine
from processes.storage.round_trip import Statement

_DEPARTMENT = "department"


def current_instant() -> datetime:
    """Now, as an aware UTC instant: the only place where the program reads the wall clock."""
    return datetime.now(UTC)  # noqa: TID251


def within(column: Any, prefix: str) -> ColumnElement[bool]:
    """Whether a division code lies under a prefix, as an index range (codes are digits only)."""
    if not prefix:
        return column.is_not(None)  # type: ignore[no-any-return]
    if not (prefix.isascii() and prefix.isdigit()):
        return false()  # no place has such a code
    return and_(column >= prefix, column < _following(prefix))


def scope_limits(prefix: str) -> dict[str, str]:
    """The range of division codes under a prefix as `low` and `high` (exclusive); nothing for the whole register."""
    return {"low": prefix, "high": _following(prefix)} if prefix else {}


class Database:
    """An engine with the pragmas and hooks of this program."""

    def __init__(self, url: str, clock: Callable[[], datetime] | None = None) -> None:
        self.engine = open_engine(url)
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
        """A transaction that may write; what it did not commit is taken back.

        With `batched` its rows are written in one trip at the end (`storage.batched_flush`) instead of by SQLAlchemy's
        flush.
        """
        with failures_named(), Session(self._writing, expire_on_commit=False, autoflush=False) as session:
            yield UnitOfWork(session, self.clock().astimezone(UTC), batched=batched)

    @contextmanager
    def reading(self, prefix: str, department: str | None = None) -> Iterator[Session]:
        """A session that only reads, narrowed to the divisions under `prefix`.

        With a department, cases and work items are narrowed to what was referred to it.
        """
        with self._session(self.engine, prefix, department) as session:
            yield session

    @contextmanager
    def snapshot(self, prefix: str, department: str | None = None) -> Iterator[Session]:
        """A session that only reads, all of it as of one instant: for whatever adds up or compares several queries.

        Elsewhere each query stands for itself, and what is committed between two of them is seen by the second alone.
        SQLite reads one state in every session.
        """
        with self._session(self._one_state, prefix, department) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine, prefix: str, department: str | None) -> Iterator[Session]:
        with failures_named(), Session(engine, autoflush=False) as session:
            session.info[SCOPE] = prefix
            session.info[_DEPARTMENT] = department
            event.listen(session, "do_orm_execute", _narrow)
            yield session

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


class UnitOfWork:
    """One transaction.  On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`), so that two
    commands on one case queue up instead of failing half-way."""

    at_every_end: ClassVar[dict[str, Callable[[UnitOfWork], None]]] = {}
    """What is done at the end of every transaction, in the order of its names, before what `at_end` asked for."""

    def __init__(self, session: Session, now: datetime, *, batched: bool = False) -> None:
        self.session = session
        self.now = now
        self._batched = batched
        self.account_id: int | None = None
        """Who acts; None: the program."""
        self._along: list[Write] = []
        self._at_end: dict[str, Callable[[], None]] = {}
        self._ready: dict[tuple[type[Row], int], list[Any]] = {}

    def commit(self) -> None:
        """Make everything of this transaction lasting, and end it."""
        for _, act in sorted(UnitOfWork.at_every_end.items()):
            act(self)
        while self._at_end:
            self._at_end.pop(next(iter(self._at_end)))()
        if self._batched:
            is_over = store(self.session, self._along)
        else:
            is_over = False
            self._flush_with_what_goes_along()
        if not is_over:
            self.session.expunge_all()
            self.session.commit()
        self.session.close()
        self._along.clear()

    def _flush_with_what_goes_along(self) -> None:
        self.session.flush()
        for statement, values in self._along:
            statement.execute(self.session.connection(), values)

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

    def at_end(self, name: str, act: Callable[[], None]) -> None:
        """Have something done last in this transaction, once: under locks that are taken after all others."""
        self._at_end.setdefault(name, act)

    def add(self, row: Row) -> None:
        """A new row of this transaction."""
        self.session.add(row)

    def insert_unless_there(self, kind: type[Row], **values: Any) -> None:
        """A row whose key may be taken: whoever comes second waits for the first and then finds its row."""
        table = kind.__table__
        dialect = sqlite if self.session.get_bind().dialect.name == "sqlite" else postgresql
        self.session.execute(dialect.insert(table).values(**values).on_conflict_do_nothing())

    def flush(self) -> None:
        """Send what is pending, so that keys exist and queries see it."""
        self.session.flush()


_LIMITS_KEPT = 4_096
"""Places and departments of people; a county has a few hundred."""


def _narrow(state: ORMExecuteState) -> None:
    if not state.is_select:
        return
    prefix, department = state.session.info[SCOPE], state.session.info[_DEPARTMENT]
    limits = (*_of_department(department), *_of_division(prefix))
    if limits:
        state.statement = state.statement.options(*limits)


# Made once for each: a page sends forty statements, and making the limits is a part of each that can be told.
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
    # The limits stand as variables of their own, so that SQLAlchemy binds them as values: the
    # statement is cached once for all divisions, the values are not.
    return (
        with_loader_criteria(
            Scoped, lambda kind: and_(kind.division >= low, kind.division < high), include_aliases=True
        ),
    )


def _following(prefix: str) -> str:
    """The code after every code under a prefix."""
    return str(int(prefix) + 1).zfill(len(prefix))
