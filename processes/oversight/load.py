"""Workload of an office: due today, late, waiting, by township and by step; every figure can be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from processes.access.scope import Actor
from processes.cases.models import WorkItem
from processes.cases.pages import PAGE, Page
from processes.cases.status import WorkItemStatus
from processes.oversight.status import LoadState
from processes.storage.types import constant

OPEN = WorkItem.status == constant(WorkItemStatus.OPEN)
"""A constant in the SQL, so that the planner can use the partial index of open items."""


@dataclass(frozen=True, slots=True)
class Load:
    """Open steps of a township or of a kind of step: all, late ones, those due within a week."""

    key: str
    title: str
    open: int
    late: int
    week: int


def by_township(session: Session, today: date) -> list[Load]:
    """Return the load of every township in scope; the title is its code until a name is set."""
    return by_township_and_step(session, today)[0]


def by_township_and_step(session: Session, today: date) -> tuple[list[Load], list[Load]]:
    """Return the load of every township, and of every kind of step, the heaviest first; reads one index."""
    late = func.sum(case((WorkItem.due_on < today, 1), else_=0))
    week = func.sum(case((WorkItem.due_on.between(today, today + timedelta(days=7)), 1), else_=0))
    key = WorkItem.role, WorkItem.task, WorkItem.township
    query = select(*key, func.min(WorkItem.title), func.count(), late, week).where(OPEN).group_by(*key)
    townships: dict[str, Load] = {}
    steps: dict[str, Load] = {}
    for _, task, township, title, *numbers in session.execute(query):
        for totals, kind, name in ((townships, township, township), (steps, task, title)):
            totals[kind] = _with(totals.get(kind, Load(kind, name, 0, 0, 0)), numbers)
    return (
        [townships[code] for code in sorted(townships)],
        sorted(steps.values(), key=lambda load: (-load.open, load.key)),
    )


def _with(load: Load, numbers: Sequence[int]) -> Load:
    number, late, week = (int(n or 0) for n in numbers)
    return replace(load, open=load.open + number, late=load.late + late, week=load.week + week)


def own(session: Session, actor: Actor) -> dict[str, int]:
    """Return how many steps a person has open, and how many of these were sent back."""
    mine = WorkItem.claimed_by_id == actor.account_id, WorkItem.status == WorkItemStatus.OPEN
    back = func.sum(case((WorkItem.returned_reason.is_not(None), 1), else_=0))
    row = session.execute(select(func.count(), back).where(*mine)).one()
    return {"open": int(row[0]), "returned": int(row[1] or 0)}


def late(session: Session, today: date) -> int:
    """Return how many open steps in scope are late."""
    return (
        session.scalar(select(func.count()).select_from(WorkItem).where(OPEN, WorkItem.due_on < today)) or 0
    )


def items(session: Session, state: LoadState, township: str, task: str, today: date, number: int) -> Page:
    """Return the open steps behind a figure, soonest due first."""
    conditions: list[ColumnElement[bool]] = [OPEN]
    if state == LoadState.LATE:
        conditions.append(WorkItem.due_on < today)
    elif state == LoadState.TODAY:
        conditions.append(WorkItem.due_on == today)
    elif state == LoadState.WEEK:
        conditions.append(WorkItem.due_on.between(today, today + timedelta(days=7)))
    elif state == LoadState.UNCLAIMED:
        conditions.append(WorkItem.claimed_by_id.is_(None))
    if township:
        conditions.append(WorkItem.township == township)
    if task:
        conditions.append(WorkItem.task == task)
    query = select(WorkItem).where(*conditions).order_by(WorkItem.due_on, WorkItem.id)
    rows: Sequence[WorkItem] = session.scalars(query.offset((number - 1) * PAGE).limit(PAGE)).all()
    total = session.scalar(select(func.count()).select_from(WorkItem).where(*conditions)) or 0
    return Page(rows, number, total)
