"""Where to go after finishing something: to the next work, not to the finished case."""

from __future__ import annotations

from flask import url_for

from processes.access.scope import Actor
from processes.cases import queries, rules
from processes.cases.status import CaseStatus, WorkItemStatus
from web import auth


def after(actor: Actor, number: str) -> str:
    """Return the address of a case; if it is closed, of the first step of a case that it opened.

    A registration at the one window ends at once: its clerk continues with what it opened.
    """
    with auth.office().database.reading(actor.division, actor.department) as session:
        case = queries.case_by_number(session, number)
        if case.status == CaseStatus.CLOSED:
            opened = [one for one in queries.linked(session, case) if one.parent_id == case.id]
            steps = [
                i for one in opened for i in queries.items(session, one.id) if i.status == WorkItemStatus.OPEN
            ]
            mine = next((i for i in steps if rules.may_work(i, actor)), None)
            if mine is not None and mine.claimed_by_id == actor.account_id:
                return url_for("tasks.one", number=mine.case_number, item_id=mine.id)
            if mine is not None:
                return url_for("cases.one", number=mine.case_number)
    return url_for("cases.one", number=number)
