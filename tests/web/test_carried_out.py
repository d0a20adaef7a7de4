"""A held submission is executed for the person who submitted it, and never remains without an assignee."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.access.models import Absence, Account
from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.cases.colleague_models import Participant
from processes.cases.models import Case, CaseEvent, Notice
from processes.office.cases.calls import NoteCall
from processes.office.steps.complete import CompleteTask
from processes.office.steps.countersign import RespondToRequest
from processes.people.models import Household
from processes.rehearsal import scenarios
from processes.rehearsal.player import Player
from processes.rehearsal.registering import household_form, save
from processes.rehearsal.stage import Stage
from processes.relief.fund_models import FundEntry
from processes.relief.models import Award
from tests.builders import cases
from tests.builders.desks import Person, colleague, confirm_absences, tied
from tests.conftest import CONTENT
from tests.web.test_hands import _asked, _complete, _id, _item, _post

REGISTERED = {
    "residence": "local", "basic_living": "yes", "cause": "no_labour", "relative_of_official": "no", "urgent": "no",
    "rigid": "no", "description": "独居老人，无收入来源",
}  # fmt: skip
ALONE = {"members": [{"name": "周大海", "relation": "本人", "birth": "1951-01-09", "sex": "男"}]}


def _signed(stage: Stage, signer: Actor) -> None:
    with stage.database.reading("") as session:
        row = session.scalars(select(Participant).where(Participant.kind == "cosign")).one()
    stage.office.perform(RespondToRequest(row.id, "", "agree"), signer)


def test_cases_that_are_opened_out_of_it_are_the_submitters(whole_stage: Stage) -> None:
    """A county leader who signed for a clerk's registration decides what was opened out of it."""
    stage = whole_stage
    stage.set_clock(datetime.fromisoformat("2026-03-06T16:00"))
    clerk, boss = stage.actor("window_clerk", cases.VILLAGE), stage.actor("county_leader", "340199")
    call = {
        "place": cases.VILLAGE,
        "caller_phone": "13900000001",
        "description": "邻居独居老人无收入，请上门看看",
    }
    noted = stage.office.perform(NoteCall("one_window", "hotline", call, str(uuid4())), clerk)
    stage.move("3 days")
    item = cases.item_at(stage, noted.case, "call_back")
    said = {"reached": "yes", "called_on": "2026-03-09", "note": "本人接听"}
    stage.office.perform(CompleteTask(item.id, item.version, said, str(uuid4())), clerk)
    save(stage.office, clerk, household_form(ALONE, cases.VILLAGE), noted.household, 0, confirm=True)
    item = cases.item_at(stage, noted.case, "register_caller")
    signers = () if boss.account_id is None else (boss.account_id,)
    stage.office.perform(
        CompleteTask(item.id, item.version, REGISTERED, str(uuid4()), signers, "all", 0), clerk
    )
    _signed(stage, boss)
    with stage.database.reading("") as session:
        opened = session.scalars(select(Case).where(Case.programme == "minimum_living_allowance")).one()
    assert opened.opened_by_id == clerk.account_id
    cases.walk(stage, opened.number, "county_decision")
    cases.complete(stage, cases.item_at(stage, opened.number, "county_decision"))


def test_money_is_paid_by_who_decided__and_not_by_who_signed_last(whole_stage: Stage) -> None:
    stage = whole_stage
    scenario = scenarios.read(CONTENT / "temporary_relief" / "scenarios" / "relief_first.yaml")[0]
    player = Player(stage, scenario.content)
    player.begin()
    assert player.number is not None
    leader = stage.actor("township_leader", player.division)
    supervisor = stage.actor("supervisor", "340199")
    for n, step in enumerate(scenario.content["steps"], 1):
        waiting = [
            i for i in cases.open_items(stage, player.number)
            if i.role == "township_leader" and i.task == step.get("task")
        ]  # fmt: skip
        if waiting:
            for key in ("after", "wait"):
                if key in step:
                    stage.move(str(step[key]))
            item, signers = waiting[0], (supervisor.account_id or 0,)
            stage.office.perform(
                CompleteTask(item.id, item.version, dict(step["data"]), str(uuid4()), signers, "all", 0),
                leader,
            )
            break
        player.take(n, step)
    _signed(stage, supervisor)
    with stage.database.reading("") as session:
        paid = session.scalars(select(FundEntry).where(FundEntry.kind == "advance")).one()
        told = session.scalars(select(CaseEvent).where(CaseEvent.kind == "advance_paid")).one()
    assert paid.entered_by_id == leader.account_id
    assert told.actor_id == leader.account_id


def _leaders(stage: Stage) -> None:
    for n, name in ((2, "罗副局"), (3, "白主任")):
        colleague(stage, "county_leader", f"county_leader{n}", name)


def _held_by_two(stage: Stage, mode: str = "all") -> tuple[str, Person]:
    _leaders(stage)
    number, leader = cases.a_case(stage, "county_decision"), Person(stage, "county_leader")
    _post(stage, leader, number, "claim")
    to = [_id(stage, "county_leader2"), _id(stage, "county_leader3")]
    answer = cases.answer(stage, "county_decision")
    assert _complete(stage, leader, number, answer, signers=to, mode=mode, quorum=0).status_code == 200
    return number, leader


def _agrees(stage: Stage, who: str, row: Participant) -> int:
    return int(Person(stage, who).post(f"/involvements/{row.id}", {"verdict": "agree"}).status_code)


