"""Reading cases within a scope: the queues, a case with what hangs on it, what is late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from processes.access.scope import TOWNSHIP_DIGITS, Actor, StandIn
from processes.cases.models import Attachment, Case, Clock, Comment, Incident, Watch, WorkItem
from processes.errors import CaseDestroyed, CaseNotFound, NotFound
from processes.storage.unit_of_work import within

PAGE = 30
MOST_COUNTED = 300
QUEUES = ("mine", "office", "returned", "standing_in", "watching", "done")
_TAIL = 4


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a queue; `total` stops at `MOST_COUNTED`, so that counting stays quick."""

    rows: Sequence[Any]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max((self.total + PAGE - 1) // PAGE, 1)


def worklist(session: Session, actor: Actor, queue: str, search: str = "", number: int = 1) -> Page:
    """A page of one of the actor's queues, soonest due first (done: latest first)."""
    if queue == "watching":
        return _watching(session, actor, search, number)
    parts = [part.where(*_matching(search)) for part in _queue(actor, queue)]
    latest = WorkItem.completed_at.desc()
    order = [latest] if queue == "done" else [WorkItem.due_on, WorkItem.id]
    rows = session.scalars(
        _first(parts, number * PAGE, order).order_by(*order).offset((number - 1) * PAGE).limit(PAGE)
    ).all()
    return Page(rows, number, _count(session, parts))


def counts(session: Session, actor: Actor, known: Mapping[str, int] | None = None) -> dict[str, int]:
    """How many wait in the actor's own queue and in the office's, each counted to `MOST_COUNTED`.

    `known` are totals that the page has counted already.
    """
    found = dict(known or {})
    for name in ("mine", "office"):
        if name not in found:
            found[name] = _count(session, _queue(actor, name))
    return found


def _queue(actor: Actor, queue: str) -> list[Select[Any]]:
    """A queue as parts that an index holds in the queue's order: one for each role of the actor."""
    if queue == "mine":
        return [select(WorkItem).where(WorkItem.claimed_by_id == actor.account_id, WorkItem.status == "open")]
    if queue == "returned":
        mine = select(WorkItem).where(WorkItem.claimed_by_id == actor.account_id, WorkItem.status == "open")
        return [mine.where(WorkItem.returned_reason.is_not(None))]
    if queue == "standing_in":
        return [_for_somebody_away(away) for away in actor.stands_in] or [
            select(WorkItem).where(WorkItem.id.is_(None))
        ]
    if queue == "done":
        return [select(WorkItem).where(WorkItem.completed_by_id == actor.account_id)]
    conditions: list[ColumnElement[bool]] = [WorkItem.status == "open", WorkItem.claimed_by_id.is_(None)]
    if len(actor.division) >= TOWNSHIP_DIGITS:
        conditions.append(WorkItem.township == actor.division[:TOWNSHIP_DIGITS])
    return [select(WorkItem).where(WorkItem.role == role, *conditions) for role in sorted(actor.roles)]


def _for_somebody_away(away: StandIn) -> Select[Any]:
    """What somebody who is away has, or could have taken."""
    query = select(WorkItem).where(
        WorkItem.status == "open", WorkItem.role.in_(sorted(away.roles)), within(WorkItem.division, away.division),
        or_(WorkItem.claimed_by_id.is_(None), WorkItem.claimed_by_id == away.account_id),
    )  # fmt: skip
    return query.where(WorkItem.programme.in_(sorted(away.programmes))) if away.programmes else query


def _first(parts: list[Select[Any]], most: int, order: list[Any]) -> Select[Any]:
    """The items that may be on the page: the first of each part, so that no part is read to its end."""
    if len(parts) == 1:
        return parts[0]
    firsts = [
        select(part.with_only_columns(WorkItem.id).order_by(*order).limit(most).subquery().c.id)
        for part in parts
    ]
    return select(WorkItem).where(WorkItem.id.in_(union_all(*firsts)))


def _matching(search: str) -> list[ColumnElement[bool]]:
    """By case number, by the last four of an ID number, else by the beginning of the name."""
    word = search.strip()
    if not word:
        return []
    if "-" in word:
        return [WorkItem.case_number == word.upper()]
    if len(word) == _TAIL and word[:-1].isdigit():
        return [WorkItem.id_tail == word.upper()]
    return [WorkItem.applicant >= word, WorkItem.applicant < word + "\U0010ffff"]


def _count(session: Session, parts: list[Select[Any]]) -> int:
    """The sum over the parts, each read up to `MOST_COUNTED` in the order of its index."""
    total = 0
    for part in parts:
        limited = part.with_only_columns(WorkItem.id).limit(MOST_COUNTED).subquery()
        total += session.scalar(select(func.count()).select_from(limited)) or 0
    return min(total, MOST_COUNTED)


def _watching(session: Session, actor: Actor, search: str, number: int) -> Page:
    query = (
        select(WorkItem)
        .join(Watch, Watch.case_id == WorkItem.case_id)
        .where(Watch.account_id == actor.account_id, WorkItem.status == "open", *_matching(search))
    )
    rows = session.scalars(
        query.order_by(WorkItem.due_on, WorkItem.id).offset((number - 1) * PAGE).limit(PAGE)
    ).all()
    return Page(rows, number, _count(session, [query]))


def whole(case: Case | None, number: str) -> Case:
    """A case whose file is still there; raises `CaseNotFound` and `CaseDestroyed`."""
    if case is None:
        raise CaseNotFound(number=number)
    if case.destroyed_on is not None:
        raise CaseDestroyed(number=number, on=case.destroyed_on)
    return case


def case_by_number(session: Session, number: str) -> Case:
    """A case in scope, or `CaseNotFound`, `CaseDestroyed`."""
    return whole(session.scalar(select(Case).where(Case.number == number)), number)


def cases(session: Session, search: str, number: int = 1) -> Page:
    """Cases in scope, latest first, by applicant or number."""
    query = select(Case).where(Case.destroyed_on.is_(None))
    word = search.strip()
    if word:
        query = query.where(or_(Case.number == word.upper(), Case.applicant.startswith(word)))
    total = session.scalar(
        select(func.count()).select_from(query.with_only_columns(Case.id).limit(MOST_COUNTED).subquery())
    )
    rows = session.scalars(query.order_by(Case.id.desc()).offset((number - 1) * PAGE).limit(PAGE)).all()
    return Page(rows, number, total or 0)


def of_household(session: Session, household_id: int) -> list[Case]:
    """Cases of a household, latest first."""
    return list(
        session.scalars(
            select(Case)
            .where(Case.household_id == household_id, Case.destroyed_on.is_(None))
            .order_by(Case.id.desc())
        )
    )


def linked(session: Session, case: Case) -> list[Case]:
    """The case that opened this one, and the cases that it opened, in order."""
    query = select(Case).where(or_(Case.parent_id == case.id, Case.id == (case.parent_id or 0)))
    return list(session.scalars(query.order_by(Case.id)))


def referred_to(session: Session, department: str) -> list[WorkItem]:
    """Open items of cases referred to a department, oldest first."""
    query = (
        select(WorkItem)
        .join(Case, Case.id == WorkItem.case_id)
        .where(Case.department == department, WorkItem.status == "open")
    )
    return list(session.scalars(query.order_by(WorkItem.id)))


def open_item_for(session: Session, case_id: int, roles: frozenset[str]) -> WorkItem | None:
    """The open item of a case that a person with these roles can take up."""
    query = select(WorkItem).where(
        WorkItem.case_id == case_id, WorkItem.status == "open", WorkItem.role.in_(sorted(roles))
    )
    return session.scalars(query.order_by(WorkItem.id)).first()


def items(session: Session, case_id: int) -> list[WorkItem]:
    """Work items of a case, oldest first."""
    return list(session.scalars(select(WorkItem).where(WorkItem.case_id == case_id).order_by(WorkItem.id)))


def item(session: Session, number: str, item_id: int) -> WorkItem:
    """A work item of a case in scope, or `NotFound`."""
    found = session.scalar(select(WorkItem).where(WorkItem.id == item_id, WorkItem.case_number == number))
    if found is None:
        raise NotFound()
    return found


def attachments(session: Session, case_id: int) -> list[Attachment]:
    """Attachments of a case, oldest first."""
    return list(
        session.scalars(select(Attachment).where(Attachment.case_id == case_id).order_by(Attachment.id))
    )


def comments(session: Session, case_id: int) -> list[Comment]:
    """Remarks on a case, oldest first."""
    return list(session.scalars(select(Comment).where(Comment.case_id == case_id).order_by(Comment.id)))


def is_watching(session: Session, case_id: int, account_id: int | None) -> bool:
    """Whether a person follows a case."""
    return account_id is not None and session.get(Watch, (case_id, account_id)) is not None


def late(session: Session, today: date) -> list[tuple[Case, Clock]]:
    """Running clocks that are red or overdue, with their cases in scope, latest due date last."""
    query = (
        select(Case, Clock)
        .join(Clock, Clock.case_id == Case.id)
        .where(Clock.stopped_on.is_(None), Clock.red_on <= today, Case.status == "open")
        .order_by(Clock.due_on, Case.id)
        .limit(200)
    )
    return [(row, clock) for row, clock in session.execute(query)]


def incidents(session: Session) -> list[tuple[Case, Incident]]:
    """Open incidents of cases in scope, latest first."""
    query = (
        select(Case, Incident)
        .join(Incident, Incident.case_id == Case.id)
        .where(Incident.resolved_at.is_(None))
        .order_by(Incident.id.desc())
        .limit(200)
    )
    return [(row, incident) for row, incident in session.execute(query)]


def load_by_township(session: Session, today: date) -> list[dict[str, Any]]:
    """Open items and late ones by township, for the county's plot."""
    query = (
        select(
            WorkItem.township,
            func.count(),
            func.sum(case((WorkItem.due_on < today, 1), else_=0)),
        )
        .where(WorkItem.status == "open")
        .group_by(WorkItem.township)
        .order_by(WorkItem.township)
    )
    return [{"township": t, "open": n, "late": int(late or 0)} for t, n, late in session.execute(query)]
