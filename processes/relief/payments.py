"""One-off relief (临时救助金): recording payment, refund and withdrawal (C09)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from processes.cases.models import Case
from processes.errors import RuleBroken
from processes.policy.calendar import civil_date
from processes.relief import fund_rules
from processes.relief.fund_models import ReliefPayment
from processes.relief.status import PaymentStatus
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


def grant(
    uow: UnitOfWork,
    case: Case,
    question: str,
    event: str,
    event_on: date | None,
    amount: Decimal,
    source: str,
) -> ReliefPayment:
    """Record a relief as paid; raises `RuleBroken` if the case has been paid."""
    if standing_of(uow, case.id) is not None:
        raise RuleBroken(
            reason=tr("办件 {number} 的救助金已经发放，不能再次发放", number=case.number), clause="C40"
        )
    row = ReliefPayment(
        case_id=case.id, household_id=case.household_id, division=case.division, event=event,
        event_on=event_on, amount=fund_rules.demand_amount(amount), granted_on=civil_date(uow.now),
        source=source, question=question, status=PaymentStatus.STANDING, refunded=Decimal(0),
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    return row


def standing_of(uow: UnitOfWork, case_id: int) -> ReliefPayment | None:
    """Return the valid relief paid in a case."""
    return uow.session.scalar(
        select(ReliefPayment).where(
            ReliefPayment.case_id == case_id, ReliefPayment.status == PaymentStatus.STANDING
        )
    )


def give_back(uow: UnitOfWork, case_id: int, amount: Decimal) -> None:
    """Record a household's refund of its relief; a negative amount cancels one."""
    row = standing_of(uow, case_id)
    if row is None or not 0 <= row.refunded + amount <= row.amount:
        raise RuleBroken(reason=tr("退回金额超过该办件发放的救助金"), clause="C11")
    row.refunded += amount


def withdraw(uow: UnitOfWork, case: Case, question: str) -> None:
    """Withdraw a relief whose decision was sent back; it stays as withdrawn."""
    query = select(ReliefPayment).where(ReliefPayment.case_id == case.id, ReliefPayment.question == question)
    for row in uow.session.scalars(query):
        row.status, row.refunded = PaymentStatus.WITHDRAWN, Decimal(0)
    uow.flush()
