"""Print runs (打印任务): payment lists and batches of papers, made by the worker in parts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from processes.papers.status import RunKind, RunStatus
from processes.storage.base import Marked, Row, Scoped, Stated
from processes.storage.sealing import sealed_data, sealed_text_or_none
from processes.storage.types import StateText


class PrintRun(Row, Scoped, Marked, Stated):
    """A print run; its content is stored when requested, so that all parts are consistent."""

    __tablename__ = "print_run"
    stated_but = ("status", "done", "parts")
    __table_args__ = (Index("ix_print_run_status", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    kind: Mapped[RunKind] = mapped_column(StateText(RunKind, 20))
    title: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(60), default="")
    """The number of the list, if it is a paper."""
    content = sealed_data(dict[str, Any])
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    asked_by: Mapped[str] = mapped_column(String(60))
    asked_at: Mapped[datetime]
    status: Mapped[RunStatus] = mapped_column(StateText(RunStatus, 10), default=RunStatus.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int]
    parts: Mapped[list[Any]]
    """The parts made so far: title, sha256, pages."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    pages: Mapped[int | None]
    error = sealed_text_or_none()
