"""A property rule is lifted by the county only, rule by rule, with reason and evidence, for what it saw."""

from __future__ import annotations

import copy
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.access.models import Account
from processes.cases.models import WorkItem
from processes.decisions import exemptions
from processes.decisions.models import PropertyExemption
from processes.errors import DutySeparation, FactsChanged, RuleBroken
from processes.office.steps.complete import CompleteTask
from processes.office.steps.send_back import ReturnTask
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person, tied
from tests.web.test_facts_of_a_decision import award_of, recompute, saved

ASKED = {"ask": "yes", "rules": ["cars"], "reason": "车辆已报废待注销", "evidence": "报废回收证明"}
GRANTED = {
    "cars": "grant", "cars_reason": "车辆已报废", "cars_evidence": "报废回收证明 第 8 号", "statement": "同意豁免",
}  # fmt: skip


def with_cars(number: int) -> dict[str, Any]:
    raw = copy.deepcopy(cases.HOUSEHOLD)
    raw["property"] = {"cars": number}
    return raw


def done(stage: Stage, number: str, task: str, data: dict[str, Any], by: str = "") -> None:
    item = cases.item_at(stage, number, task)
    command = CompleteTask(item.id, item.version, data, str(uuid4()))
    stage.office.perform(command, stage.actor(by or item.role, cases.VILLAGE))


def exempted(stage: Stage) -> str:
    number = cases.a_case(stage, "propose_exemption", raw=with_cars(1))
    done(stage, number, "propose_exemption", ASKED)
    done(stage, number, "county_exemption", GRANTED)
    return number


def test_the_word_of_a_township_lifts_no_rule(stage: Stage) -> None:
    # 三辆机动车、存款 900,000，登记时写“x”：从前由此给付 768
    raw = with_cars(3) | {"property": {"cars": 3, "deposits": 900000}, "property_exemption": "x"}
    number = cases.a_case(stage, "propose_exemption", raw=raw)
    done(stage, number, "propose_exemption", {"ask": "no"})
    item = cases.item_at(stage, number, "township_opinion")
    page = Person(stage, "township_leader").get(f"/cases/{number}/tasks/{item.id}").text
    assert "测算：不符合条件" in page and "拥有机动车" in page and "存款证券超过限额" in page
    # 存款限额 24 × 768 × 2 = 36,864
    assert "900,000 ≤ 存款证券限额 36,864，不成立" in page


def test_nobody_of_a_township_decides_an_exemption_whatever_the_diagram(stage: Stage) -> None:
    exemptions.demand_county(stage.actor("county_leader", cases.VILLAGE))
    for role in ("township_leader", "window_clerk", "investigator"):
        with pytest.raises(RuleBroken):
            exemptions.demand_county(stage.actor(role, cases.VILLAGE))


def test_the_county_sees_the_rule_that_is_not_met_and_its_decision_is_printed(stage: Stage) -> None:
    number = cases.a_case(stage, "propose_exemption", raw=with_cars(1))
    done(stage, number, "propose_exemption", ASKED)
    item = cases.item_at(stage, number, "county_exemption")
    page = Person(stage, "county_leader").get(f"/cases/{number}/tasks/{item.id}").text
    assert "测算：尚未算完" in page and "机动车符合规定" in page
    assert '"key": "deposits_reason"' in page
    done(stage, number, "county_exemption", GRANTED)
    for _ in range(8):
        waiting = cases.open_items(stage, number)
        if any(i.task == "serve_confirmation" for i in waiting):
            break
        if waiting[0].task == "record_objection":
            stage.move("8 days")
        else:
            cases.complete(stage, waiting[0])
    with stage.database.reading("") as session:
        form = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "approval_form")).one().contract
    assert form["decision"]["exemptions"].startswith("拥有机动车：车辆已报废（证据：报废回收证明 第 8 号；")
    # 工资 15,000：2 × 768 − 1,019.60 = 516.40 → 517
    assert str(award_of(stage, number)) == "517.00"


def test_an_exemption_holds_for_what_was_seen_and_no_more(stage: Stage) -> None:
    number = exempted(stage)
    saved(stage, number, with_cars(2))
    with pytest.raises(FactsChanged) as refused:
        cases.complete(stage, cases.item_at(stage, number, "township_opinion"))
    assert "机动车" in refused.value.message and "财产豁免" in refused.value.message
    recompute(stage, number, "township_opinion")
    assert [i.task for i in cases.open_items(stage, number)] == ["propose_exemption"]


def test_a_return_before_the_countys_step_takes_its_exemption_back(stage: Stage) -> None:
    number = exempted(stage)
    item = cases.item_at(stage, number, "township_opinion")
    leader = stage.actor("township_leader", cases.VILLAGE)
    back = ReturnTask(item.id, item.version, "apply/propose_exemption#1", "材料不清", str(uuid4()))
    stage.office.perform(back, leader)
    done(stage, number, "propose_exemption", {"ask": "no"})
    item = cases.item_at(stage, number, "township_opinion")
    page = Person(stage, "township_leader").get(f"/cases/{number}/tasks/{item.id}").text
    assert "测算：不符合条件" in page


def test_one_person_with_two_accounts__does_not_both_propose_and_decide(stage: Stage) -> None:
    number = cases.a_case(stage, "propose_exemption", raw=with_cars(1))
    done(stage, number, "propose_exemption", ASKED)
    with stage.database.reading("") as session:
        query = select(WorkItem.completed_by_id).where(WorkItem.task == "propose_exemption")
        proposer = session.scalars(query.order_by(WorkItem.id.desc())).first()
        assert proposer is not None
        username = session.get_one(Account, proposer).username
    other = cases.item_at(stage, number, "county_exemption").role
    decider = stage.actor(other, cases.VILLAGE)
    tied(stage, decider.username, username)
    with pytest.raises(DutySeparation, match="决定财产豁免"):
        done(stage, number, "county_exemption", GRANTED)


def test_who_proposed_and_who_decided__stand_in_the_row(stage: Stage) -> None:
    exempted(stage)
    with stage.database.reading("") as session:
        row = session.scalars(select(PropertyExemption)).one()
        assert row.decided_by_id is not None
        assert row.proposed_by_id not in (None, row.decided_by_id)
