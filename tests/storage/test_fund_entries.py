"""Movements of a township's petty fund, judged with few rows: who enters and confirms, balances, refunds, reversals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from processes.access.models import Division
from processes.access.scope import Actor
from processes.cases.models import Case, CaseEvent
from processes.errors import DutySeparation, FundInsufficient, FundMonthClosed, NotFound, RuleBroken
from processes.relief import fund_actions, fund_queries, payments, seals
from processes.relief.fund_models import Fund, FundEntry, FundMonth
from processes.relief.fund_queries import Level
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import COUNTY, NOW, OTHER_TOWNSHIP, TOWNSHIP, account, actor, case_of

ONE, OTHER = actor(1, "finance_officer", division=COUNTY), actor(2, "finance_officer", division=COUNTY)
D = Decimal


@pytest.fixture
def uow(monkeypatch: pytest.MonkeyPatch) -> Iterator[UnitOfWork]:
    """Two finance officers, a third account of the first one's person, two townships, case 1 in the first of them.

    The level of every fund is 20 000 yuan.
    """
    monkeypatch.setattr(fund_queries, "level", lambda session, *_: session and Level(D(20000), D("0.2")))
    with few_rows.unit_of_work() as made:
        few_rows.stored(
            made, *(account(i, "finance_officer", division=COUNTY) for i in (1, 2)),
            account(3, "finance_officer", division=COUNTY, person_id=1),
            *(Division(code=t, name="镇", full_name="县镇") for t in (TOWNSHIP, OTHER_TOWNSHIP)),
            case_of(1, number="LS-1"), case_of(3, number="LS-3"), case_of(2, number="LS-2", division=f"{OTHER_TOWNSHIP}201"),
        )  # fmt: skip
        yield made


def topped_up(uow: UnitOfWork, amount: str = "1000.00") -> Fund:
    """The county puts money into the fund: entered by one officer, confirmed by the other."""
    confirmed(uow, fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D(amount), "拨付"))
    return fund_actions.locked_fund(uow, TOWNSHIP)


def confirmed(uow: UnitOfWork, entry: FundEntry, who: Actor = OTHER) -> FundEntry:
    """Confirm an entry in a transaction of its own, as the office does."""
    uow.flush()
    fund_actions.confirm(uow, who, entry.id)
    uow.flush()
    return entry


def the_case(uow: UnitOfWork, case_id: int = 1) -> Case:
    return uow.session.get_one(Case, case_id)


def paid(uow: UnitOfWork, amount: str, question: str = "pay#1") -> FundEntry:
    """What the case's step pays: the advance, and the relief in the register."""
    entry = fund_actions.advance(uow, ONE, the_case(uow), question, D(amount))
    payments.grant(uow, the_case(uow), question, "fire", None, D(amount), "fund")
    uow.flush()
    return entry


def balances(fund: Fund) -> tuple[Decimal, Decimal, int]:
    return fund.cash, fund.advanced, fund.entries_count


def refused(why: type[RuleBroken] = RuleBroken) -> Any:
    return pytest.raises(why)


def test_enter__waits_for_a_second_person(uow: UnitOfWork) -> None:
    entry = fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D("1000.5"), "  拨付 ")
    assert (entry.kind, entry.status, entry.amount, entry.memo, entry.division) == (
        "top_up", "waiting", D("1000.50"), "拨付", TOWNSHIP,
    )  # fmt: skip
    assert (entry.entered_by_id, entry.entered_by, entry.entered_at, entry.booked_on) == (
        1, "职员1", NOW, date(2026, 3, 2),
    )  # fmt: skip
    assert (entry.serial, entry.case_id, entry.case_number, entry.question, entry.confirmed_by, entry.postings) == (
        None, None, "", "", "", [],
    )  # fmt: skip
    fund = fund_actions.locked_fund(uow, TOWNSHIP)
    assert entry.fund_id == fund.id and balances(fund) == (0, 0, 0)


