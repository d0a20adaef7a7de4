"""The outbox: work that is still to be done, as rows of the transaction that wants it, each done under a lease.

A worker takes a row for a while (`claim`): another one leaves it alone until the lease is over, and whoever was killed
in the middle is followed by the next one then.  So a row is done at least once, by one worker at a time, and its doing
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
"""Longer than anything takes that is done between two signs of life: the press has a minute for a sheet."""
_OPEN: Any = {"postgresql_where": text("done_at IS NULL"), "sqlite_where": text("done_at IS NULL")}


class Urgency(IntEnum):
    """Who waits for a job; of what is due, the smaller goes first."""

    SOMEBODY_WAITS = 0
    """A person looks at the page until it is there."""
    BY_A_PERSON = 1
    """It follows from what a person did."""
    BY_ITSELF = 2
    """Timers and long work: nobody looks."""


class OutboxRow(Row, Marked):
    """An effect that is still to happen, or has happened."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_open", "kind", "urgency", "due_at", "id", **_OPEN),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    subject: Mapped[str] = mapped_column(String(60), default="")
    """What goes together: rows of a kind and a subject are taken by one worker at once."""
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
    """Ask for an effect after this transaction; the same key twice is one effect."""
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
    """Ask for an effect whether or not it happened before: the row of its key waits again, from now on."""
    row = uow.session.scalar(select(OutboxRow).where(OutboxRow.key == key).with_for_update())
    if row is None:
        put(uow, kind, key, payload, urgency=urgency)
        return
    row.payload, row.urgency = payload, min(row.urgency, urgency)
    row.due_at, row.done_at, row.attempts, row.error = uow.now, None, 0, None


def claim(uow: UnitOfWork, kind: str, holder: str) -> OutboxRow | None:
    """Take the next row of a kind for a while; None when none is free.

    Two workers never get the same one: on PostgreSQL the second skips what the first has locked, on SQLite there is
    one that writes at a time.
    """
    query = _in_turn(_free(kind, uow.now, holder)).limit(1).with_for_update(skip_locked=True)
    row = uow.session.scalars(query).first()
    if row is not None:
        _lease(uow, row, holder)
    return row


def claim_subject(uow: UnitOfWork, kind: str, holder: str, most: int) -> list[OutboxRow]:
    """Take the rows of the next subject of a kind together, at most so many; empty when none is free.

    A row that another worker is taking is waited for and not skipped: what is left of its subject is that one's, too,
    and nobody gets two letters where one was meant.
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
    """Whether a row of a kind could be taken; asked before `claim`, because a look needs no lock."""
    return session.execute(select(OutboxRow.id).where(_free(kind, now, holder)).limit(1)).first() is not None


def held(uow: UnitOfWork, keys: Sequence[str], holder: str) -> list[OutboxRow]:
    """The rows of these keys that are still to be done and that this worker holds, locked."""
    query = select(OutboxRow).where(
        OutboxRow.key.in_(keys), OutboxRow.done_at.is_(None), OutboxRow.leased_by == holder
    )
    return list(uow.session.scalars(query.order_by(OutboxRow.id).with_for_update()))


def renew(uow: UnitOfWork, key: str, holder: str) -> bool:
    """Keep a row for another while; answers whether it was still this worker's."""
    rows = held(uow, [key], holder)
    for row in rows:
        _lease(uow, row, holder)
    return bool(rows)


def finish(uow: UnitOfWork, row: OutboxRow) -> None:
    """It has happened."""
    row.done_at, row.leased_until, row.leased_by, row.error = uow.now, None, "", None


def put_off(row: OutboxRow, until: datetime, error: str = "") -> None:
    """It waits, and is nobody's until then; with an error it was tried and failed."""
    row.due_at, row.leased_until, row.leased_by = until, None, ""
    if error:
        row.attempts += 1
        row.error = error


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many failures: 2, 4, 8 … seconds, at most an hour."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), MAX_BACK_OFF)


def _free(kind: str, now: datetime, holder: str) -> ColumnElement[bool]:
    """Due and in nobody's hands: never taken, or its lease is over, or it was left behind by the asking worker itself."""
    unheld = or_(
        OutboxRow.leased_until.is_(None), OutboxRow.leased_until <= now, OutboxRow.leased_by == holder
    )
    return and_(OutboxRow.kind == kind, OutboxRow.done_at.is_(None), OutboxRow.due_at <= now, unheld)


def _in_turn(condition: ColumnElement[bool]) -> Select[OutboxRow]:
    return select(OutboxRow).where(condition).order_by(OutboxRow.urgency, OutboxRow.due_at, OutboxRow.id)


def _lease(uow: UnitOfWork, row: OutboxRow, holder: str) -> None:
    row.leased_until, row.leased_by = uow.now + LEASE, holder
