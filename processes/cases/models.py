"""Tables of a case. Projections (work items, clocks) are rewritten with every step of the engine."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from processes.cases.status import (
    CaseStatus,
    SuspensionCause,
    WorkItemStatus,
)
from processes.policy.calendar import civil_date
from processes.storage.base import Marked, PartOfRecorded, RecordedInEvents, Referred, Row, Scoped, Stated
from processes.storage.sealing import (
    sealed_bytes,
    sealed_bytes_or_none,
    sealed_data,
    sealed_data_or_none,
    sealed_message,
    sealed_text,
    sealed_text_or_none,
)
from processes.storage.types import StateText
from processes.texts import tr

NO_DUE_DATE = date(9999, 12, 31)
_MINUTE = timedelta(minutes=1)
_NARROWED = ("division", "department", "destroyed_on")
"""Filter columns of every list of cases."""


class Case(Row, Scoped, Referred, Marked, RecordedInEvents):
    """One application under one programme and one release (办件)."""

    __tablename__ = "case_file"
    record_title, record_case = tr("办件"), "id"
    unrecorded = ("version", "head", "events_count", "initials", "initials_other")
    __table_args__ = (
        Index("ix_case_file_due", "due_at"),
        Index("ix_case_file_household", "household_id"),
        Index("ix_case_file_applicant", "applicant"),
        # The list of cases, latest first: filter columns are in the index, so excluded rows are not read.
        Index("ix_case_file_latest", "opened_at", "id", "status", "programme", *_NARROWED),
        Index("ix_case_file_status", "status", "opened_at", "id", "programme", *_NARROWED),
        Index("ix_case_file_programme", "programme", "opened_at", "id", "status", *_NARROWED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    programme: Mapped[str] = mapped_column(String(60))
    programme_title: Mapped[str] = mapped_column(String(60))
    division: Mapped[str] = mapped_column(String(12))
    """Without an index of its own, which planners would prefer to those in the order of the list."""
    process: Mapped[str] = mapped_column(String(60), default="")
    """The process of the programme that it runs; empty: the programme's first."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    """The case that opened it (登记分流, 回访)."""
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    applicant: Mapped[str] = mapped_column(String(60))
    initials: Mapped[str] = mapped_column(String(60), default="", index=True)
    """Pinyin initials of the applicant: 张建国 is found by `zjg`."""
    initials_other: Mapped[str] = mapped_column(String(60), default="", index=True)
    """The same with the surname read like any other word (单建国: djg); empty if there is no second reading."""
    category: Mapped[str] = mapped_column(String(30), default="")
    status: Mapped[CaseStatus] = mapped_column(StateText(CaseStatus, 10), default=CaseStatus.OPEN)
    suspended_because = sealed_text()
    outcome: Mapped[str | None] = mapped_column(String(40))
    outcome_title: Mapped[str | None] = mapped_column(String(40))
    state = sealed_bytes()
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """Who registered the application, and therefore never decides it."""
    former_releases: Mapped[list[Any]] = mapped_column(default=list)
    """Releases that it was migrated from: their rules of duty still apply."""
    version: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    destroyed_on: Mapped[date | None]
    """When its file was destroyed after retention; what is left contains no personal data."""
    head: Mapped[str] = mapped_column(String(64), default="")
    events_count: Mapped[int] = mapped_column(default=0)


UNCLAIMED: Any = {
    "postgresql_where": text("claimed_by_id IS NULL"),
    "sqlite_where": text("claimed_by_id IS NULL"),
}


def _only(status: WorkItemStatus) -> Any:
    return {"postgresql_where": text(f"status = '{status}'"), "sqlite_where": text(f"status = '{status}'")}


