"""签字件归位: a signed and scanned sheet finds its paper by the mark in its corner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import binding, render
from processes.access.scope import Actor
from processes.errors import NotFound, RuleBroken
from processes.papers import brought, queries
from processes.papers.models import IssuedPaper, ReturnedPage
from processes.policy.calendar import civil_date
from processes.storage import vault
from processes.storage.unit_of_work import UnitOfWork

_MARK = re.compile(r"/verify/([A-Z0-9]{4,12})(?:/(\d{1,3})-(\d{1,3}))?$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page belongs: the paper's code and, where the mark says it, the page."""

    code: str
    page: int | None


def read(content: bytes, is_pdf: bool) -> tuple[render.ScannedPage, ...]:
    """The pages of an uploaded file; raises `AttachmentRefused` for what cannot be read."""
    with brought.told():
        return render.read_scan(render.Scan(content, is_pdf))


def place_of(codes: Sequence[str]) -> Place | None:
    """What the codes on a page say; the mark with a page number before the one without."""
    found = [m for m in map(_MARK.search, codes) if m is not None]
    found.sort(key=lambda m: m.group(2) is None)
    if not found:
        return None
    page = found[0].group(2)
    return Place(found[0].group(1), None if page is None else int(page))


def paper_of(uow: UnitOfWork, actor: Actor, code: str) -> IssuedPaper:
    """A paper in scope by its code, locked; raises `NotFound`."""
    found = uow.session.scalar(queries.in_scope(actor, code).with_for_update(of=IssuedPaper))
    if found is None:
        raise NotFound()
    return found


def file_page(uow: UnitOfWork, actor: Actor, paper: IssuedPaper, page: int, sha256: str, source: str) -> bool:
    """Put a page to its paper; answers whether the paper is whole now and was not before.

    Raises `RuleBroken` for a page that the paper does not have.
    """
    if paper.pages is None or not 1 <= page <= paper.pages:
        raise RuleBroken(reason=f"《{paper.title}》没有第 {page} 页")
    row = uow.session.scalar(
        select(ReturnedPage).where(ReturnedPage.paper_id == paper.id, ReturnedPage.page == page)
    )
    if row is None:
        row = ReturnedPage(paper_id=paper.id, page=page, sha256="", source="", at=uow.now, by="")
        uow.add(row)
    row.sha256, row.source, row.at, row.by = sha256, source[-160:], uow.now, actor.name
    uow.flush()
    was_whole = paper.returned_on is not None
    if not missing(uow.session, paper):
        paper.returned_on = civil_date(uow.now)
    return paper.returned_on is not None and not was_whole


def pages_of(session: Session, paper: IssuedPaper) -> list[ReturnedPage]:
    """The signed pages of a paper that came back, in order."""
    query = select(ReturnedPage).where(ReturnedPage.paper_id == paper.id).order_by(ReturnedPage.page)
    return list(session.scalars(query))


def missing(session: Session, paper: IssuedPaper) -> list[int]:
    """Pages that have not come back."""
    there = {p.page for p in pages_of(session, paper)}
    return [n for n in range(1, (paper.pages or 0) + 1) if n not in there]


def signed_file(pages: Sequence[ReturnedPage], folder: Path) -> bytes:
    """The signed pages as one PDF."""
    return binding.joined([vault.get(folder, p.sha256) for p in pages])
