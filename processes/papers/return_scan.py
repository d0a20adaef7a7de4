"""签字件归位: files a signed and scanned page by the mark in its corner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import binding, render
from processes.access.scope import Actor
from processes.errors import NotFound, PageFiled, RuleBroken
from processes.papers import brought, queries
from processes.papers.models import IssuedPaper, ReplacedPage, ReturnedPage
from processes.papers.status import PaperStanding
from processes.policy.calendar import civil_date
from processes.storage import file_store
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_MARK = re.compile(r"/verify/([A-Z0-9]{4,12})(?:/(\d{1,3})-(\d{1,3}))?$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page belongs: the paper's code and, if the mark contains it, the page."""

    code: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Scan:
    """A page in the store of scans, and the name of its uploaded file."""

    sha256: str
    source: str


def read(content: bytes, is_pdf: bool) -> tuple[render.ScannedPage, ...]:
    """Return the pages of an uploaded file; raises `AttachmentRefused` if it cannot be read."""
    with brought.told():
        return render.read_scan(render.Scan(content, is_pdf))


def place_of(codes: Sequence[str]) -> Place | None:
    """Parse the codes on a page; a mark with a page number is preferred."""
    found = [m for m in map(_MARK.search, codes) if m is not None]
    found.sort(key=lambda m: m.group(2) is None)
    if not found:
        return None
    page = found[0].group(2)
    return Place(found[0].group(1), None if page is None else int(page))


def paper_of(uow: UnitOfWork, actor: Actor, code: str) -> IssuedPaper:
    """Return a paper in scope by its code, locked; raises `NotFound`."""
    found = uow.session.scalar(queries.in_scope(actor, code).with_for_update(of=IssuedPaper))
    if found is None or found.standing == PaperStanding.DESTROYED:
        raise NotFound()
    return found


@dataclass(frozen=True, slots=True)
class Filed:
    """Result of filing a page: whether the paper is complete now, and the file that it replaced."""

    whole: bool
    before: str | None = None


def file_page(
    uow: UnitOfWork, actor: Actor, paper: IssuedPaper, page: int, scan: Scan, reason: str = ""
) -> Filed:
    """File a page of a paper.

    Raises `RuleBroken` for a page that the paper does not have, `PageFiled` if one is filed already and no
    reason for replacing it is given. The replaced page is kept.
    """
    if paper.pages is None or not 1 <= page <= paper.pages:
        raise RuleBroken(reason=tr("《{title}》没有第 {page} 页", title=paper.title, page=page))
    row = uow.session.scalar(
        select(ReturnedPage).where(ReturnedPage.paper_id == paper.id, ReturnedPage.page == page)
    )
    if row is not None and row.sha256 == scan.sha256:
        return Filed(False)
    before = None
    if row is None:
        row = ReturnedPage(paper_id=paper.id, page=page)
        uow.add(row)
    else:
        before = row.sha256
        _keep(uow, actor, paper, row, reason)
    row.sha256, row.source, row.at, row.by = scan.sha256, scan.source[-160:], uow.now, actor.name
    uow.flush()
    was_whole = paper.returned_on is not None
    if not missing(uow.session, paper):
        paper.returned_on = civil_date(uow.now)
    return Filed(paper.returned_on is not None and not was_whole, before)


def _keep(uow: UnitOfWork, actor: Actor, paper: IssuedPaper, row: ReturnedPage, reason: str) -> None:
    if not reason:
        raise PageFiled(title=paper.title, page=row.page, who=row.by, when=f"{civil_date(row.at)}")
    uow.add(
        ReplacedPage(
            paper_id=paper.id, page=row.page, sha256=row.sha256, source=row.source, at=row.at, by=row.by,
            replaced_at=uow.now, replaced_by=actor.name, reason=reason,
        )
    )  # fmt: skip


def replaced(session: Session, paper_ids: Sequence[int]) -> list[ReplacedPage]:
    """Return the replaced pages of papers, in order of replacement."""
    query = select(ReplacedPage).where(ReplacedPage.paper_id.in_(paper_ids)).order_by(ReplacedPage.id)
    return list(session.scalars(query))


def pages_of(session: Session, paper: IssuedPaper) -> list[ReturnedPage]:
    """Return the signed pages of a paper, in order."""
    query = select(ReturnedPage).where(ReturnedPage.paper_id == paper.id).order_by(ReturnedPage.page)
    return list(session.scalars(query))


def missing(session: Session, paper: IssuedPaper) -> list[int]:
    """Return the pages still missing."""
    there = {p.page for p in pages_of(session, paper)}
    return [n for n in range(1, (paper.pages or 0) + 1) if n not in there]


def signed_file(pages: Sequence[ReturnedPage], folder: Path) -> bytes:
    """Return the signed pages as one PDF."""
    return binding.joined([file_store.get(folder, p.sha256) for p in pages])