def _saved_anew(stage: Stage, wages: int) -> None:
    with stage.database.reading("") as session:
        number, version = session.execute(select(Household.number, Household.version)).one()
    raw: dict[str, Any] = copy.deepcopy(cases.HOUSEHOLD)
    raw["members"][0]["income"]["wages"] = wages
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    save(stage.office, clerk, household_form(raw, cases.VILLAGE), number, version, confirm=True)


def _awards(stage: Stage) -> int:
    with stage.database.reading("") as session:
        return len(session.scalars(select(Award)).all())


@pytest.mark.parametrize("ends", ["the last one signs", "the last one is taken out"])
def test_a_decision_on_facts_that_changed__comes_back_as_a_draft(stage: Stage, ends: str) -> None:
    number, leader = _held_by_two(stage)
    first, last = _asked(stage)
    assert _agrees(stage, "county_leader2", first) == 302
    _saved_anew(stage, 400_000)
    if ends == "the last one signs":
        assert _agrees(stage, "county_leader3", last) == 302
    else:
        assert _post(stage, leader, number, "remove-signer", involvement=str(last.id)).status_code == 302
    item = _item(stage, number)
    assert (item.status, item.cosigning, item.held) == ("open", "", None)
    assert item.draft
    assert "重新测算" in str(item.returned_reason)
    assert _awards(stage) == 0
    assert _post(stage, leader, number, "recompute", token="1").status_code == 302, "and the case goes on"


def test_who_agreed_and_turns_out_to_be_the_submitter__has_not_signed(stage: Stage) -> None:
    number, _ = _held_by_two(stage)
    first, last = _asked(stage)
    assert _agrees(stage, "county_leader2", first) == 302
    tied(stage, "county_leader2", "county_leader")
    assert _agrees(stage, "county_leader3", last) == 302
    assert _awards(stage) == 0
    assert "罗副局与提交人是同一人" in str(_item(stage, number).returned_reason)


def test_who_agreed_and_then_saved_the_familys_entry__has_not_signed(stage: Stage) -> None:
    number, _ = _held_by_two(stage)
    first, last = _asked(stage)
    assert _agrees(stage, "county_leader2", first) == 302
    with stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account).where(Account.username == "county_leader2")).one()
        account.roles = [*account.roles, Role.WINDOW_CLERK]
        uow.commit()
    with stage.database.reading("") as session:
        household, version = session.execute(select(Household.number, Household.version)).one()
    form = household_form(cases.HOUSEHOLD, cases.VILLAGE) | {"phone": "13900000002"}
    signer = stage.actor("window_clerk", "340199")
    assert signer.name == "罗副局"
    save(stage.office, signer, form, household, version, confirm=True)
    assert _agrees(stage, "county_leader3", last) == 302
    assert _awards(stage) == 0
    reason = str(_item(stage, number).returned_reason)
    assert "罗副局已办理本办件的“登记家庭信息”" in reason


def test_the_next_one_in_order_is_told_when_the_one_before_is_taken_out(stage: Stage) -> None:
    number, leader = _held_by_two(stage, "order")
    first, _ = _asked(stage)
    assert _post(stage, leader, number, "remove-signer", involvement=str(first.id)).status_code == 302
    with stage.database.reading("") as session:
        query = select(Notice).where(
            Notice.account_id == _id(stage, "county_leader3"), Notice.kind == "cosign"
        )
        assert len(session.scalars(query).all()) == 1


def test_what_a_substitute_submitted_goes_back_to_the_office_when_the_absence_is_over(stage: Stage) -> None:
    """And the reason speaks of the substitute by name, to whoever reads it."""
    _leaders(stage)
    form = {
        "substitute": str(_id(stage, "county_leader2")), "from_on": "2026-03-02", "until_on": "2026-03-20",
        "reason": "出差",
    }  # fmt: skip
    assert Person(stage, "county_leader").post("/absences", form).status_code == 302
    confirm_absences(stage)
    number = cases.a_case(stage, "county_decision")
    with stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account).where(Account.username == "county_leader2")).one()
        account.roles = [Role.COUNTY_CLERK]
        uow.commit()
    deputy = Person(stage, "county_leader2")
    _post(stage, deputy, number, "claim")
    to = [_id(stage, "county_leader3")]
    answer = cases.answer(stage, "county_decision")
    assert _complete(stage, deputy, number, answer, signers=to, mode="all", quorum=0).status_code == 200
    with stage.database.unit_of_work() as uow:
        for absence in uow.session.scalars(select(Absence)):
            uow.session.delete(absence)
        uow.commit()
    assert _agrees(stage, "county_leader3", _asked(stage)[0]) == 302
    item = _item(stage, number)
    assert (item.status, item.claimed_by_id, item.claimed_for_id) == ("open", None, None)
    assert item.draft
    reason = str(item.returned_reason)
    assert "罗副局不再能办理本环节" in reason
    assert "您" not in reason
    with stage.database.reading("") as session:
        query = select(Notice.account_id).where(Notice.kind == "cosigned")
        told = set(session.scalars(query))
    assert {_id(stage, "county_leader"), _id(stage, "county_leader2")} <= told
    back = Person(stage, "county_leader")
    assert _post(stage, back, number, "claim").status_code == 302
    assert _complete(stage, back, number, answer).status_code == 200
    assert _awards(stage) == 1