class WorkItem(Row, Scoped, Referred, Marked, RecordedInEvents):
    """A step in someone's queue (待办); what lists show is copied here, so one statement suffices."""

    __tablename__ = "work_item"
    record_title, recorded_if_set = tr("办理环节"), ("preparers",)
    recorded_since = ("due_on", "yellow_on", "red_on")
    unrecorded = (
        "draft", "draft_version", "draft_at", "version", "changed_at", "changed_by", "urged", "urged_at",
        "initials", "initials_other", "completed_on", "took",
    )  # fmt: skip
    """Drafts, counters, and columns compared in other ways (`oversight.copies`)."""
    __table_args__ = (
        # In queue order, with the scope's column at the end: pages and counts are read from the index alone.
        # Unclaimed items have a partial index: `IS NULL` on a column loses the order on PostgreSQL.
        Index("ix_work_item_office", "status", "role", "township", "due_on", "id", "division", **UNCLAIMED),
        Index("ix_work_item_county", "status", "role", "due_on", "id", "division", **UNCLAIMED),
        Index("ix_work_item_mine", "claimed_by_id", "status", "due_on", "id", "division"),
        Index("ix_work_item_done", "completed_by_id", "completed_at"),
        # Figures are read from these indexes alone; SQLite needs the column of the condition among them.
        Index(
            "ix_work_item_open",
            "due_on",
            "id",
            "township",
            "task",
            "title",
            "division",
            "programme",
            "process",
            "offered_at",
            "department",
            "status",
            **_only(WorkItemStatus.OPEN),
        ),
        Index(
            "ix_work_item_steps",
            "role",
            "task",
            "township",
            "due_on",
            "title",
            "division",
            "department",
            "status",
            **_only(WorkItemStatus.OPEN),
        ),
        Index(
            "ix_work_item_heat",
            "programme",
            "process",
            "offered_at",
            "task",
            "title",
            "took",
            "completed_on",
            "due_on",
            "division",
            "department",
            "status",
            **_only(WorkItemStatus.DONE),
        ),
        Index("ix_work_item_case", "case_id"),
        CheckConstraint(
            "second_id IS NULL OR (second_id <> completed_by_id"
            " AND (completed_for_id IS NULL OR second_id <> completed_for_id))",
            name="second_person",
        ),
        Index("ix_work_item_applicant", "applicant"),
        Index("ix_work_item_number", "case_number"),
        Index("ix_work_item_tail", "id_tail"),
        Index("ix_work_item_initials", "initials"),
        Index("ix_work_item_initials_other", "initials_other"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    case_number: Mapped[str] = mapped_column(String(40))
    division: Mapped[str] = mapped_column(String(12))
    """Without an index of its own, which planners would prefer to the queues' indexes."""
    township: Mapped[str] = mapped_column(String(9))
    applicant: Mapped[str] = mapped_column(String(60))
    initials: Mapped[str] = mapped_column(String(60), default="")
    initials_other: Mapped[str] = mapped_column(String(60), default="")
    id_tail: Mapped[str] = mapped_column(String(4), default="")
    category: Mapped[str] = mapped_column(String(30), default="")
    ref: Mapped[str] = mapped_column(String(160))
    task: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(60))
    role: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(60), default="")
    status: Mapped[WorkItemStatus] = mapped_column(StateText(WorkItemStatus, 10), default=WorkItemStatus.OPEN)
    version: Mapped[int] = mapped_column(default=1)
    offered_at: Mapped[datetime]
    clock: Mapped[str] = mapped_column(String(40), default="")
    due_on: Mapped[date] = mapped_column(default=NO_DUE_DATE)
    yellow_on: Mapped[date] = mapped_column(default=NO_DUE_DATE)
    red_on: Mapped[date] = mapped_column(default=NO_DUE_DATE)
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    claimed_by: Mapped[str | None] = mapped_column(String(60))
    completed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    completed_by: Mapped[str | None] = mapped_column(String(60))
    completed_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(60), default="")
    submission = sealed_data_or_none()
    draft = sealed_data_or_none()
    draft_version: Mapped[int] = mapped_column(default=0)
    draft_at: Mapped[datetime | None]
    returned_reason = sealed_text_or_none()
    programme: Mapped[str] = mapped_column(String(60), default="")
    process: Mapped[str] = mapped_column(String(60), default="")
    """Copied from the case."""
    completed_on: Mapped[date | None]
    """The day of `completed_at` in China."""
    took: Mapped[int | None]
    """Minutes from `offered_at` to `completed_at`; kept in step with them."""
    delegated_by_id: Mapped[int | None]
    """Who delegated it to its assignee, and gets it back (委派)."""
    delegated_by: Mapped[str | None] = mapped_column(String(60))
    claimed_for_id: Mapped[int | None]
    """The absent person for whom the assignee acts (代办)."""
    claimed_for: Mapped[str | None] = mapped_column(String(60))
    completed_for_id: Mapped[int | None]
    completed_for: Mapped[str | None] = mapped_column(String(60))
    prepared_by_id: Mapped[int | None]
    """Who prepared it for the person who had delegated it."""
    prepared_by: Mapped[str | None] = mapped_column(String(60))
    preparers: Mapped[list[Any] | None]
    """All accounts that ever saved part of its draft, in order."""
    second_id: Mapped[int | None]
    """The second person (共同办理人): a visit needs two."""
    second: Mapped[str | None] = mapped_column(String(60))
    cosigning: Mapped[str] = mapped_column(String(6), default="")
    """A `Cosigning`: when its countersignatures are needed; empty: it waits for none."""
    held = sealed_data_or_none()
    urged: Mapped[int] = mapped_column(default=0)
    urged_at: Mapped[datetime | None]
    straight_to: Mapped[dict[str, Any] | None]
    """After a return that goes straight back: the step that sent it back, and those in between."""

    @validates("completed_at")
    def _measure(self, _name: str, at: datetime | None) -> datetime | None:
        """Set the day and the duration together with the instant of finishing."""
        self.completed_on = None if at is None else civil_date(at)
        self.took = None if at is None else (at - self.offered_at) // _MINUTE
        return at

    def record_name(self) -> str:
        """Its title, for the record of its state."""
        return tr("“{title}”", title=self.title)


