"""A decision stands on the facts that it was computed with, whatever the register says later (C40)."""

from __future__ import annotations

import copy
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.cases.models import Case, WorkItem
from processes.decisions.models import FactSnapshot
from processes.errors import FactsChanged, RuleBroken
from processes.office.cases.start import StartCase
from processes.office.papers.make import PrintState
from processes.office.people.households import SaveHousehold
from processes.office.steps.complete import CompleteTask
from processes.office.steps.recompute import Recompute
from processes.papers.models import IssuedPaper
from processes.people import id_number as ids
from processes.people import queries as people
from processes.rehearsal.county import COUNTY
from processes.rehearsal.registering import household_form
from processes.rehearsal.stage import Stage
from processes.relief import queries as relief
from processes.relief.fund_models import ReliefPayment
from tests.builders import cases
from tests.builders.desks import Person

# 标准 768；张建国工资 15,000，李秀英 28 岁以上无加发。
# 就业成本 min(15,000 × 20% = 3,000，768 × 30% × 12 = 2,764.80) = 2,764.80；核定 12,235.20；月 1,019.60
# 2 × 768 − 1,019.60 = 516.40 → 517
GRANTED = Decimal("517.00")
# 工资 9,000：就业成本 1,800，核定 7,200，月 600；1,536 − 600 = 936
GRANTED_ANEW = Decimal("936.00")


def saved(stage: Stage, number: str, raw: dict[str, Any], **more: Any) -> None:
    """The household of a case saved once more, as its township would."""
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        household = people.household(session, case.household_id)
        given, version = household.number, household.version
    form = household_form(raw, cases.VILLAGE) | more
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stage.office.perform(SaveHousehold(form, given, version), clerk)


def poorer() -> dict[str, Any]:
    raw = copy.deepcopy(cases.HOUSEHOLD)
    raw["members"][0]["income"]["wages"] = 9000
    return raw


def recompute(stage: Stage, number: str, task: str) -> None:
    item = cases.item_at(stage, number, task)
    stage.office.perform(Recompute(item.id, item.version), stage.actor(item.role, cases.VILLAGE))


def to_the_end(stage: Stage, number: str, at: str) -> None:
    for _ in range(12):
        waiting = cases.open_items(stage, number)
        if not waiting or any(i.task == at for i in waiting):
            return
        if waiting[0].task == "record_objection":
            stage.move("8 days")
            continue
        cases.complete(stage, waiting[0])
    raise AssertionError(f"never came to {at}")


def award_of(stage: Stage, number: str) -> Decimal | None:
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        award = relief.of_case(session, case.id)
        return None if award is None else award.monthly_amount


def test_a_household_that_changed_after_its_computation_is_computed_again_before_anything_is_granted(
    stage: Stage,
) -> None:
    number = cases.a_case(stage, "county_decision")
    saved(stage, number, poorer())
    with pytest.raises(FactsChanged) as refused:
        cases.complete(stage, cases.item_at(stage, number, "county_decision"))
    assert "张建国工资性收入：测算时 15000，现为 9000" in refused.value.message
    assert award_of(stage, number) is None

    recompute(stage, number, "county_decision")
    assert [i.task for i in cases.open_items(stage, number)] == ["township_opinion"]
    assert cases.item_at(stage, number, "township_opinion").draft == cases.ANSWERS["township_opinion"]
    to_the_end(stage, number, "county_decision")
    cases.complete(stage, cases.item_at(stage, number, "county_decision"))
    assert award_of(stage, number) == GRANTED_ANEW


