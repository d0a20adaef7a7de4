"""Reading papers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Case
from processes.errors import NotFound
from processes.papers.models import IssuedPaper, ReturnedPage
from processes.releases.models import Release

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Verified:
    """What anyone who holds a paper may know of it: no personal data."""

    title: str
    number: str
    issued_on: str
    sha256: str
    stands: bool
    decided: bool
    case_status: str


def of_case(session: Session, case_id: int) -> list[IssuedPaper]:
    """Papers of a case, oldest first."""
    return list(
        session.scalars(select(IssuedPaper).where(IssuedPaper.case_id == case_id).order_by(IssuedPaper.id))
    )


def by_code(session: Session, code: str) -> IssuedPaper:
    """A paper in scope by its code; raises `NotFound`."""
    found = session.scalar(select(IssuedPaper).where(IssuedPaper.code == code.upper()))
    if found is None:
        raise NotFound()
    return found


def not_returned(session: Session) -> list[tuple[IssuedPaper, Case, list[int]]]:
    """Papers in scope that stand, are to be signed, and whose signed pages are not all back; oldest first."""
    query = (
        select(IssuedPaper, Case)
        .join(Case, Case.id == IssuedPaper.case_id)
        .where(
            IssuedPaper.standing == "standing", IssuedPaper.is_decided, IssuedPaper.status == "ready",
            IssuedPaper.returned_on.is_(None),
        )
        .order_by(IssuedPaper.id)
        .limit(SHOWN)
    )  # fmt: skip
    found = session.execute(query).all()
    there: dict[int, set[int]] = {}
    pages = select(ReturnedPage).where(ReturnedPage.paper_id.in_([p.id for p, _ in found]))
    for page in session.scalars(pages):
        there.setdefault(page.paper_id, set()).add(page.page)
    return [
        (paper, case, [n for n in range(1, (paper.pages or 0) + 1) if n not in there.get(paper.id, set())])
        for paper, case in found
    ]


def case_of_code(session: Session, code: str) -> Case | None:
    """The case in scope that a paper belongs to, by the code printed on it."""
    query = select(Case).join(IssuedPaper, IssuedPaper.case_id == Case.id).where(IssuedPaper.code == code)
    return session.scalar(query)


def verified(session: Session, code: str) -> Verified | None:
    """What the verification page says of a code; asks across divisions, tells no person's data."""
    paper, case = IssuedPaper.__table__, Case.__table__
    row = session.execute(
        select(
            paper.c.title, paper.c.number, paper.c.issued_on, paper.c.sha256, paper.c.standing,
            paper.c.is_decided, case.c.status,
        )
        .join(case, case.c.id == paper.c.case_id)
        .where(paper.c.code == code.upper())
    ).first()  # fmt: skip
    if row is None:
        return None
    return Verified(
        row.title, row.number, row.issued_on.isoformat(), row.sha256 or "", row.standing == "standing",
        row.is_decided, row.status,
    )  # fmt: skip


def release_number(session: Session, release_id: int) -> int:
    """The number of a release, for the case page."""
    return session.scalars(select(Release.number).where(Release.id == release_id)).one()
