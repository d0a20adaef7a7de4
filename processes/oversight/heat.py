"""Durations of the steps of a process: days and lateness, each figure with the cases behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import Session

from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.oversight.status import HeatKind
from processes.policy.calendar import end_of_day, start_of_day
from processes.storage.types import constant

LOOKED_AT = 30_000
LISTED = 200
_MINUTES_A_TENTH = 144
_TENTHS = 10
_TWICE_TENTHS = 2 * _TENTHS


@dataclass(frozen=True, slots=True)
class Step:
    """One step over many cases; days are civil days, from offered to finished."""

    task: str
    title: str
    done: int
    open: int
    late: int
    overdue: int
    median_days: Decimal | None
    longest_days: Decimal | None

    @property
    def late_share(self) -> Decimal:
        """The share of its items that were or are late, 0 to 1."""
        total = self.done + self.open
        return Decimal(self.late + self.overdue) / total if total else Decimal(0)


@dataclass(frozen=True, slots=True)
class Heat:
    """The steps, slowest first; `is_bounded` if only the `LOOKED_AT` latest finished steps of a process are
    counted."""

    steps: list[Step]
    is_bounded: bool


def steps(session: Session, programme: str, processes: Sequence[str], since: date, today: date) -> Heat:
    """Return every step offered since a day in cases of these processes, slowest first.

    At most the `LOOKED_AT` latest finished steps are counted in each process; all open steps are counted.
    """
    is_bounded = False
    done: dict[str, list[Row[Any]]] = {}
    still: dict[str, list[Row[Any]]] = {}
    titles: dict[str, str] = {}
    for process in processes:
        for rows, query in ((done, _done), (still, _open)):
            measured = session.execute(query(programme, process, since, today)).all()
            is_bounded |= rows is done and sum(row.number for row in measured) >= LOOKED_AT
            for row in measured:
                rows.setdefault(row.task, []).append(row)
                titles.setdefault(row.task, row.title)
    found = [_step(task, title, done.get(task, []), still.get(task, [])) for task, title in titles.items()]
    return Heat(sorted(found, key=lambda s: -(s.median_days or 0)), is_bounded)


def _done(programme: str, process: str, since: date, today: date) -> Any:
    """Finished steps, by step and duration in tenths of a day; from the index alone, latest first."""
    latest = (
        select(WorkItem.task, WorkItem.title, WorkItem.took, WorkItem.completed_on, WorkItem.due_on)
        .where(*_of(programme, process, since), WorkItem.status == constant(WorkItemStatus.DONE))
        .order_by(WorkItem.offered_at.desc())
        .limit(LOOKED_AT)
        .subquery()
    )
    tenths = ((latest.c.took + _MINUTES_A_TENTH // 2) // _MINUTES_A_TENTH).label("tenths")
    late = func.sum(case((latest.c.completed_on > latest.c.due_on, 1), else_=0)).label("late")
    columns = (
        latest.c.task,
        func.min(latest.c.title).label("title"),
        tenths,
        func.count().label("number"),
        late,
    )
    return select(*columns).group_by(latest.c.task, tenths)


def _open(programme: str, process: str, since: date, today: date) -> Any:
    """Open steps, by step."""
    return (
        select(
            WorkItem.task, func.min(WorkItem.title).label("title"), func.count().label("number"),
            func.sum(case((WorkItem.due_on < today, 1), else_=0)).label("late"),
        )
        .where(*_of(programme, process, since), WorkItem.status == constant(WorkItemStatus.OPEN))
        .group_by(WorkItem.task)
    )  # fmt: skip


def _of(programme: str, process: str, since: date) -> list[ColumnElement[bool]]:
    return [
        WorkItem.programme == programme, WorkItem.process == process, WorkItem.offered_at >= start_of_day(since),
    ]  # fmt: skip


def cases_behind(
    session: Session,
    programme: str,
    processes: Sequence[str],
    since: date,
    today: date,
    task: str,
    kind: HeatKind,
) -> list[tuple[Case, WorkItem]]:
    """Return the cases behind a figure, longest first, at most `LISTED`."""
    is_done = kind in (HeatKind.DONE, HeatKind.LATE)
    order = [WorkItem.took.desc()] if is_done else [WorkItem.offered_at]
    found = []
    for process in processes:
        longest = (
            select(WorkItem.id)
            .where(*_of(programme, process, since), WorkItem.task == task, *_of_kind(kind, today))
            .order_by(*order)
            .limit(LISTED)
        )
        query = select(Case, WorkItem).join(Case, Case.id == WorkItem.case_id).where(WorkItem.id.in_(longest))
        found += [(row, item) for row, item in session.execute(query)]
    now = end_of_day(today)
    return sorted(found, key=lambda f: f[1].offered_at - (f[1].completed_at or now))[:LISTED]


def _step(task: str, title: str, done: Sequence[Row[Any]], still: Sequence[Row[Any]]) -> Step:
    measured = sorted((r.tenths, r.number) for r in done if r.tenths is not None)
    return Step(
        task=task,
        title=title,
        done=sum(r.number for r in done),
        open=sum(r.number for r in still),
        late=sum(int(r.late) for r in done),
        overdue=sum(int(r.late) for r in still),
        median_days=_median(measured),
        longest_days=_days(measured[-1][0]) if measured else None,
    )


def _median(measured: Sequence[tuple[int, int]]) -> Decimal | None:
    """The median of values given with their frequency; halfway between the two middle ones."""
    total = sum(number for _, number in measured)
    if not total:
        return None
    low, high = _at(measured, (total - 1) // 2), _at(measured, total // 2)
    return round(Decimal(low + high) / _TWICE_TENTHS, 1)


def _at(measured: Sequence[tuple[int, int]], place: int) -> int:
    """The value at a position of the sorted list, counted from 0."""
    for value, number in measured:
        if place < number:
            return value
        place -= number
    raise IndexError(place)


def _days(tenths: int) -> Decimal:
    return round(Decimal(tenths) / _TENTHS, 1)


def _of_kind(kind: HeatKind, today: date) -> list[ColumnElement[bool]]:
    is_done = WorkItem.status == constant(WorkItemStatus.DONE)
    is_open = WorkItem.status == constant(WorkItemStatus.OPEN)
    match kind:
        case HeatKind.OPEN:
            return [is_open]
        case HeatKind.OVERDUE:
            return [is_open, WorkItem.due_on < today]
        case HeatKind.LATE:
            return [is_done, WorkItem.completed_on > WorkItem.due_on]
        case _:
            return [is_done]
