"""Prints many papers at once: unprinted papers in one file, with a list in front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from documents import binding, render
from processes.cases.models import Case
from processes.papers import shared_template
from processes.papers.models import IssuedPaper
from processes.papers.status import PaperStanding, PaperStatus
from processes.policy.calendar import SHANGHAI
from processes.storage import file_store
from processes.texts import tr

TEMPLATE = "print_list.html"
TITLE = tr("文书打印清单")
MOST = 500


@dataclass(frozen=True, slots=True)
class BatchPaper:
    """One paper of a batch: its file and its line in the list."""

    sha256: str
    title: str
    number: str
    case: str
    applicant: str
    pages: int


def waiting(session: Session) -> list[tuple[IssuedPaper, Case]]:
    """Return valid papers in scope that are rendered and were never printed; oldest first."""
    query = (
        select(IssuedPaper, Case)
        .join(Case, Case.id == IssuedPaper.case_id)
        .where(
            IssuedPaper.standing == PaperStanding.STANDING,
            IssuedPaper.is_decided,
            IssuedPaper.status == PaperStatus.READY,
            ~IssuedPaper.is_printed,
        )
        .order_by(IssuedPaper.id)
        .limit(MOST)
        .options(defer(IssuedPaper.contract, raiseload=True))  # large, and not needed for the list
    )
    return [(paper, case) for paper, case in session.execute(query)]


def bound(
    session: Session, sheets: Sequence[BatchPaper], folder: Path, by: str, now: datetime
) -> tuple[bytes, int]:
    """Return the list and all papers as one PDF, each starting on a new page; and its number of pages."""
    cover = _cover(session, sheets, by, now)
    content = binding.bound(chain([cover.content], (file_store.get(folder, s.sha256) for s in sheets)))
    return content, cover.pages + sum(s.pages for s in sheets)


def _cover(session: Session, sheets: Sequence[BatchPaper], by: str, now: datetime) -> render.Made:
    data = {
        "title": TITLE,
        "printed_by": by,
        "printed_at": f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
        "pages": sum(s.pages for s in sheets),
        "lines": [
            {"serial": n, "title": s.title, "number": s.number, "case": s.case, "applicant": s.applicant, "pages": s.pages}
            for n, s in enumerate(sheets, start=1)
        ],
    }  # fmt: skip
    return shared_template.made(session, TEMPLATE, data, now)
