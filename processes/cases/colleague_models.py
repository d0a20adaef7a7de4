"""Rows of colleagues at a case: who follows it, whose word is asked for at a step, what they remark."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from processes.cases.status import ParticipantKind, ParticipantStatus
from processes.storage.base import Marked, Row, Stated
from processes.storage.sealing import sealed_text
from processes.storage.types import StateText


class Watch(Row):
    """A person follows a case (关注)."""

    __tablename__ = "watch"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)


class Participant(Row, Marked, Stated):
    """Somebody whose word is asked for at a step without giving it away: 会签, 沟通, 抄送."""

    __tablename__ = "involvement"
    __table_args__ = (
        Index("ix_involvement_mine", "account_id", "status", "id"),
        Index("ix_involvement_case", "case_id"),
        Index("ix_involvement_item", "item_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("work_item.id"))
    kind: Mapped[ParticipantKind] = mapped_column(StateText(ParticipantKind, 10))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(60))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    question = sealed_text()
    status: Mapped[ParticipantStatus] = mapped_column(
        StateText(ParticipantStatus, 10), default=ParticipantStatus.WAITING
    )
    verdict: Mapped[str] = mapped_column(String(10), default="")
    """A `CosignVerdict`; empty: none was asked for, or none is given yet."""
    answer = sealed_text()
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(60), default="")
    round: Mapped[int] = mapped_column(default=0)
    """Which countersigning of the step it belongs to; 0: none."""
    mode: Mapped[str] = mapped_column(String(10), default="")
    """A `CosignMode`; empty: no countersigning."""
    quorum: Mapped[int] = mapped_column(default=0)


class Comment(Row, Marked, Stated):
    """A remark on a case among colleagues (留言); it is no part of the file that goes out."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    text = sealed_text()
