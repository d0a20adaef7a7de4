"""Tables of the county's book of parameters, and the values that cases computed with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from processes.parameters.status import ParameterStatus, PinStatus
from processes.policy.parameters import DatedValue, Scalar, read
from processes.storage.base import RecordedInEvents, Row, Stated
from processes.storage.types import StateText
from processes.texts import tr


def _only(status: ParameterStatus) -> dict[str, Any]:
    where = text(f"status = '{status}'")
    return {"unique": True, "postgresql_where": where, "sqlite_where": where}


class ParameterValue(Row, Stated):
    """One dated value of a parameter: proposed, in force or ended; never changed, only replaced.

    A value without a proposer was suggested by a release; until somebody confirms it, it counts as
    unconfirmed.
    """

    __tablename__ = "parameter_value"
    __table_args__ = (
        CheckConstraint(
            "status IN ('proposed', 'in_force', 'rejected', 'withdrawn', 'replaced')", name="known_status"
        ),
        CheckConstraint("confirmed_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint(
            "proposed_by_id IS NULL OR confirmed_by_id IS NOT NULL OR status NOT IN ('in_force', 'replaced')",
            name="confirmed_before_in_force",
        ),
        CheckConstraint("status <> 'proposed' OR confirmed_by_id IS NULL", name="proposed_is_unconfirmed"),
        Index("uq_parameter_value_in_force", "name", "division", "since", **_only(ParameterStatus.IN_FORCE)),
        Index("uq_parameter_value_proposed", "name", "division", "since", **_only(ParameterStatus.PROPOSED)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    division: Mapped[str] = mapped_column(String(12))
    """Where it applies; empty: everywhere."""
    since: Mapped[date]
    value: Mapped[str] = mapped_column(Text)
    """Canonical text of the value."""
    kind: Mapped[str] = mapped_column(String(10))
    source: Mapped[str] = mapped_column(String(200))
    status: Mapped[ParameterStatus] = mapped_column(StateText(ParameterStatus, 10))
    release: Mapped[str] = mapped_column(String(80), default="")
    """The release that suggested it; empty: entered by a person."""
    hands: Mapped[list[Any]] = mapped_column(default=list)
    """Accounts that changed the release that suggested it: none of them may confirm it."""
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    proposed_by: Mapped[str] = mapped_column(String(60))
    proposed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_by: Mapped[str] = mapped_column(String(60), default="")
    ended_at: Mapped[datetime | None]
    """When it was confirmed, rejected or withdrawn."""
    ended_by: Mapped[str] = mapped_column(String(60), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("parameter_value.id"))

    @property
    def scalar(self) -> Scalar:
        """The value of its text."""
        return read(self.value, self.kind)

    @property
    def is_confirmed(self) -> bool:
        """Whether a second person confirmed it."""
        return self.confirmed_by_id is not None

    @property
    def dated(self) -> DatedValue:
        """The value for rules."""
        return DatedValue(
            self.scalar, self.since, self.division, self.source, self.is_confirmed, self.confirmed_by
        )


class ParameterBook(Row, Stated):
    """The state of the book: one row, locked for changes; every change gives a new version."""

    __tablename__ = "parameter_book"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(36))


class CaseParameter(Row, RecordedInEvents):
    """A parameter as read by a case for a day; the case keeps it until it is recomputed."""

    __tablename__ = "case_parameter"
    record_title = tr("参数取值")
    __table_args__ = (
        Index("ix_case_parameter_case", "case_id"),
        Index(
            "uq_case_parameter_standing", "case_id", "name", "day", unique=True,
            postgresql_where=text("status = 'standing'"), sqlite_where=text("status = 'standing'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    name: Mapped[str] = mapped_column(String(80))
    day: Mapped[date]
    """The day whose value was read."""
    value: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(10))
    division: Mapped[str] = mapped_column(String(12))
    since: Mapped[date]
    source: Mapped[str] = mapped_column(String(200))
    is_confirmed: Mapped[bool]
    confirmed_by: Mapped[str] = mapped_column(String(60), default="")
    read_at: Mapped[datetime]
    status: Mapped[PinStatus] = mapped_column(StateText(PinStatus, 12), default=PinStatus.STANDING)
    mark: Mapped[str] = mapped_column(String(24))
    """Identifies it among the parameters of its case."""

    def record_key(self) -> str:
        """Its mark."""
        return self.mark

    def record_name(self) -> str:
        """The name of the parameter."""
        return tr("“{name}”", name=self.name)

    @property
    def dated(self) -> DatedValue:
        """The value for rules."""
        return DatedValue(
            read(self.value, self.kind), self.since, self.division, self.source, self.is_confirmed, self.confirmed_by
        )  # fmt: skip
