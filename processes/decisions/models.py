"""Tables of decisions: snapshots of data, and decisions that differ."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from processes.decisions.status import ExemptionStatus, SnapshotStatus
from processes.storage.base import Marked, RecordedInEvents, Row, Scoped, Stated
from processes.storage.sealing import sealed_data, sealed_text
from processes.storage.types import StateText
from processes.texts import tr

_STANDING: Any = {
    "postgresql_where": text("status = 'standing'"),
    "sqlite_where": text("status = 'standing'"),
}


class FactSnapshot(Row, Marked, RecordedInEvents):
    """A household's data as used by a case's computation (测算依据); at most one per case is valid."""

    __tablename__ = "fact_snapshot"
    record_title = tr("测算依据")
    __table_args__ = (
        Index("ix_fact_snapshot_case", "case_id"),
        Index("uq_fact_snapshot_standing", "case_id", unique=True, **_STANDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    question: Mapped[str] = mapped_column(String(160))
    """The reference of the step that took it."""
    taken_at: Mapped[datetime]
    facts_on: Mapped[date]
    """The day for ages."""
    content = sealed_data(dict[str, Any])
    status: Mapped[SnapshotStatus] = mapped_column(
        StateText(SnapshotStatus, 12), default=SnapshotStatus.STANDING
    )
    acted_at: Mapped[datetime | None]
    """When something was granted or paid on it: later changes of the register are changes, not errors of the
    decision."""


class PropertyExemption(Row, Marked, Stated):
    """One property rule lifted by the county for a case, up to what it saw (财产豁免)."""

    __tablename__ = "property_exemption"
    __table_args__ = (
        Index("ix_property_exemption_case", "case_id"),
        Index("uq_property_exemption_standing", "case_id", "rule", unique=True, **_STANDING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    rule: Mapped[str] = mapped_column(String(20))
    """The kind of property that the rule concerns."""
    title: Mapped[str] = mapped_column(String(60))
    quantity: Mapped[Decimal]
    """The household's quantity at the time; more than that is not exempted."""
    reason = sealed_text()
    evidence = sealed_text()
    question: Mapped[str] = mapped_column(String(160))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who proposed it to the county: the last person who finished a step of the township."""
    status: Mapped[ExemptionStatus] = mapped_column(
        StateText(ExemptionStatus, 12), default=ExemptionStatus.STANDING
    )


class Deviation(Row, Scoped, Marked, Stated):
    """A decision that differs from the computation, with its reason (偏离测算)."""

    __tablename__ = "deviation"
    __table_args__ = (Index("ix_deviation_case", "case_id"), Index("ix_deviation_at", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("work_item.id"))
    title: Mapped[str] = mapped_column(String(60))
    computed = sealed_text()
    decided = sealed_text()
    reason = sealed_text()
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