def test_an_opinion_is_not_given_on_facts_that_changed(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    saved(stage, number, poorer())
    with pytest.raises(FactsChanged):
        cases.complete(stage, cases.item_at(stage, number, "township_opinion"))
    recompute(stage, number, "township_opinion")
    cases.complete(stage, cases.item_at(stage, number, "township_opinion"))


def test_a_refusal_is_not_written_on_facts_that_changed(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    saved(stage, number, poorer())
    item = cases.item_at(stage, number, "county_decision")
    data = {
        "decision": "refuse", "statement": "不同意", "refusal_reason": "收入未如实申报", "refusal_article": "第九条",
        "deviation_reason": "收入未如实申报",
    }  # fmt: skip
    command = CompleteTask(item.id, item.version, data, str(uuid4()))
    with pytest.raises(FactsChanged):
        stage.office.perform(command, stage.actor("county_leader", cases.VILLAGE))


def test_a_telephone_number_is_no_fact_of_a_decision(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    saved(stage, number, cases.HOUSEHOLD, phone="13911112222")
    cases.complete(stage, cases.item_at(stage, number, "county_decision"))
    assert award_of(stage, number) == GRANTED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("gone", "家庭成员李秀英：测算时 配偶，现为 已不在本户"),
        ("disabled", "李秀英残疾等级：测算时 0，现为 1"),
        ("deposits", "存款"),
        ("address", "住址"),
    ],
)
def test_whatever_sheets_tables_or_papers_read_is_compared(stage: Stage, change: str, said: str) -> None:
    number = cases.a_case(stage, "county_decision")
    raw, more = copy.deepcopy(cases.HOUSEHOLD), {}
    match change:
        case "gone":
            raw["members"].pop()
        case "disabled":
            raw["members"][1] |= {"disability_kind": "肢体", "disability_grade": 1}
        case "deposits":
            raw["property"] = {"deposits": 9000}
        case _:
            more = {"address": "西村一组3号"}
    saved(stage, number, raw, **more)
    with pytest.raises(FactsChanged) as refused:
        cases.complete(stage, cases.item_at(stage, number, "county_decision"))
    assert said in refused.value.message


def test_a_member_found_to_draw_elsewhere_is_a_change(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    other = copy.deepcopy(cases.HOUSEHOLD)
    number_of_her = ids.compose(COUNTY, date(1980, 2, 20), 202)  # what the builder gives the second member
    other["members"] = [dict(other["members"][1], relation="本人", id_number=number_of_her)]
    elsewhere = cases.a_case(stage, "county_decision", raw=other)
    cases.complete(stage, cases.item_at(stage, elsewhere, "county_decision"))
    with pytest.raises(FactsChanged) as refused:
        cases.complete(stage, cases.item_at(stage, number, "county_decision"))
    assert "李秀英在享待遇" in refused.value.message and elsewhere in refused.value.message


def test_papers_print_the_facts_that_were_computed_with(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    saved(stage, number, poorer(), address="西村一组3号")
    leader = stage.actor("county_leader", cases.VILLAGE)
    code = stage.office.perform(PrintState(number, "approval_form"), leader).code
    with stage.database.reading("") as session:
        paper = session.scalars(select(IssuedPaper).where(IssuedPaper.code == code)).one()
    assert paper.contract["members"][0]["income"] == "15000.00"
    assert paper.contract["address"] == "东村三组12号"


def test_after_the_grant_a_change_stops_nothing_and_the_form_still_prints_what_was_decided(
    stage: Stage,
) -> None:
    number = cases.a_case(stage, "serve_confirmation")
    saved(stage, number, poorer())
    with pytest.raises(RuleBroken):
        recompute(stage, number, "serve_confirmation")
    cases.complete(stage, cases.item_at(stage, number, "serve_confirmation"))
    cases.complete(stage, cases.item_at(stage, number, "post_announcement"))
    assert cases.outcome(stage, number) == "confirmed"


def test_the_same_facts_again_are_computed_again_without_harm(stage: Stage) -> None:
    number = cases.a_case(stage, "county_check")
    recompute(stage, number, "county_check")
    to_the_end(stage, number, "county_decision")
    cases.complete(stage, cases.item_at(stage, number, "county_decision"))
    assert award_of(stage, number) == GRANTED
    with stage.database.reading("") as session:
        kept = session.scalars(select(FactSnapshot.status).order_by(FactSnapshot.id)).all()
        notices = session.scalars(
            select(IssuedPaper.standing).where(IssuedPaper.kind == "public_notice").order_by(IssuedPaper.id)
        ).all()
    assert kept == ["superseded", "standing"]
    assert notices == ["superseded", "standing"]


def test_the_step_shows_the_difference_and_offers_to_compute_again(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    saved(stage, number, poorer())
    leader = Person(stage, "county_leader")
    item = cases.item_at(stage, number, "county_decision")
    page = leader.get(f"/cases/{number}/tasks/{item.id}").text
    assert "家庭情况在测算之后有变化" in page and "15000" in page and "9000" in page
    address = f"/cases/{number}/tasks/{item.id}/recompute"
    assert leader.post(address, {"version": item.version}).status_code == 302
    assert [i.task for i in cases.open_items(stage, number)] == ["township_opinion"]


def test_money_is_not_advanced_on_facts_that_changed(whole_stage: Stage) -> None:
    stage = whole_stage
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    household = cases.a_household(stage)
    form = {
        "event": "fire", "event_on": "2026-03-01", "persons": 2, "description": "房屋失火", "phone": "13800000001",
        "bank_account": "",
    }  # fmt: skip
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    number = stage.office.perform(StartCase("temporary_relief", household, form, str(uuid4())), clerk).case
    gone = copy.deepcopy(cases.HOUSEHOLD)
    gone["members"].pop()
    saved(stage, number, gone)
    with stage.database.reading("") as session:
        item = session.scalars(
            select(WorkItem).where(WorkItem.case_number == number, WorkItem.status == "open")
        ).one()
    # 768 × 2 人 × 3 个月 = 4,608，超过 2,024，由县级审批
    data = {"decision": "approve", "statement": "同意", "amount": 1000, "deviation_reason": "按实际损失"}
    command = CompleteTask(item.id, item.version, data, str(uuid4()))
    with pytest.raises(FactsChanged):
        stage.office.perform(command, stage.actor(item.role, cases.VILLAGE))
    with stage.database.reading("") as session:
        assert session.scalars(select(ReliefPayment)).all() == []
