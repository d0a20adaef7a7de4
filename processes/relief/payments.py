"""One-off relief (临时救助金): granting it, and what a household had before (C09, C40)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Case
from processes.policy.calendar import civil_date
from processes.policy.periods import months_after
from processes.relief import fund_rules
from processes.relief.fund_models import ReliefPayment
from processes.storage.unit_of_work import UnitOfWork


def grant(
    uow: UnitOfWork,
    case: Case,
    question: str,
    event: str,
    event_on: date | None,
    amount: Decimal,
    source: str,
) -> ReliefPayment:
    """Record a relief as given."""
    row = ReliefPayment(
        case_id=case.id, household_id=case.household_id, division=case.division, event=event,
        event_on=event_on, amount=fund_rules.demand_amount(amount), granted_on=civil_date(uow.now),
        source=source, question=question, status="standing",
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    return row


def withdraw(uow: UnitOfWork, case: Case, question: str) -> None:
    """Take back a relief whose decision was sent back; it stays as withdrawn."""
    query = select(ReliefPayment).where(ReliefPayment.case_id == case.id, ReliefPayment.question == question)
    for row in uow.session.scalars(query):
        row.status = "withdrawn"


def check(
    session: Session, case: Case, event: str, event_on: date | None, months: int, today: date
) -> dict[str, Any]:
    """Earlier relief of the household: for the same event within so many months, and this year's sum."""
    rows = session.scalars(
        select(ReliefPayment)
        .where(
            ReliefPayment.household_id == case.household_id, ReliefPayment.status == "standing",
            ReliefPayment.case_id != case.id,
        )
        .order_by(ReliefPayment.granted_on)
    ).all()  # fmt: skip
    since = months_after(today, -months)
    same = [r for r in rows if r.event == event and r.granted_on > since and _same_day(r.event_on, event_on)]
    year = [r.amount for r in rows if r.granted_on.year == today.year]
    return {
        "same_event": bool(same), "same_event_on": same[-1].granted_on if same else None,
        "year_total": sum(year, Decimal(0)), "year_count": Decimal(len(year)),
    }  # fmt: skip


def looks_split(
    session: Session, case: Case, days: int, today: date, amount: Decimal, limit: Decimal
) -> bool:
    """Whether this and the reliefs of the last days together pass a limit that each of them keeps (C12)."""
    recent = session.scalars(
        select(ReliefPayment.amount).where(
            ReliefPayment.household_id == case.household_id, ReliefPayment.status == "standing",
            ReliefPayment.case_id != case.id, ReliefPayment.granted_on >= today - timedelta(days=days),
        )
    ).all()  # fmt: skip
    return bool(recent) and amount <= limit < sum(recent, amount)


def _same_day(one: date | None, other: date | None) -> bool:
    """Two reports of one event: the same day, or a day that was not noted."""
    return one is None or other is None or one == other
