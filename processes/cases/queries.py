"""Queries of cases within a scope: a case with its related rows, lists of cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, undefer

from processes.cases.colleague_models import Comment, Watch
from processes.cases.models import Attachment, Case, Incident, WorkItem
from processes.cases.pages import MOST_COUNTED, PAGE, Page
from processes.cases.status import CaseStatus, WorkItemStatus
from processes.errors import CaseDestroyed, CaseNotFound, NotFound
from processes.policy import reading
from processes.policy.calendar import SHANGHAI
from processes.storage import full_text
from processes.storage.unit_of_work import within


def whole(case: Case | None, number: str) -> Case:
    """Return the case if its file still exists; raises `CaseNotFound` and `CaseDestroyed`."""
    if case is None:
        raise CaseNotFound(number=number)
    if case.destroyed_on is not None:
        raise CaseDestroyed(number=number, on=case.destroyed_on)
    return case


def case_by_number(session: Session, number: str) -> Case:
    """Return a case in scope; raises `CaseNotFound`, `CaseDestroyed`."""
    return whole(session.scalar(select(Case).where(Case.number == number)), number)


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Filter of a list of cases: programme, state, township, registration days (in China, both included)."""

    programme: str = ""
    state: str = ""
    township: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_filtered(self) -> bool:
        """Return whether anything filters the list."""
        return any((self.programme, self.state, self.township, self.since, self.until))

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return conditions for a query of cases."""
        criteria = []
        if self.programme:
            criteria.append(Case.programme == self.programme)
        if self.state:
            criteria.append(Case.status == self.state)
        if self.township:
            criteria.append(within(Case.division, self.township))
        if self.since:
            criteria.append(Case.opened_at >= datetime.combine(self.since, time(), SHANGHAI))
        if self.until:
            criteria.append(
                Case.opened_at < datetime.combine(self.until + timedelta(days=1), time(), SHANGHAI)
            )
        return criteria


EVERY_CASE = CaseFilter()


def cases(
    session: Session, search: str, number: int = 1, wanted: CaseFilter = EVERY_CASE, size: int = PAGE
) -> Page:
    """Return cases in scope, latest first, by applicant or number, filtered."""
    query = select(Case).where(Case.destroyed_on.is_(None), *wanted.conditions())
    word = reading.search_word(search)
    if word:
        low = word.lower()
        by_initials = or_(
            *((read >= low) & (read < low + "\U0010ffff") for read in (Case.initials, Case.initials_other))
        )
        by_name = (
            by_initials
            if word.isascii() and "-" not in word
            else (Case.applicant >= word) & (Case.applicant < word + "\U0010ffff")
        )
        matches = Case.id.in_(full_text.matching(session, word))
        query = query.where(or_(Case.number == word.upper(), by_name, matches))
    total = session.scalar(
        select(func.count()).select_from(query.with_only_columns(Case.id).limit(MOST_COUNTED).subquery())
    )
    order = Case.opened_at.desc(), Case.id.desc()
    rows = session.scalars(query.order_by(*order).offset((number - 1) * size).limit(size)).all()
    return Page(rows, number, total or 0)


def of_household(session: Session, household_id: int) -> list[Case]:
    """Return cases of a household, latest first."""
    return list(
        session.scalars(
            select(Case)
            .where(Case.household_id == household_id, Case.destroyed_on.is_(None))
            .order_by(Case.id.desc())
        )
    )


def open_of(session: Session, programme: str, process: str) -> list[Case]:
    """Return open cases of a process in scope, the oldest first; at most `PAGE`."""
    query = select(Case).where(
        Case.programme == programme, Case.process == process, Case.status != CaseStatus.CLOSED
    )
    return list(session.scalars(query.order_by(Case.id).limit(PAGE)))


def waiting_items(session: Session, case_ids: list[int]) -> dict[int, list[WorkItem]]:
    """Return the open items of cases, by case, the first offered first."""
    by_case: dict[int, list[WorkItem]] = {}
    query = select(WorkItem).where(WorkItem.case_id.in_(case_ids), WorkItem.status == WorkItemStatus.OPEN)
    for item in session.scalars(query.order_by(WorkItem.id)):
        by_case.setdefault(item.case_id, []).append(item)
    return by_case


def linked(session: Session, case: Case) -> list[Case]:
    """Return the case that opened this one, and the cases that it opened, in order."""
    query = select(Case).where(or_(Case.parent_id == case.id, Case.id == (case.parent_id or 0)))
    return list(session.scalars(query.order_by(Case.id)))


def referred_to(session: Session, department: str) -> list[WorkItem]:
    """Return open items of cases referred to a department, oldest first."""
    query = (
        select(WorkItem)
        .join(Case, Case.id == WorkItem.case_id)
        .where(Case.department == department, WorkItem.status == WorkItemStatus.OPEN)
    )
    return list(session.scalars(query.order_by(WorkItem.id)))


def open_item_for(session: Session, case_id: int, roles: frozenset[str]) -> WorkItem | None:
    """Return the open item of a case that a person with these roles can take up."""
    query = select(WorkItem).where(
        WorkItem.case_id == case_id, WorkItem.status == WorkItemStatus.OPEN, WorkItem.role.in_(sorted(roles))
    )
    return session.scalars(query.order_by(WorkItem.id)).first()


def items(session: Session, case_id: int) -> list[WorkItem]:
    """Return work items of a case, oldest first."""
    return list(session.scalars(select(WorkItem).where(WorkItem.case_id == case_id).order_by(WorkItem.id)))


def item(session: Session, number: str, item_id: int) -> WorkItem:
    """Return a work item of a case in scope; raises `NotFound`."""
    work_item = session.scalar(select(WorkItem).where(WorkItem.id == item_id, WorkItem.case_number == number))
    if work_item is None:
        raise NotFound()
    return work_item


def attachments(session: Session, case_id: int) -> list[Attachment]:
    """Return attachments of a case, oldest first."""
    return list(
        session.scalars(select(Attachment).where(Attachment.case_id == case_id).order_by(Attachment.id))
    )


def preview(session: Session, case_id: int, attachment_id: int) -> bytes | None:
    """Return the thumbnail of an attachment; None if it has none, or is no attachment of the case."""
    query = select(Attachment).where(Attachment.case_id == case_id, Attachment.id == attachment_id)
    row = session.scalar(query.options(undefer(Attachment.preview)))
    return None if row is None else row.preview


def comments(session: Session, case_id: int) -> list[Comment]:
    """Return remarks on a case, oldest first."""
    return list(session.scalars(select(Comment).where(Comment.case_id == case_id).order_by(Comment.id)))


def is_watching(session: Session, case_id: int, account_id: int | None) -> bool:
    """Return whether a person follows a case."""
    return account_id is not None and session.get(Watch, (case_id, account_id)) is not None


def incidents(session: Session) -> list[tuple[Case, Incident]]:
    """Return open incidents of cases in scope, latest first."""
    query = (
        select(Case, Incident)
        .join(Incident, Incident.case_id == Case.id)
        .where(Incident.resolved_at.is_(None))
        .order_by(Incident.id.desc())
        .limit(200)
    )
    return [(row, incident) for row, incident in session.execute(query)]
