"""Tables of moves (移动办理位置): every one made, requested or refused, and the two people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from processes.cases.status import MoveStatus
from processes.storage.base import Marked, Row, Stated
from processes.storage.sealing import sealed_text
from processes.storage.types import StateText

_ASKED: Any = text("status = 'asked'")


class CaseMove(Row, Marked, Stated):
    """A case was moved, or is requested to be moved, from one step to another.

    Back to a step done before, one person suffices; forward needs another one (`decided_by_id`).
    """

    __tablename__ = "case_move"
    __table_args__ = (
        Index("uq_case_move_asked", "case_id", unique=True, postgresql_where=_ASKED, sqlite_where=_ASKED),
        Index("ix_case_move_at", "asked_at"),
        CheckConstraint("status IN ('asked', 'done', 'refused', 'expired')", name="status"),
        CheckConstraint(
            "is_back OR status <> 'done' OR (decided_by_id IS NOT NULL AND decided_by_id <> asked_by_id)",
            name="two_people",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    case_version: Mapped[int]
    """The case's version when it was requested; the request expires if it changes."""
    ref: Mapped[str] = mapped_column(String(160))
    title: Mapped[str] = mapped_column(String(60))
    to: Mapped[str] = mapped_column(String(60))
    to_title: Mapped[str] = mapped_column(String(60))
    is_back: Mapped[bool]
    reason = sealed_text()
    status: Mapped[MoveStatus] = mapped_column(StateText(MoveStatus, 10))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_by: Mapped[str] = mapped_column(String(60), default="")
    decided_at: Mapped[datetime | None]
    said = sealed_text()
    """Why it was refused."""
