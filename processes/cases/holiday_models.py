"""Versions of a year's holiday notice: proposed by one person, confirmed by another, never overwritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from processes.cases.status import HolidayStatus
from processes.storage.base import Row, Stated
from processes.storage.types import StateText

LONGEST_REASON = 300
_PROPOSED, _STANDING = text("status = 'proposed'"), text("status = 'standing'")


class HolidayVersion(Row, Stated):
    """One version of a year's notice (放假安排).

    Notices entered before versions existed have neither a proposer nor a confirming person.
    """

    __tablename__ = "holiday_version"
    __table_args__ = (
        UniqueConstraint("year", "version"),
        Index(
            "uq_holiday_version_standing", "year", unique=True,
            postgresql_where=_STANDING, sqlite_where=_STANDING,
        ),
        Index(
            "uq_holiday_version_proposed", "year", unique=True,
            postgresql_where=_PROPOSED, sqlite_where=_PROPOSED,
        ),
        CheckConstraint(
            "status IN ('proposed', 'standing', 'superseded', 'withdrawn', 'rejected')", name="status"
        ),
        CheckConstraint("confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint(
            "proposed_by_id IS NULL OR status IN ('proposed', 'rejected') OR confirmed_by_id IS NOT NULL",
            name="confirmed",
        ),
        CheckConstraint("undone_by_id IS NULL OR undone_by_id <> undo_asked_by_id", name="two_people_undo"),
        CheckConstraint("status <> 'withdrawn' OR undone_by_id IS NOT NULL", name="undone"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    version: Mapped[int]
    days_off: Mapped[list[Any]]
    worked_weekends: Mapped[list[Any]]
    document_number: Mapped[str] = mapped_column(String(80))
    status: Mapped[HolidayStatus] = mapped_column(
        StateText(HolidayStatus, 10), default=HolidayStatus.PROPOSED
    )
    replaced_id: Mapped[int | None] = mapped_column(ForeignKey("holiday_version.id"))
    """The previous version, which is in force again if this one is undone."""
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    proposed_by: Mapped[str] = mapped_column(String(60), default="")
    proposed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_by: Mapped[str] = mapped_column(String(60), default="")
    confirmed_at: Mapped[datetime | None]
    rejected_by: Mapped[str] = mapped_column(String(60), default="")
    rejected_at: Mapped[datetime | None]
    rejected_because: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    undo_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undo_asked_by: Mapped[str] = mapped_column(String(60), default="")
    undo_asked_at: Mapped[datetime | None]
    undo_because: Mapped[str] = mapped_column(String(LONGEST_REASON), default="")
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_by: Mapped[str] = mapped_column(String(60), default="")
    undone_at: Mapped[datetime | None]
