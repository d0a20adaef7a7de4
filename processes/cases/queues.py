"""Queues (待办): mine, my office's, both, returned, substitution, watched, done; filtered, searched, ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union_all
from sqlalchemy.orm import Session

from processes.access.models import Division
from processes.access.scope import TOWNSHIP_DIGITS, Actor, StandIn
from processes.cases import priority
from processes.cases.colleague_models import Watch
from processes.cases.models import WorkItem
from processes.cases.pages import MOST_COUNTED, PAGE, Page
from processes.cases.queue_models import SavedFilter
from processes.cases.status import DueBucket, WorkItemStatus
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.storage import full_text
from processes.storage.types import constant
from processes.storage.unit_of_work import within
from processes.texts import tr

QUEUES = {
    "mine": tr("我的待办"), "office": tr("本单位待签收"), "returned": tr("退回给我"), "standing_in": tr("代办"), "watching": tr("我的关注"),
    "done": tr("我已办结"), "todo": tr("待办和待签收"),
}  # fmt: skip
WEEK = timedelta(days=7)
ORDERS = {"due": tr("按期限"), "arrival": tr("按到达"), "priority": tr("按优先级")}
_TAIL = 4
_NAME_BEYOND = "\U0010ffff"
_WEIGHED = (
    WorkItem.id, WorkItem.due_on, WorkItem.red_on, WorkItem.yellow_on, WorkItem.offered_at, WorkItem.urged,
    WorkItem.category, WorkItem.returned_reason.is_not(None).label("returned_reason"),
)  # fmt: skip
"""Columns that points are computed from; of a reason only whether there is one."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Conditions of a queue; empty ones do not filter."""

    queue: str
    word: str = ""
    programme: str = ""
    task: str = ""
    colour: str = ""
    township: str = ""
    order: str = "due"
    today: date | None = None
    points: Mapping[str, int] = field(default_factory=dict)
    """Points of the priority rules; needed for that order."""

    @property
    def is_filtered(self) -> bool:
        """Return whether anything filters the queue."""
        return any((self.word, self.programme, self.task, self.colour, self.township))


def worklist(session: Session, actor: Actor, wanted: Wanted, number: int = 1, size: int = PAGE) -> Page:
    """Return a page of one of the actor's queues, in the requested order (done: latest first)."""
    matching = _matching(session, actor, wanted.word)
    parts = [part.where(*matching, *_conditions(wanted)) for part in _queue(actor, wanted.queue)]
    total = _count(session, parts)
    if total == 0 and wanted.word:
        # The word has the form of no name, number or village.
        matches = WorkItem.case_id.in_(full_text.matching(session, wanted.word))
        parts = [part.where(matches, *_conditions(wanted)) for part in _queue(actor, wanted.queue)]
        total = _count(session, parts)
    if wanted.order == "priority" and wanted.queue != "done" and wanted.today is not None:
        return Page(_by_priority(session, parts, wanted, wanted.today, number), number, total)
    order = _order(wanted)
    rows = session.scalars(
        _first(parts, number * size, order).order_by(*order).offset((number - 1) * size).limit(size)
    ).all()
    return Page(rows, number, total)


def _order(wanted: Wanted) -> list[Any]:
    if wanted.queue == "done":
        return [WorkItem.completed_at.desc()]
    if wanted.order == "arrival":
        return [WorkItem.offered_at, WorkItem.id]
    return [WorkItem.due_on, WorkItem.id]


def _by_priority(
    session: Session, parts: list[Select[Any]], wanted: Wanted, today: date, number: int
) -> list[priority.Ranked]:
    """The page of the most urgent items by points; items due later are read only as far as the points require."""
    order = [WorkItem.due_on, WorkItem.id]
    weighed = _first(parts, MOST_COUNTED, order).with_only_columns(*_WEIGHED)
    ranked = priority.ordered(
        priority.rank(row, today, dict(wanted.points), (today - civil_date(row.offered_at)).days)
        for row in session.execute(weighed.order_by(*order).limit(MOST_COUNTED))
    )
    shown = ranked[(number - 1) * PAGE : number * PAGE]
    query = select(WorkItem).where(WorkItem.id.in_([r.item.id for r in shown]))
    items = {item.id: item for item in session.scalars(query)}
    return [replace(r, item=items[r.item.id]) for r in shown]