def test_confirm__counts_and_is_numbered(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    assert balances(fund) == (D(1000), 0, 1)
    topped_up(uow, "500.25")
    assert balances(fund) == (D("1500.25"), 0, 2)  # 1000.00 + 500.25
    first, second = fund_queries.entries(uow.session, fund.id, "2026-03")
    assert (first.serial, first.status, first.confirmed_by_id, first.confirmed_by) == (
        1,
        "posted",
        2,
        "职员2",
    )
    assert [(p.account, p.amount) for p in first.postings] == [("county", D(-1000)), ("cash", D(1000))]
    assert first.digest == seals.of_entry("", TOWNSHIP, first)
    assert fund.head == second.digest == seals.of_entry(first.digest, TOWNSHIP, second)


def test_confirm__is_booked_on_the_day_of_the_confirmation(uow: UnitOfWork) -> None:
    entry = fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D(1), "拨付")
    uow.now = NOW + timedelta(days=3)
    fund_actions.confirm(uow, OTHER, entry.id)
    assert entry.booked_on == date(2026, 3, 5)


@pytest.mark.parametrize("who", [ONE, actor(3, "finance_officer", division=COUNTY)])
def test_confirm__not_by_the_same_person(uow: UnitOfWork, who: Any) -> None:
    entry = fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D(1), "拨付")
    with pytest.raises(DutySeparation) as same:
        fund_actions.confirm(uow, who, entry.id)
    assert "“备用金录入”" in same.value.message and "“备用金复核”" in same.value.message
    assert entry.status == "waiting"


def test_confirm__not_where_the_officer_has_no_scope(uow: UnitOfWork) -> None:
    entry = fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D(1), "拨付")
    with pytest.raises(NotFound):
        fund_actions.confirm(uow, actor(2, "finance_officer", division=OTHER_TOWNSHIP), entry.id)
    with pytest.raises(NotFound):
        fund_actions.confirm(uow, OTHER, entry.id + 1)


def test_confirm__once(uow: UnitOfWork) -> None:
    entry = fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D(1), "拨付")
    fund_actions.confirm(uow, OTHER, entry.id)
    uow.flush()
    for act in (fund_actions.confirm, fund_actions.refuse):
        with refused() as twice:
            act(uow, OTHER, entry.id)
        assert twice.value.message == "不符合办理规定：这笔记录已经有人处理过了"
        assert twice.value.clause == "C11"


def test_refuse__stays_in_the_book_and_moves_nothing(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    (first,) = fund_queries.entries(uow.session, fund.id, "2026-03")
    made = fund_actions.reverse(uow, ONE, first.id, "录错")
    uow.flush()
    fund_actions.refuse(uow, OTHER, made.id)
    uow.flush()
    assert (made.status, made.reverses_id, made.confirmed_by_id, made.confirmed_by) == (
        "refused",
        None,
        2,
        "职员2",
    )
    assert balances(fund) == (D(1000), 0, 1)
    assert fund_actions.reverse(uow, ONE, first.id, "录错").status == "waiting", "asked for again"


@pytest.mark.parametrize("kind", ["advance", "settlement", "reversal", "gift"])
def test_enter__by_hand_only_what_officers_move(uow: UnitOfWork, kind: str) -> None:
    with refused() as wrong:
        fund_actions.enter(uow, ONE, TOWNSHIP, kind, D(1), "拨付")
    assert wrong.value.message == "不符合办理规定：这类记账由办件产生，不能手工录入"
    assert wrong.value.clause == "C11"


@pytest.mark.parametrize("memo", ["", "  ", "字" * 201])
def test_enter__with_a_reason(uow: UnitOfWork, memo: str) -> None:
    with refused() as wrong:
        fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D(1), memo)
    assert wrong.value.message == "不符合办理规定：请写明事由（200 字以内）"
    assert wrong.value.clause == "C11"
    assert fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D(1), "字" * 200).memo == "字" * 200


def test_enter__no_more_than_there_is(uow: UnitOfWork) -> None:
    topped_up(uow)
    with refused(FundInsufficient):
        fund_actions.enter(uow, ONE, TOWNSHIP, "return", D("1000.01"), "缴回")
    entry = fund_actions.enter(uow, ONE, TOWNSHIP, "return", D("1000.00"), "缴回")
    fund_actions.confirm(uow, OTHER, entry.id)
    assert balances(fund_actions.locked_fund(uow, TOWNSHIP)) == (0, 0, 2)


