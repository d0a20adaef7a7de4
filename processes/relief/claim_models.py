"""Claims: what cases ask one-off relief for; read by person when another case asks, open cases included."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from processes.storage.base import PartOfRecorded, RecordedInEvents, Row, Scoped
from processes.texts import tr


class ReliefClaim(Row, Scoped, RecordedInEvents):
    """What a case asks relief for: an event with its days, or bills with their period, and the amount.

    Written when the case is checked against earlier ones (`relief.check`), and replaced when it is checked
    again.
    """

    __tablename__ = "relief_claim"
    record_title = tr("救助事项登记")

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), unique=True)
    event: Mapped[str] = mapped_column(String(40))
    """The kind of event, as the application names it."""
    is_bills: Mapped[bool] = mapped_column(default=False)
    """For bills of a period (支出型), not for an event."""
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    """The last day, inclusive: of the bills, or the day on which the event was reported."""
    amount: Mapped[Decimal]
    """The computed amount (yuan)."""
    asked_on: Mapped[date]
    seen: Mapped[list[Any]]
    """Numbers of the cases that the last check showed to the deciding person."""
    seen_until: Mapped[int] = mapped_column(default=0)
    """The last work item of the case at that check: later decisions have seen it."""

    people: Mapped[list[ReliefClaimPerson]] = relationship(cascade="all, delete-orphan")

    def record_key(self) -> str:
        """One per case."""
        return "1"

    def record_parts(self) -> list[Any]:
        """Its persons, recorded with it."""
        return sorted([p.person_id, p.is_concerned] for p in self.people)


class ReliefClaimPerson(Row, PartOfRecorded):
    """A person of the household that asks."""

    __tablename__ = "relief_claim_person"
    told_with = ("claim_id", "relief_claim")
    __table_args__ = (Index("ix_relief_claim_person_person", "person_id"),)

    claim_id: Mapped[int] = mapped_column(ForeignKey("relief_claim.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    is_concerned: Mapped[bool] = mapped_column(default=True)
    """Whether the event or the bills are this person's; others count only for the yearly ceiling."""