def due(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """Count what a person can do that is late, due today, due within the week: their own, and unclaimed of
    their office.

    Each is counted up to `MOST_COUNTED`, from the index.
    """
    return {
        colour: _count(
            session, [part.where(*_conditions(Wanted("todo", colour=colour, today=today))) for part in _queue(actor, "todo")]
        )
        for colour in (DueBucket.OVERDUE, DueBucket.TODAY, DueBucket.WEEK)
    }  # fmt: skip


def counts(session: Session, actor: Actor, known: Mapping[str, int] | None = None) -> dict[str, int]:
    """Count the items in the actor's own queue and in the office's, each up to `MOST_COUNTED`.

    `known` are totals that the page has counted already.
    """
    totals = dict(known or {})
    for name in ("mine", "office"):
        if name not in totals:
            totals[name] = _count(session, _queue(actor, name))
    return totals


def in_hand(session: Session, account_id: int) -> int:
    """Return how many open steps are assigned to an account."""
    mine = select(func.count()).where(
        WorkItem.claimed_by_id == account_id, WorkItem.status == WorkItemStatus.OPEN
    )
    return session.scalar(mine) or 0


def tasks(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Return the steps that may occur in the actor's queues, by id and title, for the filter."""
    titles = {
        task: title for role in sorted(actor.roles) for task, title in session.execute(_steps_of(role, actor))
    }
    return sorted(titles.items(), key=lambda t: t[1])


def _steps_of(role: str, actor: Actor) -> Select[Any]:
    """The steps of a role with open items in scope, each with a title.

    A loose index scan: one look-up for each step, however many items it has.
    """
    item = WorkItem.__table__
    open_here = item.c.status == constant(WorkItemStatus.OPEN), item.c.role == role
    steps = select(select(func.min(item.c.task)).where(*open_here).scalar_subquery().label("task")).cte(
        "steps", recursive=True
    )
    further = select(func.min(item.c.task)).where(*open_here, item.c.task > steps.c.task).correlate(steps)
    steps = steps.union_all(select(further.scalar_subquery()).where(steps.c.task.is_not(None)))
    one = (
        select(WorkItem.title)
        .where(
            WorkItem.status == constant(WorkItemStatus.OPEN), WorkItem.role == role, WorkItem.task == steps.c.task,
            *_of_place(actor),
        )
        .limit(1)
        .correlate(steps)
        .scalar_subquery()
        .label("title")
    )  # fmt: skip
    named = select(steps.c.task, one).where(steps.c.task.is_not(None)).subquery()
    return select(named.c.task, named.c.title).where(named.c.title.is_not(None)).limit(MOST_COUNTED)


def _of_place(actor: Actor) -> list[ColumnElement[bool]]:
    """The township of an actor, if they have one; the scope itself is added to every query."""
    if len(actor.division) < TOWNSHIP_DIGITS:
        return []
    return [WorkItem.township == actor.division[:TOWNSHIP_DIGITS]]


def saved(session: Session, actor: Actor) -> list[SavedFilter]:
    """Return the actor's own filters and those shared by their office."""
    query = select(SavedFilter).where(
        or_(SavedFilter.account_id == actor.account_id, SavedFilter.is_shared.is_(True))
    )
    return list(session.scalars(query.order_by(SavedFilter.name)))


def _queue(actor: Actor, queue: str) -> list[Select[Any]]:
    """A queue as parts that an index holds in the queue's order: one for each role of the actor."""
    mine = select(WorkItem).where(
        WorkItem.claimed_by_id == actor.account_id, WorkItem.status == WorkItemStatus.OPEN
    )
    if queue == "mine":
        return [mine]
    if queue == "returned":
        return [mine.where(WorkItem.returned_reason.is_not(None))]
    if queue == "standing_in":
        nothing = select(WorkItem).where(WorkItem.id.is_(None))
        return [_for_somebody_away(away) for away in actor.stands_in] or [nothing]
    if queue == "watching":
        watched = select(Watch.case_id).where(Watch.account_id == actor.account_id)
        return [select(WorkItem).where(WorkItem.case_id.in_(watched), WorkItem.status == WorkItemStatus.OPEN)]
    if queue == "done":
        return [select(WorkItem).where(WorkItem.completed_by_id == actor.account_id)]
    conditions = [WorkItem.status == WorkItemStatus.OPEN, WorkItem.claimed_by_id.is_(None), *_of_place(actor)]
    office = [select(WorkItem).where(WorkItem.role == role, *conditions) for role in sorted(actor.roles)]
    return [mine, *office] if queue == "todo" else office


def _for_somebody_away(away: StandIn) -> Select[Any]:
    """Items that an absent person has, or could take."""
    query = select(WorkItem).where(
        WorkItem.status == WorkItemStatus.OPEN, WorkItem.role.in_(sorted(away.roles)), within(WorkItem.division, away.division),
        or_(WorkItem.claimed_by_id.is_(None), WorkItem.claimed_by_id == away.account_id),
    )  # fmt: skip
    return query.where(WorkItem.programme.in_(sorted(away.programmes))) if away.programmes else query


def _first(parts: list[Select[Any]], most: int, order: list[Any]) -> Select[Any]:
    """Candidates for the page: the first of each part, so that no part is read completely."""
    if len(parts) == 1:
        return parts[0]
    firsts = [
        select(part.with_only_columns(WorkItem.id).order_by(*order).limit(most).subquery().c.id)
        for part in parts
    ]
    return select(WorkItem).where(WorkItem.id.in_(union_all(*firsts)))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    criteria: list[ColumnElement[bool]] = []
    if wanted.programme:
        criteria.append(WorkItem.programme == wanted.programme)
    if wanted.task:
        criteria.append(WorkItem.task == wanted.task)
    if wanted.township:
        criteria.append(WorkItem.township == wanted.township)
    today = wanted.today
    if today is not None and wanted.colour == DueBucket.OVERDUE:
        criteria.append(WorkItem.due_on < today)
    if today is not None and wanted.colour == DueBucket.TODAY:
        criteria.append(WorkItem.due_on == today)
    if today is not None and wanted.colour == DueBucket.WEEK:
        criteria += [WorkItem.due_on >= today, WorkItem.due_on <= today + WEEK]
    if today is not None and wanted.colour == DueBucket.RED:
        criteria += [WorkItem.red_on <= today, WorkItem.due_on >= today]
    if today is not None and wanted.colour == DueBucket.YELLOW:
        criteria += [WorkItem.yellow_on <= today, WorkItem.red_on > today, WorkItem.due_on >= today]
    return criteria


def _matching(session: Session, actor: Actor, search: str) -> list[ColumnElement[bool]]:
    """Match by case number, last four of an ID number, pinyin initials, village, else the beginning of the name."""
    word = reading.search_word(search)
    if not word:
        return []
    if "-" in word:
        return [WorkItem.case_number == word.upper()]
    if len(word) == _TAIL and word[:-1].isdecimal():
        return [WorkItem.id_tail == word.upper()]
    if word.isascii():
        low = word.lower()
        readings = (WorkItem.initials, WorkItem.initials_other)
        return [or_(*((read >= low) & (read < low + _NAME_BEYOND) for read in readings))]
    places = select(Division.code).where(
        or_(Division.name == word, Division.full_name == word), within(Division.code, actor.division)
    )
    codes = session.scalars(places).all()
    if codes:
        return [or_(*(within(WorkItem.division, code) for code in codes))]
    return [WorkItem.applicant >= word, WorkItem.applicant < word + _NAME_BEYOND]


def _count(session: Session, parts: list[Select[Any]]) -> int:
    """The sum over the parts, each counted up to `MOST_COUNTED` in index order."""
    total = 0
    for part in parts:
        limited = part.with_only_columns(WorkItem.id).limit(MOST_COUNTED).subquery()
        total += session.scalar(select(func.count()).select_from(limited)) or 0
    return min(total, MOST_COUNTED)