def test_enter__no_more_than_the_level_with_what_waits_for_its_paper(uow: UnitOfWork) -> None:
    topped_up(uow, "15000.00")
    paid(uow, "4000.00")
    # cash 11 000 and 4 000 advanced: 20 000 − 15 000 = 5 000 may be added
    with refused() as wrong:
        fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D("5000.01"), "拨付")
    assert "共 15000.00 元，最多还能拨入 5000.00 元" in wrong.value.message
    fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D("5000.00"), "拨付")


def test_confirm__asks_for_the_level_again(uow: UnitOfWork) -> None:
    one = fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D(15000), "拨付")
    other = fund_actions.enter(uow, ONE, TOWNSHIP, "top_up", D(15000), "拨付")
    fund_actions.confirm(uow, OTHER, one.id)
    with refused():
        fund_actions.confirm(uow, OTHER, other.id)


def test_enter__any_amount_where_no_level_is_set(uow: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(fund_queries, "level", lambda session, on, division: asked.append((on, division)))
    topped_up(uow, "90000.00")
    assert asked[0] == (date(2026, 3, 2), TOWNSHIP)


def test_advance__from_the_fund_of_the_case(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    entry = paid(uow, "300.00")
    assert balances(fund) == (D(700), D(300), 2)  # 1000 − 300
    assert (entry.kind, entry.status, entry.case_id, entry.case_number, entry.question, entry.memo) == (
        "advance", "posted", 1, "LS-1", "pay#1", "张建国 临时救助",
    )  # fmt: skip
    assert (entry.entered_by_id, entry.amount) == (1, D("300.00"))
    assert fund_queries.outstanding(uow.session, 1) == D(300)
    with refused(FundInsufficient):
        fund_actions.advance(uow, ONE, the_case(uow), "pay#2", D("700.01"))
    with refused(FundInsufficient):
        fund_actions.advance(uow, ONE, the_case(uow, 2), "pay#1", D("0.01"))
    with refused():
        fund_actions.advance(uow, ONE, the_case(uow), "pay#2", D("0.001"))


def test_settle__what_was_advanced_and_is_left(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    assert fund_actions.settle(uow, ONE, the_case(uow), "settle#1") is None
    paid(uow, "300.00")
    entry = fund_actions.settle(uow, ONE, the_case(uow), "settle#1")
    uow.flush()
    assert entry is not None
    assert (entry.kind, entry.amount, entry.question, entry.case_number) == (
        "settlement", D(300), "settle#1", "LS-1",
    )  # fmt: skip
    assert balances(fund) == (D(700), 0, 3)
    assert fund_queries.outstanding(uow.session, 1) == 0
    assert fund_actions.settle(uow, ONE, the_case(uow), "settle#2") is None


def refund(uow: UnitOfWork, amount: str, number: str = "LS-1") -> FundEntry:
    return fund_actions.enter(uow, ONE, TOWNSHIP, "refund", D(amount), "退回", number)


def test_refund__reduces_what_the_case_has_to_account_for(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    paid(uow, "300.00")
    entry = refund(uow, "100.00", " LS-1 ")
    assert (entry.case_id, entry.case_number) == (1, "LS-1")
    confirmed(uow, entry)
    assert balances(fund) == (D(800), D(200), 3)  # 700 + 100, 300 − 100
    assert fund_queries.outstanding(uow.session, 1) == D(200)
    row = payments.standing_of(uow, 1)
    assert row is not None and (row.refunded, row.kept) == (D(100), D(200))
    event = uow.session.scalars(select(CaseEvent)).one()
    assert (event.kind, event.title, event.actor, event.payload) == (
        "relief_refunded", "救助对象退回", "职员2", {"amount": D("100.00"), "serial": 3},
    )  # fmt: skip


def test_refund__of_no_more_than_was_advanced(uow: UnitOfWork) -> None:
    topped_up(uow)
    paid(uow, "300.00")
    with refused() as wrong:
        refund(uow, "300.01")
    assert wrong.value.message == (
        "不符合办理规定：办件 LS-1 待核销的先行救助只有 300.00 元，退回金额不能超过它"
    )
    assert wrong.value.clause == "C11"
    refund(uow, "300.00")


@pytest.mark.parametrize("number", ["", "LS-9", "LS-2"])
def test_refund__names_a_case_of_the_township(uow: UnitOfWork, number: str) -> None:
    with refused() as wrong:
        refund(uow, "1.00", number)
    assert wrong.value.message == ("不符合办理规定：救助对象退回的，请填写本乡镇发放该笔救助金的办件编号")
    assert wrong.value.clause == "C11"


def test_reverse__moves_the_same_money_back(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    (first,) = fund_queries.entries(uow.session, fund.id, "2026-03")
    made = fund_actions.reverse(uow, OTHER, first.id, " 录错 ")
    assert (made.kind, made.status, made.amount, made.memo, made.reverses_id, made.entered_by_id) == (
        "reversal", "waiting", D(1000), "录错", first.id, 2,
    )  # fmt: skip
    assert balances(fund) == (D(1000), 0, 1)
    confirmed(uow, made, ONE)
    assert balances(fund) == (0, 0, 2)
    assert [(p.account, p.amount) for p in made.postings] == [("county", D(1000)), ("cash", D(-1000))]
    assert first.status == "posted"


def test_reverse__once_and_never_a_reversal_or_what_waits(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    (first,) = fund_queries.entries(uow.session, fund.id, "2026-03")
    made = fund_actions.reverse(uow, ONE, first.id, "录错")
    uow.flush()
    with refused() as twice:
        fund_actions.reverse(uow, ONE, first.id, "录错")
    assert twice.value.message == "不符合办理规定：第 1 号记录已经有冲销"
    assert twice.value.clause == "C11"
    for _ in ("waiting", "posted"):
        with refused() as wrong:
            fund_actions.reverse(uow, ONE, made.id, "录错")
        assert wrong.value.message == "不符合办理规定：只能冲销已入账的记录；冲销记录本身不能再冲销"
        assert wrong.value.clause == "C11"
        if made.status == "waiting":
            confirmed(uow, made)


def test_reverse__what_a_case_moved_is_undone_in_the_case(uow: UnitOfWork) -> None:
    topped_up(uow)
    entry = paid(uow, "300.00")
    with refused() as wrong:
        fund_actions.reverse(uow, ONE, entry.id, "录错")
    assert wrong.value.message == (
        "不符合办理规定：第 2 号记录由办件 LS-1 产生，请在该办件中退回到支付以前的环节，系统同时冲销台账并撤回救助金"
    )
    assert wrong.value.clause == "C11"


def test_reverse__a_refund_is_given_to_the_household_again(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    paid(uow, "300.00")
    entry = confirmed(uow, refund(uow, "100.00"))
    made = fund_actions.reverse(uow, ONE, entry.id, "录错")
    assert (made.case_id, made.case_number) == (1, "LS-1")
    confirmed(uow, made)
    assert balances(fund) == (D(700), D(300), 4)
    row = payments.standing_of(uow, 1)
    assert row is not None and row.kept == D(300)
    event = uow.session.scalars(select(CaseEvent).where(CaseEvent.position == 2)).one()
    assert (event.kind, event.title) == ("refund_reversed", "冲销退回记录")
    assert event.payload == {"amount": D("100.00"), "serial": 4}


def test_make_void__what_the_step_paid_and_what_came_back_of_it(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    advance = paid(uow, "300.00")
    entry = confirmed(uow, refund(uow, "100.00"))
    fund_actions.make_void(uow, ONE, the_case(uow), "pay#1")
    uow.flush()
    assert balances(fund) == (D(1000), 0, 5)
    made = fund_queries.entries(uow.session, fund.id, "2026-03")[3:]
    # the refund first: reversed after the advance it would take 100 from advances of 0
    assert [(m.reverses_id, m.kind, m.memo, m.case_number, m.case_id, m.amount, m.entered_by_id) for m in made] == [
        (entry.id, "reversal", "办件退回", "LS-1", 1, D(100), 1),
        (advance.id, "reversal", "办件退回", "LS-1", 1, D(300), 1),
    ]  # fmt: skip
    fund_actions.make_void(uow, ONE, the_case(uow), "pay#1")
    uow.flush()
    assert fund.entries_count == 5, "once"


def test_make_void__a_refund_stays_with_the_payment(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    paid(uow, "300.00")
    confirmed(uow, refund(uow, "100.00"))
    fund_actions.settle(uow, ONE, the_case(uow), "settle#1")
    uow.flush()
    fund_actions.make_void(uow, ONE, the_case(uow), "settle#1")
    uow.flush()
    assert balances(fund) == (D(800), D(200), 5)
    fund_actions.make_void(uow, ONE, the_case(uow), "another#1")
    assert fund.entries_count == 5


def test_make_void__nothing_of_another_case_whatever_else_was_reversed(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    topped_up(uow)
    (first, _) = fund_queries.entries(uow.session, fund.id, "2026-03")
    confirmed(uow, fund_actions.reverse(uow, ONE, first.id, "录错"))
    paid(uow, "300.00")
    fund_actions.advance(uow, ONE, the_case(uow, 3), "pay#1", D("50.00"))
    uow.flush()
    assert balances(fund) == (D(650), D(350), 5)  # 2000 − 1000 − 300 − 50
    fund_actions.make_void(uow, ONE, the_case(uow), "pay#1")
    uow.flush()
    assert balances(fund) == (D(950), D(50), 6)


def test_settle__less_than_a_yuan(uow: UnitOfWork) -> None:
    topped_up(uow)
    paid(uow, "0.50")
    settled = fund_actions.settle(uow, ONE, the_case(uow), "settle#1")
    assert settled is not None and settled.amount == D("0.50")


def test_make_void__an_entry_that_was_refused_is_none(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    paid(uow, "300.00")
    entry = refund(uow, "100.00")
    uow.flush()
    fund_actions.refuse(uow, OTHER, entry.id)
    uow.flush()
    fund_actions.make_void(uow, ONE, the_case(uow), "pay#1")
    uow.flush()
    assert balances(fund) == (D(1000), 0, 3)


@pytest.mark.parametrize("month", ["2026-03", "2026-04"])
def test_close_month__not_before_its_end(uow: UnitOfWork, month: str) -> None:
    with refused() as early:
        fund_actions.close_month(uow, ONE, TOWNSHIP, month)
    assert early.value.message == "不符合办理规定：当月尚未结束，不能结账"
    assert early.value.clause == "C11"


def test_close_month__with_its_balances_and_once(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    uow.now = NOW + timedelta(days=30)  # 1 April
    paid(uow, "300.00")
    closed = fund_actions.close_month(uow, OTHER, TOWNSHIP, "2026-03")
    uow.flush()
    said = fund_queries.statement(uow.session, fund, "2026-03")
    assert (closed.fund_id, closed.month, closed.opening_cash, closed.closing_cash, closed.closing_advanced) == (
        fund.id, "2026-03", 0, D(1000), 0,
    )  # fmt: skip
    assert (closed.last_serial, closed.digest, closed.closed_at, closed.closed_by) == (
        1,
        said.digest,
        uow.now,
        "职员2",
    )
    for month in ("2026-03", "2026-02"):
        with refused() as twice:
            fund_actions.close_month(uow, ONE, TOWNSHIP, month)
        assert twice.value.message == f"不符合办理规定：{month} 已经结账"
        assert twice.value.clause == "C11"
    fund_actions.advance(uow, ONE, the_case(uow), "pay#2", D(1))


def test_post__nothing_into_a_closed_month(uow: UnitOfWork) -> None:
    fund = topped_up(uow)
    closed = FundMonth(
        fund_id=fund.id, month="2026-03", opening_cash=D(0), closing_cash=D(0), closing_advanced=D(0), last_serial=0, digest="x",
        closed_at=NOW, closed_by="职员1",
    )  # fmt: skip
    few_rows.stored(uow, closed)
    uow.session.refresh(fund)
    with refused(FundMonthClosed):
        fund_actions.advance(uow, ONE, the_case(uow), "pay#1", D(1))
