"""Tables of the archive (档案): old paper files as scans, and destroyed files."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from processes.papers.status import DestructionStatus, RecordKind
from processes.storage.base import Marked, Row, Scoped, Stated
from processes.storage.sealing import sealed_data, sealed_text
from processes.storage.types import StateText


class OldFile(Row, Scoped, Marked, Stated):
    """A paper file older than this system (旧档), scanned for a registered household."""

    __tablename__ = "old_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(60), unique=True)
    """The number on its cover (档号)."""
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    closed_on: Mapped[date]
    retention: Mapped[str] = mapped_column(String(10))
    note = sealed_text()
    taken_in_at: Mapped[datetime]
    taken_in_by: Mapped[str] = mapped_column(String(60))
    destroyed_on: Mapped[date | None]


class OldFileDocument(Row, Stated):
    """A scanned document of an old file, in order."""

    __tablename__ = "old_sheet"
    __table_args__ = (UniqueConstraint("old_file_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    old_file_id: Mapped[int] = mapped_column(ForeignKey("old_file.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    media_type: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]


class ExcludedDocument(Row, Marked, Stated):
    """A scanned document that was marked as not belonging to an old file: excluded from it, but kept and shown."""

    __tablename__ = "set_aside_sheet"

    id: Mapped[int] = mapped_column(primary_key=True)
    old_file_id: Mapped[int] = mapped_column(ForeignKey("old_file.id"), index=True)
    title: Mapped[str] = mapped_column(String(160))
    media_type: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int]
    aside_at: Mapped[datetime]
    aside_by: Mapped[str] = mapped_column(String(60))
    reason = sealed_text()


_PROPOSED = text("status = 'proposed'")


class Destruction(Row, Scoped, Marked, Stated):
    """The destruction of a file after its retention period, proposed by one person and decided by another
    (销毁).

    Kept are: the number, the contents by title, pages and hash, who decided and when.
    """

    __tablename__ = "destruction"
    __table_args__ = (
        Index(
            "uq_destruction_proposed", "number", unique=True,
            postgresql_where=_PROPOSED, sqlite_where=_PROPOSED,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RecordKind] = mapped_column(StateText(RecordKind, 10))
    number: Mapped[str] = mapped_column(String(60), index=True)
    title: Mapped[str] = mapped_column(String(120))
    closed_on: Mapped[date]
    retention: Mapped[str] = mapped_column(String(10))
    pieces = sealed_data(list[Any])
    """Title, pages and sha256 of every document."""
    reason = sealed_text()
    status: Mapped[DestructionStatus] = mapped_column(
        StateText(DestructionStatus, 10), default=DestructionStatus.PROPOSED
    )
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    proposed_by: Mapped[str] = mapped_column(String(60))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_by: Mapped[str] = mapped_column(String(60), default="")
    decided_at: Mapped[datetime | None]
