"""Issued papers and their printings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from processes.papers.status import PaperStanding, PaperStatus
from processes.storage.base import Marked, RecordedInEvents, Row, Scoped, Stated
from processes.storage.sealing import sealed_data, sealed_text, sealed_text_or_none
from processes.storage.types import StateText
from processes.texts import tr


class IssuedPaper(Row, Scoped, Marked, RecordedInEvents):
    """A paper with number and contract; the PDF is made later (文书)."""

    __tablename__ = "issued_paper"
    record_title, unrecorded = tr("文书"), ("status", "is_printed", "error")
    __table_args__ = (
        Index("ix_issued_paper_case", "case_id"),
        Index(
            "ix_issued_paper_unprinted", "id", postgresql_where=text("NOT is_printed"),
            sqlite_where=text("is_printed = 0"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    kind: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(60))
    template: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(10), unique=True)
    contract = sealed_data(dict[str, Any])
    question: Mapped[str] = mapped_column(String(160))
    status: Mapped[PaperStatus] = mapped_column(StateText(PaperStatus, 12), default=PaperStatus.PENDING)
    standing: Mapped[PaperStanding] = mapped_column(
        StateText(PaperStanding, 12), default=PaperStanding.STANDING
    )
    division: Mapped[str] = mapped_column(String(12))
    """Without an index of its own, which planners would prefer to that of unprinted papers."""
    is_printed: Mapped[bool] = mapped_column(default=False)
    """Whether it was printed at least once; set with the first `Printing`."""
    is_decided: Mapped[bool] = mapped_column(default=True)
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(60))
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]
    pages: Mapped[int | None]
    error = sealed_text_or_none()
    signed_sha256: Mapped[str | None] = mapped_column(String(64))
    """The file with the electronic signatures given so far."""
    ended_on: Mapped[date | None]
    """When it was superseded or withdrawn."""
    ended_because = sealed_text()
    returned_on: Mapped[date | None]
    """When the last of its signed pages was returned."""

    def record_name(self) -> str:
        """Its title and number."""
        return tr("《{title}》{number}", title=self.title, number=self.number)


class PaperSignature(Row, Stated):
    """An electronic signature or seal on a paper, in order; `sha256` is the file including it (电子签名)."""

    __tablename__ = "paper_signature"
    __table_args__ = (UniqueConstraint("paper_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("issued_paper.id"))
    position: Mapped[int]
    role: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64), index=True)


class Handwriting(Row, Marked, Stated):
    """A signature written on the screen by somebody without an account (手写签名)."""

    __tablename__ = "handwriting"
    __table_args__ = (UniqueConstraint("case_id", "ref"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    ref: Mapped[str] = mapped_column(String(160))
    """The reference of its step; of several at one step the last one counts."""
    signer: Mapped[str] = mapped_column(String(60))
    picture = sealed_data(dict[str, Any])
    """`png`: the picture in base 64, encrypted; `former`: replaced signatures, with when and by whom they
    were taken."""
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))


class ReturnedPage(Row, Marked, Stated):
    """A page of a paper that was printed, signed and scanned (签字件); the valid one, see `ReplacedPage`."""

    __tablename__ = "returned_page"
    __table_args__ = (UniqueConstraint("paper_id", "page"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("issued_paper.id"))
    page: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    source = sealed_text()
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))


class ReplacedPage(Row, Marked, Stated):
    """A filed page that was replaced by another scan; it is kept."""

    __tablename__ = "replaced_page"

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("issued_paper.id"), index=True)
    page: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    source = sealed_text()
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[str] = mapped_column(String(60))
    reason = sealed_text()


class Printing(Row, Stated):
    """One printing of a paper."""

    __tablename__ = "printing"

    id: Mapped[int] = mapped_column(primary_key=True)
    paper_id: Mapped[int] = mapped_column(ForeignKey("issued_paper.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    copy: Mapped[int]
