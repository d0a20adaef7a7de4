"""A step taken over or taken back, a case sent back, and what is done anew after it."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import select

from processes.cases.models import Case, WorkItem
from processes.office.people.households import SaveHousehold
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.send_back import ReturnTask
from processes.people.models import Household
from processes.rehearsal.registering import household_form
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person, colleague
from tests.web.test_hands import _complete, _done, _id, _item, _post


def test_taking_over_and_taking_back(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk = Person(stage, "window_clerk")
    _post(stage, clerk, number, "claim")
    _complete(stage, clerk, number, {"decision": "accept"})
    page = clerk.get(f"/cases/{number}").text
    assert "下一环节还没有签收" in page
    with stage.database.reading("") as session:
        done = session.scalars(select(WorkItem).where(WorkItem.task == "check_papers")).one()
    back = clerk.post(f"/cases/{number}/tasks/{done.id}/take-back", {"version": str(done.version)})
    assert back.status_code == 302, back.text
    item = _item(stage, number)
    assert (item.task, item.draft) == ("check_papers", {"decision": "accept"})
    _complete(stage, clerk, number, {"decision": "accept"})
    visit = cases.item_at(stage, number, "investigate_household")
    stage.office.perform(ClaimTask(visit.id, visit.version), stage.actor("investigator", cases.VILLAGE))
    assert "下一环节还没有签收" not in clerk.get(f"/cases/{number}").text
    visit = cases.item_at(stage, number, "investigate_household")
    second = Person(stage, "t1_investigator2")
    took = second.post(
        f"/cases/{number}/tasks/{visit.id}/take-over", {"version": str(visit.version), "reason": "生病"}
    )
    assert took.status_code == 302
    assert cases.item_at(stage, number, "investigate_household").claimed_by_id == _id(
        stage, "t1_investigator2"
    )
    assert "接管了您的" in Person(stage, "t1_investigator").get("/notices").text


def test_what_somebody_has_typed_into_is_not_taken_back(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk, next_one = Person(stage, "window_clerk"), Person(stage, "t1_investigator")
    _post(stage, clerk, number, "claim")
    _complete(stage, clerk, number, {"decision": "accept"})
    done = _done(stage, "check_papers")
    visit = cases.item_at(stage, number, "investigate_household")
    to = f"/cases/{number}/tasks/{visit.id}"
    assert next_one.post(f"{to}/claim", {"version": str(visit.version)}).status_code == 302
    visit = cases.item_at(stage, number, "investigate_household")
    typed = {"version": visit.version, "draft_version": visit.draft_version, "data": {"living": "砖房"}}
    assert next_one.send(f"{to}/draft", typed).status_code == 200
    visit = cases.item_at(stage, number, "investigate_household")
    assert next_one.post(f"{to}/release", {"version": str(visit.version)}).status_code == 302
    visit = cases.item_at(stage, number, "investigate_household")
    assert (visit.claimed_by_id, visit.draft) == (None, {"living": "砖房"})
    back = clerk.post(f"/cases/{number}/tasks/{done.id}/take-back", {"version": str(done.version)})
    assert back.status_code == 409
    assert "不能取回" in back.text
    assert cases.item_at(stage, number, "investigate_household").draft == {"living": "砖房"}


def test_a_step_goes_to_nobody_of_another_role_or_place(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk = Person(stage, "window_clerk")
    _post(stage, clerk, number, "claim")
    for username in ("t1_leader", "t2_clerk"):
        refused = _post(stage, clerk, number, "transfer", to=str(_id(stage, username)), reason="请代办")
        assert refused.status_code == 403, username
    assert _item(stage, number).claimed_by_id == _id(stage, "t1_clerk")
    same = colleague(stage, "t1_clerk", "t1_clerk_b", "吴窗口")
    assert _post(stage, clerk, number, "transfer", to=str(same), reason="请代办").status_code == 302
    assert _item(stage, number).claimed_by_id == same


def test_nothing_goes_back_to_a_step_that_was_only_put_on_record(stage: Stage) -> None:
    """`return_to = false`: an objection that was recorded is not recorded again."""
    number = cases.a_case(stage, "post_notice")
    cases.complete(stage, cases.item_at(stage, number, "post_notice"))
    cases.complete(stage, cases.item_at(stage, number, "record_objection"))
    objection = _done(stage, "record_objection")
    cases.walk(stage, number, "county_check")
    item, clerk = cases.item_at(stage, number, "county_check"), Person(stage, "county_clerk")
    _post(stage, clerk, number, "claim")
    assert f'value="{objection.ref}"' not in clerk.get(f"/cases/{number}/tasks/{item.id}").text
    refused = _post(stage, clerk, number, "return", to=objection.ref, reason="再登记")
    assert refused.status_code == 409
    assert cases.item_at(stage, number, "county_check").id == item.id
    visit = _done(stage, "investigate_household")
    assert _post(stage, clerk, number, "return", to=visit.ref, reason="再核实").status_code == 302


def test_a_return_that_comes_straight_back(stage: Stage) -> None:
    number = cases.a_case(stage, "county_check")
    item = cases.item_at(stage, number, "county_check")
    with stage.database.reading("") as session:
        visit = session.scalars(select(WorkItem).where(WorkItem.task == "investigate_household")).one()
    clerk = stage.actor("county_clerk", cases.VILLAGE)
    stage.office.perform(
        ReturnTask(item.id, item.version, visit.ref, "补充照片", str(uuid4()), straight=True), clerk
    )
    again = cases.item_at(stage, number, "investigate_household")
    investigator = stage.actor("investigator", cases.VILLAGE)
    same = CompleteTask(again.id, again.version, dict(visit.submission or {}), str(uuid4()))
    stage.office.perform(same, investigator)
    waiting = [i.task for i in cases.open_items(stage, number)]
    assert "township_opinion" not in waiting, "the opinion stands as it was given"
    with stage.database.reading("") as session:
        opinions = session.scalars(select(WorkItem).where(WorkItem.task == "township_opinion")).all()
    assert [o.status for o in opinions] == ["superseded", "done"]
    assert opinions[1].submission == opinions[0].submission
    assert opinions[1].completed_by_id == opinions[0].completed_by_id
    assert "沿用" in Person(stage, "county_clerk").get(f"/cases/{number}").text
    changes = Person(stage, "county_clerk").get(f"/cases/{number}/changes").text
    assert changes.count("已被退回取代") >= 2
    assert "重新办理" in changes


def _earns(stage: Stage, case: str) -> None:
    """The household of a case is registered with an income that nobody knew of."""
    with stage.database.reading("") as session:
        household = session.scalars(select(Household).join(Case).where(Case.number == case)).one()
        number, version = household.number, household.version
    raw = {"members": [{**cases.OTHER_HOUSEHOLD["members"][0], "income": {"wages": 3000}}]}
    command = SaveHousehold(household_form(raw, cases.VILLAGE), number, version)
    stage.office.perform(command, stage.actor("window_clerk", cases.VILLAGE))


def test_an_opinion_is_given_anew__where_what_it_was_given_on_differs(stage: Stage) -> None:
    """The visit says another income now, or the register does: the leader has to look again."""
    for differs in ("visit", "register"):
        raw = None if differs == "visit" else cases.OTHER_HOUSEHOLD
        number = cases.a_case(stage, "county_check", raw=raw)
        item = cases.item_at(stage, number, "county_check")
        with stage.database.reading("") as session:
            query = select(WorkItem).where(WorkItem.task == "investigate_household")
            visit = session.scalars(query.where(WorkItem.case_number == number)).one()
        clerk = stage.actor("county_clerk", cases.VILLAGE)
        back = ReturnTask(item.id, item.version, visit.ref, "再核实", str(uuid4()), straight=True)
        stage.office.perform(back, clerk)
        told = dict(visit.submission or {})
        if differs == "visit":
            told["income_found"] = "另有砖厂工资"
        else:
            _earns(stage, number)
        again = cases.item_at(stage, number, "investigate_household")
        done = CompleteTask(again.id, again.version, told, str(uuid4()))
        stage.office.perform(done, stage.actor("investigator", cases.VILLAGE))
        assert "township_opinion" in [i.task for i in cases.open_items(stage, number)], differs


def test_money_is_never_decided_again_by_itself(stage: Stage) -> None:
    """What was granted goes straight back to the county's check: who decided decides anew, even if nothing differs."""
    number = cases.a_case(stage, "serve_confirmation")
    waiting = cases.item_at(stage, number, "serve_confirmation")
    with stage.database.reading("") as session:
        check = session.scalars(select(WorkItem).where(WorkItem.task == "county_check")).one()
    back = ReturnTask(waiting.id, waiting.version, check.ref, "再核实", str(uuid4()), straight=True)
    stage.office.perform(back, stage.actor(waiting.role, cases.VILLAGE))
    again = cases.item_at(stage, number, "county_check")
    same = CompleteTask(again.id, again.version, dict(check.submission or {}), str(uuid4()))
    stage.office.perform(same, stage.actor("county_clerk", cases.VILLAGE))
    assert [i.task for i in cases.open_items(stage, number)] == ["county_decision"]
