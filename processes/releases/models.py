"""Published releases, and the reports that publishing demands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from processes.releases.status import DraftStatus
from processes.storage.base import Row, Stated
from processes.storage.types import StateText


class Release(Row, Stated):
    """A published content of a programme; immutable, numbered, identified by its hash."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("programme", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(String(60))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    effective_from: Mapped[date]
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(Text, default="")


class ScenarioReport(Row, Stated):
    """Records that every scenario of a content passed; `publish` demands such a row for the hash."""

    __tablename__ = "scenario_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime]
    passed: Mapped[int]
    failed: Mapped[int]


_UNDER_WAY = text("status IN ('open', 'proposed')")


class DraftChange(Row, Stated):
    """Who changed which file of a draft; this person may not publish it, even if the change was undone."""

    __tablename__ = "draft_change"
    __table_args__ = (Index("ix_draft_change_draft", "draft_id", "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    file: Mapped[str] = mapped_column(String(120))
    """Empty: properties of the draft stated when it is proposed (note, effective day)."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    mark: Mapped[str] = mapped_column(String(16))
    """Hash of the content saved; empty if the file was removed."""


class Draft(Row, Stated):
    """A content that a supervisor is changing: stored whole, versioned by every save, published by a second
    person."""

    __tablename__ = "draft"
    __table_args__ = (
        Index(
            "uq_draft_under_way", "programme", unique=True,
            postgresql_where=_UNDER_WAY, sqlite_where=_UNDER_WAY,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    programme: Mapped[str] = mapped_column(String(60), index=True)
    title: Mapped[str] = mapped_column(String(60))
    base_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"))
    """Its base release; none for a new programme."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    version: Mapped[int] = mapped_column(default=1)
    status: Mapped[DraftStatus] = mapped_column(StateText(DraftStatus, 10), default=DraftStatus.OPEN)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    author: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(Text, default="")
    effective_from: Mapped[date | None]
    approved_by: Mapped[str] = mapped_column(String(60), default="")
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    simulation: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`state`, `digest`, `on`, `done`, `total` and, when done, its result for registered cases."""
    rehearsal: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """`state` (asked, running, done), `digest`, `done`, `total`, `failed`: the results of its scenarios."""