class CaseEvent(Row):
    """An event of a case; append-only, each hash includes the one before it."""

    __tablename__ = "case_event"
    sealed_by = ("case_id", "position")
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        Index(
            "ix_case_event_moved", "id", postgresql_where=text("kind = 'moved'"),
            sqlite_where=text("kind = 'moved'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    position: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    title = sealed_text()
    payload = sealed_data(dict[str, Any])
    salt = sealed_text()
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


def _warned(how: str) -> Any:
    return {"postgresql_where": text(f"warned {how}"), "sqlite_where": text(f"warned {how}")}


RUNNING: Any = {"postgresql_where": text("stopped_on IS NULL"), "sqlite_where": text("stopped_on IS NULL")}


class Clock(Row, Marked, RecordedInEvents):
    """A statutory limit of a case: a budget and its suspensions, not a date (时限)."""

    __tablename__ = "clock"
    record_title, recorded_since, records_more_of_parts = tr("时限"), ("warned",), True
    __table_args__ = (
        Index("ix_clock_case", "case_id"),
        Index("ix_clock_late", "due_on", "case_id", "red_on", "stopped_on", **RUNNING),
        Index("ix_clock_turns_yellow", "stopped_on", "yellow_on", **_warned("= ''")),
        Index("ix_clock_turns_red", "stopped_on", "red_on", **_warned("= 'yellow'")),
        Index("ix_clock_runs_out", "stopped_on", "due_on", **_warned("IN ('yellow', 'red')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    name: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(20))
    budget: Mapped[int]
    extension: Mapped[int] = mapped_column(default=0)
    extension_reason = sealed_text()
    started_on: Mapped[date]
    stopped_on: Mapped[date | None]
    due_on: Mapped[date]
    yellow_on: Mapped[date]
    red_on: Mapped[date]
    is_provisional: Mapped[bool] = mapped_column(default=False)
    bars_advances: Mapped[bool] = mapped_column(default=False)
    """When overdue, it blocks the township's next advance from its petty fund (C10)."""
    warned: Mapped[str] = mapped_column(String(10), default="")

    suspensions: Mapped[list[Suspension]] = relationship(
        cascade="all, delete-orphan", order_by="Suspension.id"
    )
    """Loaded only when a clock is recomputed or explained; finishing a step needs only the due date."""

    def record_name(self) -> str:
        """Its title, for the record of its state."""
        return tr("“{title}”", title=self.title)

    def record_parts(self) -> list[Any]:
        """Its suspensions, recorded with it."""
        found = [[s.seal_mark, s.from_on, s.until_on, s.reason, s.cause] for s in self.suspensions]
        return sorted(found)

    def record_parts_before(self) -> list[Any]:
        """Its suspensions, of which it was not said who had caused them."""
        return sorted([s.seal_mark, s.from_on, s.until_on, s.reason] for s in self.suspensions)


class Suspension(Row, Marked, PartOfRecorded):
    """A period that does not count: the days after `from_on` up to and including `until_on`."""

    __tablename__ = "suspension"
    told_with = ("clock_id", "clock")

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    reason = sealed_text()
    cause: Mapped[SuspensionCause] = mapped_column(
        StateText(SuspensionCause, 10), default=SuspensionCause.STEP
    )
    """A case that is resumed goes on with the clocks that its suspension by the office had stopped, and no other one."""


class Attachment(Row, Marked, Stated):
    """An uploaded file of a case, stored by its hash."""

    __tablename__ = "attachment"
    stated_but = ("preview", "preview_sealed")

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    name = sealed_text()
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    material: Mapped[str] = mapped_column(String(40), default="")
    """The material of the programme; empty for any other paper."""
    preview = sealed_bytes_or_none(deferred=True)
    """A thumbnail of the first page, made by the renderer when it was filed."""


class Notice(Row, Marked):
    """A notice to somebody about a case (消息): shown on the page, sent by mail or webhook if configured."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_mine", "account_id", "read_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(20))
    text = sealed_message()
    case_number: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class Incident(Row, Marked):
    """A failure of a case that waits for a retry (异常)."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_open", "resolved_at", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    place: Mapped[str] = mapped_column(String(160))
    code: Mapped[str] = mapped_column(String(40))
    message = sealed_message()
    at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=1)
    next_try_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]


class NumberSeries(Row):
    """The last number issued in a series; gaps are allowed, no number is issued twice."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(String(80), primary_key=True)
    last: Mapped[int]
