"""Tables of migration batches: which cases change to another release, why, and how to undo it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from processes.cases.status import MigrationRowStatus, MigrationStatus
from processes.engine.migration import Kind
from processes.storage.base import Marked, Row, Stated
from processes.storage.sealing import sealed_bytes_or_none, sealed_data, sealed_text
from processes.storage.types import StateText

MIGRATE = "migrate_cases"


class MigrationBatch(Row, Stated):
    """A plan to migrate the unfinished cases of one release to another, and its result."""

    __tablename__ = "migration_batch"
    stated_but = ("cursor",)
    __table_args__ = (CheckConstraint("run_by_id IS NULL OR run_by_id <> by_id", name="two_people"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(String(60), index=True)
    title: Mapped[str] = mapped_column(String(60))
    from_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    from_number: Mapped[int]
    to_number: Mapped[int]
    status: Mapped[MigrationStatus] = mapped_column(StateText(MigrationStatus, 10), index=True)
    total: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(default=0)
    """The last case checked: the worker continues after it."""
    reason: Mapped[str] = mapped_column(Text, default="")
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    undone_because: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    run_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """The second person, who had it executed."""
    chosen_by: Mapped[list[Any]] = mapped_column(default=list)
    """Accounts that made choices for cases."""


class MigrationRow(Row, Marked, Stated):
    """One case of a batch: the result of the check, the choice, and the previous state of the case."""

    __tablename__ = "migration_row"
    __table_args__ = (
        UniqueConstraint("batch_id", "case_id"),
        Index("ix_migration_row_todo", "batch_id", "status", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("migration_batch.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[Kind] = mapped_column(StateText(Kind, 12))
    reasons: Mapped[list[Any]]
    go: Mapped[bool | None]
    """The supervisor's choice, for cases that need one."""
    status: Mapped[MigrationRowStatus] = mapped_column(
        StateText(MigrationRowStatus, 10), default=MigrationRowStatus.WAITS
    )
    said = sealed_text()
    version_after: Mapped[int] = mapped_column(default=0)
    state_before = sealed_bytes_or_none()
    due_before: Mapped[datetime | None]
    items_before = sealed_data(list[Any])
