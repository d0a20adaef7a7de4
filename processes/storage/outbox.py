"""The outbox: effects outside the database, as rows of the transaction that wants them.

Each row is done at least once; its doing must be idempotent by `key`.  A worker that dies loses
nothing: the row is still there.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from processes.storage.base import Row
from processes.storage.unit_of_work import UnitOfWork

MAX_BACK_OFF = timedelta(hours=1)


class OutboxRow(Row):
    """An effect that is still to happen, or has happened."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_waiting", "done_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)


def put(uow: UnitOfWork, kind: str, key: str, payload: dict[str, Any]) -> None:
    """Ask for an effect after this transaction; the same key twice is one effect."""
    known = uow.session.scalar(select(OutboxRow.id).where(OutboxRow.key == key))
    if known is None:
        uow.add(OutboxRow(kind=kind, key=key, payload=payload, created_at=uow.now, due_at=uow.now))


def hurry(uow: UnitOfWork, key: str) -> None:
    """Do what waits under a key in the next round."""
    row = uow.session.scalars(select(OutboxRow).where(OutboxRow.key == key)).one()
    row.due_at = uow.now


def waiting(session: Session, now: datetime, limit: int, kind: str) -> list[OutboxRow]:
    """Rows of a kind that are due, oldest first."""
    query = (
        select(OutboxRow)
        .where(OutboxRow.done_at.is_(None), OutboxRow.due_at <= now, OutboxRow.kind == kind)
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many failures: 2, 4, 8 … seconds, at most an hour."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), MAX_BACK_OFF)
