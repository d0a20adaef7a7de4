"""Awards and who is covered by them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from processes.storage.base import Row, Scoped
from processes.storage.types import Encrypted


class Award(Row, Scoped):
    """A granted benefit (救助待遇): so much a month, from a month on."""

    __tablename__ = "award"
    __table_args__ = (Index("ix_award_household", "household_id"), Index("ix_award_case", "case_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    programme: Mapped[str] = mapped_column(String(60))
    programme_title: Mapped[str] = mapped_column(String(60))
    programme_code: Mapped[str] = mapped_column(String(10))
    monthly_amount: Mapped[Decimal]
    from_month: Mapped[str] = mapped_column(String(7))
    until_month: Mapped[str | None] = mapped_column(String(7))
    grade: Mapped[str] = mapped_column(String(4))
    cover: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), default="standing")
    question: Mapped[str] = mapped_column(String(160))
    granted_at: Mapped[datetime]
    account: Mapped[str | None] = mapped_column(Encrypted)
    """Where it is paid to (收款账号)."""


class AwardMember(Row):
    """A person covered by an award."""

    __tablename__ = "award_member"
    __table_args__ = (Index("ix_award_member_person", "person_id"),)

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
