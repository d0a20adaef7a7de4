"""Queries of papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import numbering
from processes.cases.models import Case, WorkItem
from processes.cases.restoration_models import Restoration
from processes.cases.status import WorkItemStatus
from processes.errors import NotFound
from processes.papers.models import IssuedPaper, PaperSignature, Printing, ReturnedPage
from processes.papers.run_models import PrintRun
from processes.papers.status import PaperStanding, PaperStatus, RunKind, RunStatus
from processes.policy.calendar import civil_date
from processes.releases.models import Release
from processes.storage.unit_of_work import within

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Verified:
    """What anyone who holds a paper may know of it: no personal data."""

    title: str
    number: str
    issued_on: str
    sha256: str
    standing: str
    ended_on: str
    decided: bool

    @property
    def stands(self) -> bool:
        """Whether it is still valid."""
        return self.standing == PaperStanding.STANDING


@dataclass(frozen=True, slots=True)
class Inside:
    """What the office sees of a paper that somebody holds."""

    paper: IssuedPaper
    case: Case
    signatures: Sequence[PaperSignature]
    printings: Sequence[Printing]
    successor: IssuedPaper | None
    steps: Sequence[str]
    """Titles of the current steps of the case."""


def of_case(session: Session, case_id: int) -> list[IssuedPaper]:
    """Return papers of a case, oldest first."""
    return list(
        session.scalars(select(IssuedPaper).where(IssuedPaper.case_id == case_id).order_by(IssuedPaper.id))
    )


def in_scope(actor: Actor, code: str) -> Select[IssuedPaper]:
    """Return the query for a paper by its code, in the actor's scope; for a department, of its own cases."""
    query = (
        select(IssuedPaper)
        .join(Case, Case.id == IssuedPaper.case_id)
        .where(IssuedPaper.code == code.strip().upper(), within(IssuedPaper.division, actor.division))
    )
    return query if actor.department is None else query.where(Case.department == actor.department)


def sees_full_numbers(actor: Actor) -> bool:
    """Return whether somebody may see papers with full ID numbers: who may reveal one, and a department its own."""
    return actor.may(Permission.ID_NUMBER_REVEAL) or actor.department is not None


def demand_full_numbers(actor: Actor) -> None:
    """Raise `PermissionMissing` for somebody who may see masked numbers only."""
    if not sees_full_numbers(actor):
        actor.demand(Permission.ID_NUMBER_REVEAL)


def by_code(session: Session, actor: Actor, code: str) -> IssuedPaper:
    """Return a paper in scope by its code; raises `NotFound`."""
    found = session.scalar(in_scope(actor, code))
    if found is None or found.standing == PaperStanding.DESTROYED:
        raise NotFound()
    return found


def not_returned(session: Session) -> list[tuple[IssuedPaper, Case, list[int]]]:
    """Return valid papers in scope to be signed whose signed pages are not all returned; oldest first."""
    query = (
        select(IssuedPaper, Case)
        .join(Case, Case.id == IssuedPaper.case_id)
        .where(
            IssuedPaper.standing == PaperStanding.STANDING, IssuedPaper.is_decided, IssuedPaper.status == PaperStatus.READY,
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


def lost_days(session: Session) -> list[tuple[datetime, datetime]]:
    """Return the periods whose issued papers may be unknown because a backup was restored."""
    return [(made, at) for made, at in session.execute(select(Restoration.made_at, Restoration.at))]


def case_of_code(session: Session, code: str) -> Case | None:
    """Return the case in scope of a paper, by the code printed on it."""
    query = select(Case).join(IssuedPaper, IssuedPaper.case_id == Case.id).where(IssuedPaper.code == code)
    return session.scalar(query)


def printed_code(typed: str) -> str:
    """Return the code of a paper as scanned (an address) or typed; "" if it is none."""
    code = typed.strip().rstrip("/").split("/verify/")[-1].split("/")[0].upper()
    return code if numbering.is_verification_code(code) else ""


def numbered(session: Session, actor: Actor, word: str, most: int) -> list[tuple[IssuedPaper, str]]:
    """Return papers in scope by full number or code, each with its case number, latest first."""
    query = (
        select(IssuedPaper, Case.number)
        .join(Case, Case.id == IssuedPaper.case_id)
        .where(
            or_(IssuedPaper.number == word, IssuedPaper.code == word.upper()),
            IssuedPaper.standing != PaperStanding.DESTROYED, within(IssuedPaper.division, actor.division),
        )
    )  # fmt: skip
    if actor.department is not None:
        query = query.where(Case.department == actor.department)
    return [(p, n) for p, n in session.execute(query.order_by(IssuedPaper.id.desc()).limit(most))]


def verified(session: Session, code: str) -> Verified | None:
    """Return what the verification page shows for a code; in any division, without personal data."""
    paper = IssuedPaper.__table__
    row = session.execute(
        select(
            paper.c.title, paper.c.number, paper.c.issued_on, paper.c.sha256, paper.c.standing,
            paper.c.ended_on, paper.c.is_decided,
        ).where(paper.c.code == code.upper())
    ).first()  # fmt: skip
    if row is None:
        return _verified_list(session, code.upper())
    return Verified(
        row.title, row.number, row.issued_on.isoformat(), row.sha256 or "", row.standing,
        "" if row.ended_on is None else row.ended_on.isoformat(), row.is_decided,
    )  # fmt: skip


def _verified_list(session: Session, code: str) -> Verified | None:
    """A payment list also has a code."""
    run = PrintRun.__table__
    row = session.execute(
        select(run.c.title, run.c.number, run.c.asked_at, run.c.sha256, run.c.status).where(
            run.c.code == code, run.c.kind == RunKind.PAYMENT_LIST
        )
    ).first()
    if row is None:
        return None
    on = civil_date(row.asked_at).isoformat()
    standing = PaperStanding.DESTROYED if row.status == RunStatus.DESTROYED else PaperStanding.STANDING
    return Verified(row.title, row.number, on, row.sha256 or "", standing, "", decided=True)


def inside(session: Session, actor: Actor, code: str) -> Inside | None:
    """Return a paper in scope with the current state of its case; None if out of scope."""
    paper = session.scalar(in_scope(actor, code))
    case = None if paper is None else case_of_code(session, paper.code)
    if paper is None or case is None:
        return None
    signed = select(PaperSignature).where(PaperSignature.paper_id == paper.id)
    printed = select(Printing).where(Printing.paper_id == paper.id)
    later = select(IssuedPaper).where(
        IssuedPaper.case_id == case.id, IssuedPaper.kind == paper.kind, IssuedPaper.id > paper.id,
        IssuedPaper.standing == PaperStanding.STANDING,
    )  # fmt: skip
    steps = select(WorkItem.title).where(WorkItem.case_id == case.id, WorkItem.status == WorkItemStatus.OPEN)
    return Inside(
        paper,
        case,
        session.scalars(signed.order_by(PaperSignature.position)).all(),
        session.scalars(printed.order_by(Printing.id)).all(),
        session.scalars(later.order_by(IssuedPaper.id.desc())).first(),
        session.scalars(steps.order_by(WorkItem.id)).all(),
    )


def release_number(session: Session, release_id: int) -> int:
    """Return the number of a release, for the case page."""
    return session.scalars(select(Release.number).where(Release.id == release_id)).one()
