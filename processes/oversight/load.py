"""The load of an office: what is due today, late, waiting, by township and by step; every figure can be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from processes.access.scope import Actor
from processes.cases.models import WorkItem
from processes.cases.pages import PAGE, Page

STATES = ("open", "late", "today", "week", "unclaimed")
TITLES = {"open": "在办", "late": "已超期", "today": "今天到期", "week": "七天内到期", "unclaimed": "待签收"}


@dataclass(frozen=True, slots=True)
class Load:
    """Open steps of a township or of a kind of step: all, late ones, those due within a week."""

    key: str
    title: str
    open: int
    late: int
    week: int


def by_township(session: Session, today: date) -> list[Load]:
    """The load of every township in scope; the title is its code until somebody names it."""
    return _grouped(session, WorkItem.township, WorkItem.township, today)


def by_step(session: Session, today: date) -> list[Load]:
    """The load of every kind of step in scope, the heaviest first."""
    found = _grouped(session, WorkItem.task, WorkItem.title, today)
    return sorted(found, key=lambda load: -load.open)


def _grouped(
    session: Session, key: InstrumentedAttribute[str], title: InstrumentedAttribute[str], today: date
) -> list[Load]:
    late = func.sum(case((WorkItem.due_on < today, 1), else_=0))
    week = func.sum(case((WorkItem.due_on.between(today, today + timedelta(days=7)), 1), else_=0))
    query = (
        select(key, func.min(title), func.count(), late, week)
        .where(WorkItem.status == "open")
        .group_by(key)
        .order_by(key)
    )
    return [Load(k, t, n, int(a or 0), int(w or 0)) for k, t, n, a, w in session.execute(query)]


def own(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """What a person has to do: in hand, late, due today and within the week, come back."""
    mine = WorkItem.claimed_by_id == actor.account_id, WorkItem.status == "open"
    query = select(
        func.count(),
        func.sum(case((WorkItem.due_on < today, 1), else_=0)),
        func.sum(case((WorkItem.due_on == today, 1), else_=0)),
        func.sum(case((WorkItem.due_on.between(today, today + timedelta(days=7)), 1), else_=0)),
        func.sum(case((WorkItem.returned_reason.is_not(None), 1), else_=0)),
    ).where(*mine)
    row = session.execute(query).one()
    return dict(zip(("open", "late", "today", "week", "returned"), (int(n or 0) for n in row), strict=True))


def items(session: Session, state: str, township: str, task: str, today: date, number: int) -> Page:
    """The open steps behind a figure, soonest due first."""
    conditions: list[ColumnElement[bool]] = [WorkItem.status == "open"]
    if state == "late":
        conditions.append(WorkItem.due_on < today)
    elif state == "today":
        conditions.append(WorkItem.due_on == today)
    elif state == "week":
        conditions.append(WorkItem.due_on.between(today, today + timedelta(days=7)))
    elif state == "unclaimed":
        conditions.append(WorkItem.claimed_by_id.is_(None))
    if township:
        conditions.append(WorkItem.township == township)
    if task:
        conditions.append(WorkItem.task == task)
    query = select(WorkItem).where(*conditions).order_by(WorkItem.due_on, WorkItem.id)
    rows: Sequence[WorkItem] = session.scalars(query.offset((number - 1) * PAGE).limit(PAGE)).all()
    total = session.scalar(select(func.count()).select_from(WorkItem).where(*conditions)) or 0
    return Page(rows, number, total)
