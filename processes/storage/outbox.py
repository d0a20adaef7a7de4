"""The outbox: jobs as rows of the transaction that requests them, each processed under a lease.

A worker claims a row for a time (`claim`): others skip it until the lease ends, and if the worker is killed
another one claims it then. A row is thus processed at least once, by one worker at a time, and processing
must be idempotent by `key` (docs/adr/0041).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, SmallInteger, String, and_, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from processes.storage.base import Marked, Row
from processes.storage.sealing import sealed_text_or_none
from processes.storage.unit_of_work import UnitOfWork

MAX_BACK_OFF = timedelta(hours=1)
LEASE = timedelta(minutes=3)
"""Longer than anything between two renewals: the renderer has a minute for a job."""
_OPEN: Any = {"postgresql_where": text("done_at IS NULL"), "sqlite_where": text("done_at IS NULL")}


class Urgency(IntEnum):
    """Priority of a job; of what is due, the smaller value goes first."""

    SOMEBODY_WAITS = 0
    """A person waits for it on a page."""
    BY_A_PERSON = 1
    """Follows from an action of a person."""
    BY_ITSELF = 2
    """Timers and long work, which nobody waits for."""


class OutboxRow(Row, Marked):
    """A job that is waiting or done."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "kind", "urgency", "due_at", "id", **_OPEN),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    subject: Mapped[str] = mapped_column(String(60), default="")
    """Rows of a kind with the same subject are claimed together by one worker."""
    payload: Mapped[dict[str, Any]]
    urgency: Mapped[int] = mapped_column(SmallInteger, default=Urgency.BY_A_PERSON)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str] = mapped_column(String(60), default="")
    done_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error = sealed_text_or_none()


def put(
    uow: UnitOfWork, kind: str, key: str, payload: dict[str, Any], *,
    subject: str = "", urgency: Urgency = Urgency.BY_A_PERSON,
) -> None:  # fmt: skip
    """Request a job after this transaction; the same key twice is one job."""
    known = uow.session.scalar(select(OutboxRow.id).where(OutboxRow.key == key))
    if known is None:
        uow.add(
            OutboxRow(
                kind=kind, key=key, subject=subject, payload=payload, urgency=urgency,
                created_at=uow.now, due_at=uow.now,
            )
        )  # fmt: skip


def ask_again(
    uow: UnitOfWork, kind: str, key: str, payload: dict[str, Any], urgency: Urgency = Urgency.BY_A_PERSON
) -> None:
    """Request a job again, whether or not it is done: the row of its key waits again, from now on."""
    row = uow.session.scalar(select(OutboxRow).where(OutboxRow.key == key).with_for_update())
    if row is None:
        put(uow, kind, key, payload, urgency=urgency)
        return
    row.payload, row.urgency = payload, min(row.urgency, urgency)
    row.due_at, row.done_at, row.attempts, row.error = uow.now, None, 0, None


def claim(uow: UnitOfWork, kind: str, holder: str) -> OutboxRow | None:
    """Claim the next row of a kind; None if none is free.

    Two workers never get the same one: on PostgreSQL the second skips locked rows, on SQLite there is only
    one writer.
    """
    query = _in_turn(_free(kind, uow.now, holder)).limit(1).with_for_update(skip_locked=True)
    row = uow.session.scalars(query).first()
    if row is not None:
        _lease(uow, row, holder)
    return row


def claim_subject(uow: UnitOfWork, kind: str, holder: str, most: int) -> list[OutboxRow]:
    """Claim the rows of the next subject of a kind together, up to a number; empty if none is free.

    A row being claimed by another worker is waited for and not skipped: the rest of its subject is that
    worker's too, so that nobody gets two messages instead of one.
    """
    free = _free(kind, uow.now, holder)
    next_one = _in_turn(free).with_only_columns(OutboxRow.subject).limit(1)
    while (subject := uow.session.scalar(next_one)) is not None:
        query = _in_turn(and_(free, OutboxRow.subject == subject)).limit(most).with_for_update()
        rows = list(uow.session.scalars(query))
        for row in rows:
            _lease(uow, row, holder)
        if rows:
            return rows
    return []


def is_waiting(session: Session, kind: str, now: datetime, holder: str) -> bool:
    """Return whether a row of a kind can be claimed; called before `claim`, because it needs no lock."""
    return session.execute(select(OutboxRow.id).where(_free(kind, now, holder)).limit(1)).first() is not None


def held(uow: UnitOfWork, keys: Sequence[str], holder: str) -> list[OutboxRow]:
    """Return unfinished rows of these keys that this worker has claimed, locked."""
    query = select(OutboxRow).where(
        OutboxRow.key.in_(keys), OutboxRow.done_at.is_(None), OutboxRow.leased_by == holder
    )
    return list(uow.session.scalars(query.order_by(OutboxRow.id).with_for_update()))


def renew(uow: UnitOfWork, key: str, holder: str) -> bool:
    """Extend the lease of a row; return whether it still was this worker's."""
    rows = held(uow, [key], holder)
    for row in rows:
        _lease(uow, row, holder)
    return bool(rows)


def finish(uow: UnitOfWork, row: OutboxRow) -> None:
    """Mark the job as done."""
    row.done_at, row.leased_until, row.leased_by, row.error = uow.now, None, "", None


def put_off(row: OutboxRow, until: datetime, error: str = "") -> None:
    """Release the job until an instant; with an error, the attempt is counted as failed."""
    row.due_at, row.leased_until, row.leased_by = until, None, ""
    if error:
        row.attempts += 1
        row.error = error


def back_off(attempts: int) -> timedelta:
    """Return how long to wait after a number of failures: 2, 4, 8 … seconds, at most an hour."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), MAX_BACK_OFF)


def _free(kind: str, now: datetime, holder: str) -> ColumnElement[bool]:
    """Due and not claimed: never claimed, or the lease has ended, or left behind by this worker itself."""
    unheld = or_(
        OutboxRow.leased_until.is_(None), OutboxRow.leased_until <= now, OutboxRow.leased_by == holder
    )
    return and_(OutboxRow.kind == kind, OutboxRow.done_at.is_(None), OutboxRow.due_at <= now, unheld)


def _in_turn(condition: ColumnElement[bool]) -> Select[OutboxRow]:
    return select(OutboxRow).where(condition).order_by(OutboxRow.urgency, OutboxRow.due_at, OutboxRow.id)


def _lease(uow: UnitOfWork, row: OutboxRow, holder: str) -> None:
    row.leased_until, row.leased_by = uow.now + LEASE, holder
