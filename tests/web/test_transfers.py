"""Moving to another township: nothing moves before it is taken over; then cases, awards and papers go along."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from processes.cases import events
from processes.cases.models import Case, WorkItem
from processes.errors import HouseholdNotFound, NotFound, RuleBroken
from processes.office.cases.start import StartCase
from processes.office.funds.entries import ConfirmFundEntry, EnterFundEntry
from processes.office.people.transfers import AskTransfer, DecideTransfer, WithdrawTransfer
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.papers.models import IssuedPaper
from processes.people.models import Household, Income, Person, PersonVersion, Transfer
from processes.rehearsal.registering import household_form, save
from processes.rehearsal.stage import Stage
from processes.relief.models import Award
from tests.builders import cases
from tests.builders.desks import Person as Browser

TWO, THREE = "340199102", "340199103"
INTO = "340199102203"
FAMILY: dict[str, Any] = {
    "members": [
        {"name": "郭父", "relation": "本人", "birth": "1970-03-01", "sex": "男"},
        {"name": "郭子", "relation": "子女", "birth": "1998-03-01", "sex": "男", "income": {"wages": 9000}},
    ]
}


def one(stage: Stage, kind: type[Any]) -> Any:
    with stage.database.reading("") as session:
        return session.scalars(select(kind).order_by(kind.id.desc())).first()


def everywhere(stage: Stage, kind: type[Any]) -> list[Any]:
    with stage.database.reading("") as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def ask(stage: Stage, number: str, to: str = TWO, person: int = 0) -> int:
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    return int(stage.office.perform(AskTransfer(number, to, "随子女迁居", person), clerk).transfer)


def test_a_household_moves__with_its_case_its_award_and_its_papers(stage: Stage) -> None:
    case = cases.a_case(stage, at="serve_confirmation")
    number = one(stage, Household).number
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    item = cases.item_at(stage, case, "serve_confirmation")
    stage.office.perform(ClaimTask(item.id, item.version), clerk)
    here, there = Browser(stage, "window_clerk"), Browser(stage, "t2_clerk")
    answer = here.post(f"/households/{number}/transfer", {"to_place": TWO, "person": "0", "reason": "迁居"})
    assert answer.status_code == 302
    transfer = one(stage, Transfer)
    assert str(transfer.due_on) > "2026-03"
    assert "待接收" in here.get(f"/households/{number}").text
    assert there.get(f"/households/{number}").status_code == 404  # nothing has moved yet
    assert number in there.get("/transfers").text
    accept = {"accept": "1", "division": INTO, "reason": "已核实居住"}
    assert here.post(f"/transfers/{transfer.id}/decide", accept).status_code == 404  # not by who asked
    assert there.post(f"/transfers/{transfer.id}/decide", accept).status_code == 302

    assert one(stage, Household).division == INTO
    assert {p.home for p in everywhere(stage, Person)} == {TWO}
    assert {a.division for a in everywhere(stage, Award)} == {INTO}
    assert {k.division for k in everywhere(stage, Case)} == {INTO}
    assert {(i.division, i.township) for i in everywhere(stage, WorkItem)} == {(INTO, TWO)}
    assert {p.division for p in everywhere(stage, IssuedPaper)} == {INTO}
    assert cases.item_at(stage, case, "serve_confirmation").claimed_by is None
    assert "自城关镇迁入" in {v.source for v in everywhere(stage, PersonVersion)}
    with stage.database.reading("") as session:
        assert events.verify(session, session.scalars(select(Case)).one()) is None
    assert here.get(f"/cases/{case}").status_code == 404
    assert "自城关镇迁入" in there.get(f"/cases/{case}").text
    # the receiving township goes on with it
    cases.complete(stage, cases.item_at(stage, case, "serve_confirmation"), INTO)
    cases.complete(stage, cases.item_at(stage, case, "post_announcement"), INTO)
    assert cases.outcome(stage, case) == "confirmed"


def test_who_may_ask__and_what_is_no_transfer(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    number = cases.a_household(stage, raw=FAMILY)
    with pytest.raises(HouseholdNotFound):
        stage.office.perform(AskTransfer(number, THREE, "x"), stage.actor("window_clerk", INTO))
    for to in ("340199101", "340199999", "340199102201", ""):
        with pytest.raises(RuleBroken):
            ask(stage, number, to)
    father = everywhere(stage, Person)[0]
    with pytest.raises(RuleBroken, match="先变更户主"):
        ask(stage, number, person=father.id)
    with pytest.raises(NotFound):
        ask(stage, number, person=999)
    transfer = ask(stage, number)
    with pytest.raises(RuleBroken, match="已提出迁移"):
        ask(stage, number, THREE)
    there = stage.actor("window_clerk", INTO)
    with pytest.raises(RuleBroken, match="村"):
        stage.office.perform(DecideTransfer(transfer, True, "好", cases.VILLAGE), there)
    stage.office.perform(DecideTransfer(transfer, False, "查无此户"), there)
    assert (one(stage, Household).division, one(stage, Transfer).status) == (cases.VILLAGE, "declined")
    with pytest.raises(RuleBroken, match="已退回"):
        stage.office.perform(DecideTransfer(transfer, True, "好", INTO), there)
    again = ask(stage, number)
    stage.office.perform(WithdrawTransfer(again, "写错"), stage.actor("window_clerk", cases.VILLAGE))
    with pytest.raises(RuleBroken, match="已撤回"):
        stage.office.perform(DecideTransfer(again, True, "好", INTO), there)


def test_one_person_moves__with_the_lines__what_was_told_there_counts(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    number = cases.a_household(stage, raw=FAMILY)
    son = everywhere(stage, Person)[1]
    there = stage.actor("window_clerk", INTO)
    wife = {"name": "陈妻", "relation": "本人", "birth": "1999-05-01", "sex": "女"}
    linked = FAMILY["members"][1] | {
        "relation": "配偶",
        "work_ability": "hindered",
        "income": {},
        "id_number": son.id_number,
    }
    into = save(stage.office, there, household_form({"members": [wife, linked]}, INTO), confirm=True)
    assert everywhere(stage, Person)[1].work_ability == "able"  # linked, not filled
    transfer = ask(stage, number, person=son.id)
    with pytest.raises(HouseholdNotFound):
        stage.office.perform(DecideTransfer(transfer, True, "好", household=number, relation="配偶"), there)
    stage.office.perform(DecideTransfer(transfer, True, "好", household=into, relation="配偶"), there)
    moved = everywhere(stage, Person)[1]
    assert (moved.home, moved.work_ability) == (TWO, "hindered")
    with stage.database.reading("") as session:
        families = {h.number: [m.person.name for m in h.members] for h in session.scalars(select(Household))}
    assert families == {number: ["郭父"], into: ["陈妻", "郭子"]}
    line = one(stage, Income)
    assert (line.person_id, str(line.annual_amount)) == (son.id, "9000.00")
    assert line.household_id == next(h.id for h in everywhere(stage, Household) if h.number == into)
    with pytest.raises(RuleBroken, match="只有一人"):
        ask(stage, number, person=everywhere(stage, Person)[0].id)


def test_money_that_was_advanced__is_settled_before_the_household_leaves(whole_stage: Stage) -> None:
    whole_stage.set_clock(datetime(2026, 3, 2, 9, 0))
    one_officer, other = (whole_stage.actor(f"finance_officer#{n}", "340199") for n in (1, 2))
    command = EnterFundEntry("340199101", "top_up", Decimal(5000), "拨付")
    entry = whole_stage.office.perform(command, one_officer).entry
    whole_stage.office.perform(ConfirmFundEntry(entry), other)
    number = cases.a_household(whole_stage)
    form = {
        "event": "other",
        "event_on": "2026-03-01",
        "persons": 1,
        "description": "被盗",
        "phone": "13800000001",
    }
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    case = whole_stage.office.perform(StartCase("temporary_relief", number, form), clerk).case
    item = cases.item_at(whole_stage, case, "township_decision")
    decision = CompleteTask(item.id, item.version, {"decision": "approve", "statement": "同意"})
    whole_stage.office.perform(decision, whole_stage.actor("township_leader", cases.VILLAGE))
    transfer = ask(whole_stage, number)
    with pytest.raises(RuleBroken, match="备用金垫付尚未核销"):
        whole_stage.office.perform(
            DecideTransfer(transfer, True, "好", INTO), whole_stage.actor("window_clerk", INTO)
        )
    assert one(whole_stage, Household).division == cases.VILLAGE
    assert {k.division for k in everywhere(whole_stage, Case)} == {cases.VILLAGE}


def test_whose_file_lies_elsewhere__is_not_given_away(stage: Stage) -> None:
    alone = {"members": [{"name": "密名甲", "relation": "本人", "birth": "1961-04-05", "sex": "男"}]}
    case = cases.a_case(stage, at="serve_confirmation", raw=alone)
    (drawing,) = everywhere(stage, Person)
    two, three = stage.actor("window_clerk", INTO), stage.actor("window_clerk", "340199103201")
    wife = {"name": "陈妻", "relation": "本人", "birth": "1999-05-01", "sex": "女"}
    guessed = {
        "name": "不知名", "relation": "其他", "birth": "1961-04-05", "sex": "男", "id_number": drawing.id_number,
    }  # fmt: skip
    theirs = save(stage.office, two, household_form({"members": [wife, guessed]}, INTO), confirm=True)
    host = {"name": "何接收", "relation": "本人", "birth": "1972-05-01", "sex": "女"}
    into = save(stage.office, three, household_form({"members": [host]}, "340199103201"), confirm=True)
    with pytest.raises(RuleBroken, match="档案所在乡镇"):
        stage.office.perform(AskTransfer(theirs, THREE, "迁居", drawing.id), two)
    # it lay there when it was asked, and went to its place before it was taken over
    with stage.database.unit_of_work() as uow:
        uow.session.get_one(Person, drawing.id).home = TWO
        uow.commit()
    asked = stage.office.perform(AskTransfer(theirs, THREE, "迁居", drawing.id), two).transfer
    with stage.database.unit_of_work() as uow:
        uow.session.get_one(Person, drawing.id).home = "340199101"
        uow.commit()
    accept = DecideTransfer(asked, True, "好", household=into, relation="其他")
    with pytest.raises(RuleBroken, match="档案所在乡镇"):
        stage.office.perform(accept, three)
    assert {p.home for p in everywhere(stage, Person) if p.id == drawing.id} == {"340199101"}
    assert {a.division for a in everywhere(stage, Award)} == {cases.VILLAGE}
    assert {k.division for k in everywhere(stage, Case) if k.number == case} == {cases.VILLAGE}
    # what the person draws at a third place stays there, even where the file lies with who gives
    with stage.database.unit_of_work() as uow:
        uow.session.get_one(Person, drawing.id).home = TWO
        uow.commit()
    stage.office.perform(accept, three)
    assert {a.division for a in everywhere(stage, Award)} == {cases.VILLAGE}
