"""One-off relief of a case: paid once, given back in part, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from processes.cases.models import Case
from processes.errors import RuleBroken
from processes.relief import payments
from processes.relief.fund_models import ReliefPayment
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import OTHER_TOWNSHIP, VILLAGE, case_of

D = Decimal


@pytest.fixture
def uow() -> Iterator[UnitOfWork]:
    with few_rows.unit_of_work() as made:
        few_rows.stored(made, case_of(1, number="LS-1"), case_of(2, division=f"{OTHER_TOWNSHIP}201"))
        yield made


def the_case(uow: UnitOfWork, case_id: int = 1) -> Case:
    return uow.session.get_one(Case, case_id)


def test_payment__once_in_a_case(uow: UnitOfWork) -> None:
    row = payments.grant(uow, the_case(uow), "pay#1", "fire", date(2026, 2, 27), D("300"), "bank")
    assert (row.case_id, row.household_id, row.division, row.event, row.event_on, row.amount) == (
        1, 10, VILLAGE, "fire", date(2026, 2, 27), D("300.00"),
    )  # fmt: skip
    assert (row.granted_on, row.source, row.question, row.status, row.refunded) == (
        date(2026, 3, 2), "bank", "pay#1", "standing", 0,
    )  # fmt: skip
    with pytest.raises(RuleBroken) as twice:
        payments.grant(uow, the_case(uow), "pay#2", "fire", None, D(1), "bank")
    assert twice.value.message == "不符合办理规定：办件 LS-1 的救助金已经发放，不能再次发放"
    assert twice.value.clause == "C40"
    with pytest.raises(RuleBroken):
        payments.grant(uow, the_case(uow, 2), "pay#1", "fire", None, D("0.001"), "bank")


def test_give_back__between_nothing_and_all_of_it(uow: UnitOfWork) -> None:
    payments.grant(uow, the_case(uow), "pay#1", "fire", None, D(300), "bank")
    for amount in ("300", "-300", "100", "-100"):
        payments.give_back(uow, 1, D(amount))
    payments.give_back(uow, 1, D("299.99"))
    for case_id, amount in ((1, "0.02"), (1, "-300"), (2, "1")):
        with pytest.raises(RuleBroken) as wrong:
            payments.give_back(uow, case_id, D(amount))
        assert wrong.value.message == "不符合办理规定：退回金额超过该办件发放的救助金"
        assert wrong.value.clause == "C11"
    row = payments.standing_of(uow, 1)
    assert row is not None and row.kept == D("0.01")


def test_withdraw__what_the_step_paid_may_be_paid_again(uow: UnitOfWork) -> None:
    row = payments.grant(uow, the_case(uow), "pay#1", "fire", None, D(300), "bank")
    payments.give_back(uow, 1, D(100))
    payments.grant(uow, the_case(uow, 2), "pay#1", "fire", None, D(300), "bank")
    payments.withdraw(uow, the_case(uow), "pay#2")
    assert row.status == "standing"
    payments.withdraw(uow, the_case(uow), "pay#1")
    assert (row.status, row.refunded) == ("withdrawn", 0)
    assert payments.standing_of(uow, 1) is None and payments.standing_of(uow, 2) is not None
    payments.grant(uow, the_case(uow), "pay#1", "fire", None, D(300), "bank")
    assert uow.session.scalar(select(ReliefPayment.id).order_by(ReliefPayment.id.desc())) == 3
