"""Where time goes in a process: days per step and lateness, each figure with the cases behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from processes.cases.models import NO_DUE_DATE, Case, WorkItem
from processes.policy.calendar import civil_date, end_of_day, start_of_day

LOOKED_AT = 50_000
LISTED = 200
_MINUTE = timedelta(minutes=1)
_MINUTES_A_DAY = 24 * 60
KINDS = {"done": "已办结", "open": "在办", "late": "超期办结", "overdue": "在办超期"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a process over many cases; days are civil days, from offered to finished."""

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
        """The share of all its items that were or are late, 0 to 1."""
        whole = self.done + self.open
        return Decimal(self.late + self.overdue) / whole if whole else Decimal(0)


def steps(session: Session, programme: str, processes: Sequence[str], since: date, today: date) -> list[Step]:
    """Every step that somebody was offered since a day in cases of these processes, slowest first."""
    columns = (
        WorkItem.task, WorkItem.title, WorkItem.status, WorkItem.offered_at, WorkItem.completed_at, WorkItem.due_on,
    )  # fmt: skip
    query = _of_process(select(*columns), programme, processes, since).order_by(WorkItem.id.desc())
    by_task: dict[str, list[Row[Any]]] = {}
    for row in session.execute(query.limit(LOOKED_AT)):
        by_task.setdefault(row.task, []).append(row)
    found = [_step(task, rows, today) for task, rows in by_task.items()]
    return sorted(found, key=lambda s: -(s.median_days or 0))


def cases_behind(
    session: Session, programme: str, processes: Sequence[str], since: date, today: date, task: str, kind: str
) -> list[tuple[Case, WorkItem]]:
    """The cases behind a figure, longest first."""
    query = _of_process(select(Case, WorkItem), programme, processes, since)
    query = query.where(WorkItem.task == task, *_of_kind(kind, today))
    found = [(case, item) for case, item in session.execute(query.limit(LOOKED_AT))]
    found = [f for f in found if kind != "late" or is_late(f[1].completed_at, f[1].due_on)]
    now = end_of_day(today)
    return sorted(found, key=lambda f: f[1].offered_at - (f[1].completed_at or now))[:LISTED]


def is_late(completed_at: datetime | None, due_on: date) -> bool:
    """Whether a step was finished after its due day."""
    return completed_at is not None and due_on != NO_DUE_DATE and civil_date(completed_at) > due_on


def _step(task: str, rows: Sequence[Row[Any]], today: date) -> Step:
    done = [r for r in rows if r.status == "done"]
    still = [r for r in rows if r.status == "open"]
    days = [
        Decimal((r.completed_at - r.offered_at) // _MINUTE) / _MINUTES_A_DAY for r in done if r.completed_at
    ]
    return Step(
        task=task,
        title=rows[0].title,
        done=len(done),
        open=len(still),
        late=sum(is_late(r.completed_at, r.due_on) for r in done),
        overdue=sum(r.due_on < today for r in still),
        median_days=_days(days, median),
        longest_days=_days(days, max),
    )


def _days(days: Sequence[Decimal], of: Callable[[Sequence[Decimal]], Decimal]) -> Decimal | None:
    return round(of(days), 1) if days else None


def _of_process(query: Any, programme: str, processes: Sequence[str], since: date) -> Any:
    """Items of the cases in scope that run one of the processes; steps of called ones are among them."""
    return query.join(Case, Case.id == WorkItem.case_id).where(
        Case.programme == programme,
        Case.process.in_(processes),
        WorkItem.status.in_(("done", "open")),
        WorkItem.offered_at >= start_of_day(since),
    )


def _of_kind(kind: str, today: date) -> list[ColumnElement[bool]]:
    match kind:
        case "open":
            return [WorkItem.status == "open"]
        case "overdue":
            return [WorkItem.status == "open", WorkItem.due_on < today]
        case _:
            return [WorkItem.status == "done"]
