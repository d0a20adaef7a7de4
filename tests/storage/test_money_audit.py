"""Refunds and reversals of a case, the fund's level, and an audit that finds an altered row in any table of money."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, text

from processes.cases import events
from processes.cases.models import Case
from processes.errors import NotFound, RuleBroken
from processes.office.funds.entries import ConfirmFundEntry, EnterFundEntry, ReverseFundEntry
from processes.office.steps.send_back import ReturnTask
from processes.rehearsal.stage import Stage
from processes.relief import audit, fund_queries
from processes.relief.fund_models import FundEntry, ReliefPayment
from tests.builders import cases, reliefs

TOWNSHIP = reliefs.TOWNSHIP
HANDED = {"handed_on": cases.DAY, "receiver": "周大海", "witness": "村主任", "receipt_signed": True}
PAPERS = {
    "papers": ["application", "identity", "evidence", "receipt"], "investigated_on": cases.DAY,
    "second_investigator": "赵核查", "finding": "属实",
}  # fmt: skip


def refund(stage: Stage, number: str, amount: str) -> int:
    command = EnterFundEntry(TOWNSHIP, "refund", Decimal(amount), "多发退回", case_number=number)
    entry = int(stage.office.perform(command, stage.actor("finance_officer", "340199")).entry)
    stage.office.perform(ConfirmFundEntry(entry), stage.actor("finance_officer#2", "340199"))
    return entry


def faults(stage: Stage) -> list[str]:
    with stage.database.reading("") as session:
        broken = [events.verify(session, case) for case in session.scalars(select(Case))]
        return [*filter(None, broken), *fund_queries.audit(session), *audit.compare(session)]


def fund(stage: Stage) -> tuple[Decimal, Decimal]:
    with stage.database.reading("") as session:
        found = fund_queries.fund_of(session, TOWNSHIP)
        return found.cash, found.advanced


def relief(stage: Stage) -> ReliefPayment:
    with stage.database.reading("") as session:
        return session.scalars(select(ReliefPayment).order_by(ReliefPayment.id.desc())).first()


def test_a_refund_names_its_case__and_the_paperwork_can_be_finished(whole_stage: Stage) -> None:
    number = reliefs.paid(whole_stage)
    officer = whole_stage.actor("finance_officer", "340199")
    with pytest.raises(RuleBroken) as nameless:
        whole_stage.office.perform(EnterFundEntry(TOWNSHIP, "refund", Decimal(100), "退回"), officer)
    assert "办件编号" in nameless.value.message
    with pytest.raises(RuleBroken) as more:
        refund(whole_stage, number, "1536.01")
    assert "1536.00 元" in more.value.message
    refund(whole_stage, number, "1536.00")
    assert fund(whole_stage) == (Decimal("50000.00"), Decimal("0.00"))
    assert relief(whole_stage).kept == 0
    reliefs.complete(whole_stage, number, "hand_over", HANDED)
    reliefs.complete(whole_stage, number, "emergency_eased", {"eased_on": cases.DAY, "note": "已缓解"})
    reliefs.complete(whole_stage, number, "complete_paperwork", PAPERS)
    reliefs.complete(whole_stage, number, "confirm_paperwork", {"statement": "齐全"})
    assert reliefs.waiting(whole_stage, number) == ["post_result"]
    assert faults(whole_stage) == []


def test_a_part_refunded__the_rest_is_settled(whole_stage: Stage) -> None:
    number = reliefs.paid(whole_stage)
    entry = refund(whole_stage, number, "536.00")
    reliefs.complete(whole_stage, number, "hand_over", HANDED)
    reliefs.complete(whole_stage, number, "emergency_eased", {"eased_on": cases.DAY, "note": "已缓解"})
    reliefs.complete(whole_stage, number, "complete_paperwork", PAPERS)
    reliefs.complete(whole_stage, number, "confirm_paperwork", {"statement": "齐全"})
    # 50000 − 1536 + 536 = 49000; 1536 − 536 = 1000 settled
    assert fund(whole_stage) == (Decimal("49000.00"), Decimal("0.00"))
    with whole_stage.database.reading("") as session:
        settled = session.scalars(select(FundEntry).where(FundEntry.kind == "settlement")).one()
        assert settled.amount == Decimal("1000.00")
    assert relief(whole_stage).kept == Decimal("1000.00")
    assert faults(whole_stage) == []
    assert entry


def test_a_refund_that_was_wrong__is_reversed_and_counts_again(whole_stage: Stage) -> None:
    number = reliefs.paid(whole_stage)
    entry = refund(whole_stage, number, "536.00")
    one, other = (whole_stage.actor(f"finance_officer{n}", "340199") for n in ("", "#2"))
    made = whole_stage.office.perform(ReverseFundEntry(entry, "记错办件"), one).entry
    whole_stage.office.perform(ConfirmFundEntry(made), other)
    assert fund(whole_stage) == (Decimal("48464.00"), Decimal("1536.00"))
    assert relief(whole_stage).kept == Decimal("1536.00")
    assert faults(whole_stage) == []


def test_what_a_case_paid_is_reversed_by_the_case_only__refunds_with_it(whole_stage: Stage) -> None:
    number = reliefs.paid(whole_stage)
    refund(whole_stage, number, "536.00")
    with whole_stage.database.reading("") as session:
        advance = session.scalars(select(FundEntry).where(FundEntry.kind == "advance")).one()
    with pytest.raises(RuleBroken) as refused:
        whole_stage.office.perform(
            ReverseFundEntry(advance.id, "发错"), whole_stage.actor("finance_officer", "340199")
        )
    assert number in refused.value.message
    item = cases.item_at(whole_stage, number, "hand_over")
    with whole_stage.database.reading("") as session:
        from processes.cases.models import WorkItem

        to = session.scalars(select(WorkItem.ref).where(WorkItem.task == "township_decision")).one()
    whole_stage.office.perform(
        ReturnTask(item.id, item.version, to, "重新核定"), whole_stage.actor("window_clerk", cases.VILLAGE)
    )
    assert fund(whole_stage) == (Decimal("50000.00"), Decimal("0.00"))
    assert relief(whole_stage).status == "withdrawn"
    assert faults(whole_stage) == []


def test_the_level_of_a_fund_is_not_passed__advances_count(whole_stage: Stage) -> None:
    reliefs.paid(whole_stage)  # 48464.00 in hand and 1536.00 advanced: the level of 50000.00 is reached
    with pytest.raises(RuleBroken) as full:
        reliefs.money(whole_stage, "0.01")
    assert "50000.00" in full.value.message
    # waiting entries are looked at again when they are confirmed
    stage = whole_stage
    one, other = stage.actor("finance_officer", "340199"), stage.actor("finance_officer#2", "340199")
    back = stage.office.perform(EnterFundEntry(TOWNSHIP, "return", Decimal(100), "缴回"), one).entry
    stage.office.perform(ConfirmFundEntry(back), other)
    waiting = [
        stage.office.perform(EnterFundEntry(TOWNSHIP, "top_up", Decimal(60), "拨付"), one).entry
        for _ in range(2)
    ]
    stage.office.perform(ConfirmFundEntry(waiting[0]), other)
    with pytest.raises(RuleBroken) as left:  # 100 − 60 = 40
        stage.office.perform(ConfirmFundEntry(waiting[1]), other)
    assert "40.00" in left.value.message


def test_a_township_that_does_not_exist_has_no_fund(whole_stage: Stage) -> None:
    with pytest.raises(NotFound):
        reliefs.money(whole_stage, "10.00", "340199999")
    with whole_stage.database.reading("") as session:
        assert fund_queries.funds(session) == []


ALTERED = {
    "a posting's entry": ("UPDATE fund_entry SET memo = '改' WHERE kind = 'top_up'", "台账第 1 号入账后被改动"),
    "an advance": (
        "UPDATE fund_entry SET amount = '1000.00' WHERE kind = 'advance'", "的先行支付（1000.00 元）与救助登记（1536.00 元）不符",
    ),
    "a last entry": ("UPDATE fund SET head = ''", "台账末尾的记录缺失"),
    "a relief's amount": ("UPDATE relief_payment SET amount = '1.00'", "的救助金额与办理记录不符"),
    "a relief's event": ("UPDATE relief_payment SET event = 'fire'", "的救助登记被改动"),
    "a relief taken back": ("UPDATE relief_payment SET status = 'withdrawn'", "的救助登记与办理记录不符"),
    "a refund": ("UPDATE relief_payment SET refunded = '536.00'", "登记的退回款 536.00 元与台账 0.00 元不符"),
    "an award's amount": ("UPDATE award SET monthly_amount = '9999.00'", "的救助待遇被改动"),
    "an award's grade": ("UPDATE award SET grade = 'X'", "的救助待遇被改动"),
    "an award ended": ("UPDATE award SET status = 'withdrawn'", "的救助待遇与办理记录不符"),
    "a member": ("DELETE FROM award_member WHERE person_id = (SELECT min(person_id) FROM award_member)", "的救助待遇被改动"),
    "who stands": ("UPDATE award_member SET is_standing = (1 = 0)", "的享受人员与救助待遇不符"),
    "an event": ("UPDATE case_event SET actor = '他人' WHERE kind = 'advance_paid'", "已被改动"),
}  # fmt: skip


@pytest.mark.parametrize("what", ALTERED)
def test_an_altered_row_is_found(whole_stage: Stage, what: str) -> None:
    reliefs.paid(whole_stage)
    cases.a_case(whole_stage, at="serve_confirmation")
    assert faults(whole_stage) == []
    statement, sentence = ALTERED[what]
    with whole_stage.database.unit_of_work() as uow:
        uow.session.execute(text(statement))
        uow.commit()
    found = faults(whole_stage)
    assert any(sentence in fault for fault in found), found
