"""Supervision of lateness (督办): running limits that are red or overdue, with the assignees; filtered and
ordered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from processes.cases.models import Case, Clock, WorkItem
from processes.cases.status import WorkItemStatus
from processes.policy import reading
from processes.storage.planning import unindexed
from processes.storage.unit_of_work import within
from processes.texts import tr

SHOWN = 200
ORDERS = ("due", "-due", "applicant", "-applicant", "number", "-number")
NOBODY = "none"
"""Filter by person: steps without an assignee."""


@dataclass(frozen=True, slots=True)
class LateFilter:
    """Filter: word (applicant or number), assignee, minimum days overdue, township, order."""

    word: str = ""
    holder: str = ""
    days: int = 0
    township: str = ""
    order: str = "due"

    @property
    def is_filtered(self) -> bool:
        """Return whether anything filters the list."""
        return any((self.word, self.holder, self.days, self.township))

    def conditions(self, today: date) -> list[ColumnElement[bool]]:
        """Return conditions for a query of cases and clocks."""
        criteria: list[ColumnElement[bool]] = []
        if word := reading.search_word(self.word):
            named = Case.applicant.startswith(word, autoescape=True)
            criteria.append(Case.number == word.upper() if "-" in word else named)
        if self.holder:
            waiting = select(WorkItem.case_id).where(WorkItem.status == WorkItemStatus.OPEN)
            if self.holder == NOBODY:
                waiting = waiting.where(WorkItem.claimed_by_id.is_(None))
            else:
                waiting = waiting.where(WorkItem.claimed_by == self.holder)
            criteria.append(Case.id.in_(waiting))
        if self.days:
            criteria.append(Clock.due_on <= today - timedelta(days=self.days))
        if self.township:
            criteria.append(within(Case.division, self.township))
        return criteria

    def ordered(self) -> list[Any]:
        """Return the order for a query."""
        column = {"due": Clock.due_on, "applicant": Case.applicant, "number": Case.number}[
            self.order.removeprefix("-")
        ]
        return [column.desc() if self.order.startswith("-") else column, Clock.id]


@dataclass(frozen=True, slots=True)
class Late:
    """A limit that is red or overdue, its case, the open steps of the case."""

    case: Case
    clock: Clock
    items: Sequence[WorkItem]

    @property
    def holders(self) -> str:
        """The assignees, for the list."""
        return tr("、").join(dict.fromkeys(i.claimed_by or tr("未签收") for i in self.items))

    @property
    def steps(self) -> str:
        """The titles of the open steps."""
        return tr("、").join(dict.fromkeys(i.title for i in self.items))

    def days(self, today: date) -> int:
        """The days since the limit ended; zero before that."""
        return max((today - self.clock.due_on).days, 0)


def late(session: Session, today: date, wanted: LateFilter, most: int = SHOWN) -> list[Late]:
    """Return running limits of open cases in scope that are red or overdue."""
    query = (
        select(Case, Clock)
        .join(Clock, Clock.case_id == Case.id)
        .where(Clock.stopped_on.is_(None), Clock.red_on <= today)
        # SQLite would start from every open case.
        .where(unindexed(session, Case.status) == "open")
        .where(*wanted.conditions(today))
        .order_by(*wanted.ordered())
        .limit(most)
    )
    rows = session.execute(query).all()
    of_case: dict[int, list[WorkItem]] = {}
    open_items = select(WorkItem).where(
        WorkItem.status == WorkItemStatus.OPEN, WorkItem.case_id.in_({case.id for case, _ in rows})
    )
    for item in session.scalars(open_items.order_by(WorkItem.id)):
        of_case.setdefault(item.case_id, []).append(item)
    return [Late(case, clock, of_case.get(case.id, [])) for case, clock in rows]
