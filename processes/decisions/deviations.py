"""Deviations from the computation: a reason is required, shown to the next level, and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.decisions.models import Deviation
from processes.decisions.reading import Computation
from processes.engine import expressions
from processes.errors import ExpressionFailed, FormInvalid
from processes.policy.figures import amount
from processes.releases.verdicts import VerdictRule
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

REASON, AMOUNT = "deviation_reason", "amount"
"""Fields of a verdict's form: the reason for a deviation; the amount that it sets."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was computed and what was decided instead."""

    computed: str
    decided: str


def compare(computation: Computation, rule: VerdictRule, task: str, form: Mapping[str, Any]) -> Found | None:
    """Return how a verdict differs from the computation, or None; steps without a verdict never do.

    Raises `FormInvalid` at the field if the amount exceeds the computed one.
    """
    agrees = _agrees(rule, task, form)
    grants = computation.value(rule.grants)
    if agrees is None or grants is None:
        return None
    due = computation.at(rule.amount)
    verdict = (
        tr("可以给予，{due} 元", due=amount(due))
        if grants and isinstance(due, Decimal)
        else tr("可以给予")
        if grants
        else tr("不予给予")
    )
    if bool(grants) != agrees:
        return Found(verdict, tr("同意") if agrees else tr("不同意"))
    given = form.get(AMOUNT)
    if not agrees or not isinstance(given, Decimal) or not isinstance(due, Decimal) or given == due:
        return None
    if given > due:
        raise FormInvalid({AMOUNT: [tr("不能高于测算金额 {due} 元", due=amount(due))]})
    return Found(verdict, tr("核定 {given} 元", given=amount(given)))


def _agrees(rule: VerdictRule, task: str, form: Mapping[str, Any]) -> bool | None:
    source = rule.steps.get(task)
    if source is None:
        return None
    try:
        return bool(expressions.evaluate(expressions.parse(source), form))
    except ExpressionFailed:
        return None


def demand_reason(deviation: Found, form: Mapping[str, Any]) -> str:
    """Return the reason for the deviation; raises `FormInvalid` at its field if there is none."""
    reason = str(form.get(REASON) or "").strip()
    if not reason:
        raise FormInvalid(
            {
                REASON: [
                    tr(
                        "测算结果为“{computed}”，与您的意见“{decided}”不一致，请写明理由",
                        computed=deviation.computed,
                        decided=deviation.decided,
                    )
                ]
            }
        )
    return reason


def note(uow: UnitOfWork, case: Case, item: WorkItem, deviation: Found, reason: str) -> None:
    """Store a deviation with its step."""
    uow.add(
        Deviation(
            case_id=case.id, item_id=item.id, division=case.division, title=item.title, computed=deviation.computed,
            decided=deviation.decided, reason=reason, at=uow.now, by=item.completed_by or "",
        )
    )  # fmt: skip


def of_case(session: Session, case_id: int) -> list[Deviation]:
    """Return deviations of a case at valid steps, oldest first."""
    query = (
        select(Deviation)
        .join(WorkItem, WorkItem.id == Deviation.item_id)
        .where(Deviation.case_id == case_id, WorkItem.status == WorkItemStatus.DONE)
        .order_by(Deviation.id)
    )
    return list(session.scalars(query))


def counted(session: Session, since: datetime) -> list[tuple[str, str, int]]:
    """Count deviations since an instant by division and step, most first."""
    number = func.count(Deviation.id)
    query = (
        select(Deviation.division, Deviation.title, number)
        .join(WorkItem, WorkItem.id == Deviation.item_id)
        .where(Deviation.at >= since, WorkItem.status == WorkItemStatus.DONE)
        .group_by(Deviation.division, Deviation.title)
        .order_by(number.desc())
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]
