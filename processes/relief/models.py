"""Awards and the people they cover."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from processes.relief.status import AwardStatus
from processes.storage.base import Marked, Row, Scoped
from processes.storage.sealing import sealed_text_or_none
from processes.storage.types import StateText


class Award(Row, Scoped, Marked):
    """A granted benefit (救助待遇): a monthly amount, from a month on."""

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
    status: Mapped[AwardStatus] = mapped_column(StateText(AwardStatus, 10), default=AwardStatus.STANDING)
    question: Mapped[str] = mapped_column(String(160))
    granted_at: Mapped[datetime]
    account = sealed_text_or_none()
    """The bank account (收款账号)."""
    account_index: Mapped[str] = mapped_column(String(64), default="", index=True)
    """Keyed fingerprint of the account, set with it, to find awards paid to one account."""


_HELD_ONCE = text("is_standing AND NOT is_disputed")


class AwardMember(Row):
    """A person covered by an award.

    The database forbids that a person has two valid awards of one programme (C40): `programme` and
    `is_standing` repeat columns of the award, because a constraint reads one table only.
    """

    __tablename__ = "award_member"
    __table_args__ = (
        Index("ix_award_member_person", "person_id"),
        Index(
            "uq_award_member_standing", "person_id", "programme", unique=True,
            postgresql_where=_HELD_ONCE, sqlite_where=_HELD_ONCE,
        ),
    )  # fmt: skip

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    programme: Mapped[str] = mapped_column(String(60))
    is_standing: Mapped[bool] = mapped_column(default=True)
    is_disputed: Mapped[bool] = mapped_column(default=False)
    """Granted twice before the constraint existed: paid until somebody decides, reported by every audit."""
