"""The supervisor lets a case rest, go on, or ends it: with a reason, in the same chain, on the same clocks."""

from __future__ import annotations

from datetime import date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.cases import clocks, events
from processes.cases.models import Case, CaseEvent
from processes.cases.status import SuspensionCause
from processes.errors import CaseSuspended, PermissionMissing, RuleBroken
from processes.office.cases.control import EndCase, ResumeCase, SuspendCase
from processes.office.cases.start import StartCase
from processes.office.funds.entries import ConfirmFundEntry, EnterFundEntry
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.send_back import ReturnTask
from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from processes.relief.models import Award
from tests.builders import cases
from tests.builders.desks import Person


def the_case(stage: Stage, number: str) -> Case:
    with stage.database.reading("") as session:
        return session.scalars(select(Case).where(Case.number == number)).one()


def due(stage: Stage, number: str, name: str) -> date:
    with stage.database.reading("") as session:
        found = {k.name: k.due_on for k in clocks.of_case(session, the_case(stage, number).id)}
    return found[name]


def test_a_resting_case_lets_nobody_work__and_its_days_do_not_count(stage: Stage) -> None:
    number = cases.a_case(stage, at="investigate_household")
    supervisor = stage.actor("supervisor", "340199")
    # accepted on 2 March: 30 working days end on 14 April (6 April is Qingming)
    assert due(stage, number, "whole_procedure") == date(2026, 4, 14)
    stage.office.perform(SuspendCase(number, "纪检核查"), supervisor)
    item = cases.open_items(stage, number)[0]
    with pytest.raises(CaseSuspended):
        stage.office.perform(ClaimTask(item.id, item.version), stage.actor(item.role, cases.VILLAGE))
    assert "已中止：纪检核查" in Person(stage, "supervisor").get(f"/cases/{number}").text
    stage.move("5 working days")
    stage.office.perform(ResumeCase(number, "核查结束"), supervisor)
    # 3 to 9 March did not count (5 working days): 15, 16, 17, 20, 21 April
    assert due(stage, number, "whole_procedure") == date(2026, 4, 21)
    stage.office.perform(ClaimTask(item.id, item.version), stage.actor(item.role, cases.VILLAGE))
    with stage.database.reading("") as session:
        assert events.verify(session, session.scalars(select(Case)).one()) is None


def test_a_supplement_that_was_under_way__stays_under_way(stage: Stage) -> None:
    number = cases.a_case(stage)
    item = cases.item_at(stage, number, "check_papers")
    answer = {"decision": "supplement", "missing": ["identity"]}
    stage.office.perform(
        CompleteTask(item.id, item.version, answer), stage.actor("window_clerk", cases.VILLAGE)
    )
    supervisor = stage.actor("supervisor", "340199")
    stage.office.perform(SuspendCase(number, "核查"), supervisor)
    stage.office.perform(ResumeCase(number, "结束"), supervisor)
    with stage.database.reading("") as session:
        paused = {
            k.name for k in clocks.of_case(session, the_case(stage, number).id)
            if any(s.until_on is None for s in k.suspensions)
        }  # fmt: skip
    assert paused == {"acceptance"}


def open_suspensions(stage: Stage, number: str) -> dict[str, SuspensionCause]:
    """Of each running clock that is suspended: what has suspended it."""
    with stage.database.reading("") as session:
        running = [k for k in clocks.of_case(session, the_case(stage, number).id) if k.stopped_on is None]
        return {k.name: s.cause for k in running for s in k.suspensions if s.until_on is None}


def running_clocks(stage: Stage, number: str) -> set[str]:
    with stage.database.reading("") as session:
        found = clocks.of_case(session, the_case(stage, number).id)
        return {k.name for k in found if k.stopped_on is None}


@pytest.mark.parametrize("are_events_emptied", [False, True], ids=["events", "events emptied"])
def test_a_resumed_case_goes_on_with_the_clocks_that_its_suspension_stopped(
    stage: Stage, allowance: Bundle, are_events_emptied: bool
) -> None:
    """Two clocks run and a step has suspended a third: the suspension says so itself, whatever is left of the events."""
    number = cases.a_case(stage, at="investigate_household")
    with stage.database.unit_of_work() as uow:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        clocks.CaseClocks(uow, case, allowance).suspend("comparison", "等待核对")
        uow.commit()
    others = running_clocks(stage, number) - {"comparison"}
    assert len(others) == 2
    supervisor = stage.actor("supervisor", "340199")
    stage.office.perform(SuspendCase(number, "纪检核查"), supervisor)
    assert open_suspensions(stage, number) == {
        "comparison": SuspensionCause.STEP, **dict.fromkeys(others, SuspensionCause.OFFICE),
    }  # fmt: skip
    if are_events_emptied:
        with stage.database.unit_of_work() as uow:
            for event in uow.session.scalars(select(CaseEvent)):
                event.title, event.payload = "", {}
            uow.session.commit()
    stage.move("5 working days")
    stage.office.perform(ResumeCase(number, "核查结束"), supervisor)
    assert open_suspensions(stage, number) == {"comparison": SuspensionCause.STEP}


def test_ended_with_a_reason(stage: Stage) -> None:
    number = cases.a_case(stage, at="investigate_household")
    supervisor = stage.actor("supervisor", "340199")
    with pytest.raises(RuleBroken):
        stage.office.perform(EndCase(number, "  "), supervisor)
    with pytest.raises(PermissionMissing):
        stage.office.perform(EndCase(number, "x"), stage.actor("window_clerk", cases.VILLAGE))
    stage.office.perform(EndCase(number, "申请人书面撤回申请"), supervisor)
    case = the_case(stage, number)
    assert (case.status, case.outcome, case.outcome_title) == ("closed", "cancelled", "终止办理")
    assert cases.open_items(stage, number) == []
    page = Person(stage, "supervisor").get(f"/cases/{number}").text
    assert "终止办理：申请人书面撤回申请" in page
    with pytest.raises(RuleBroken):
        stage.office.perform(SuspendCase(number, "x"), supervisor)


@pytest.mark.parametrize("decision", ["confirm", "refuse"])
def test_what_was_decided_is_not_ended(stage: Stage, decision: str) -> None:
    number = cases.a_case(stage, at="county_decision")
    leader = stage.actor("county_leader", cases.VILLAGE)
    answers = {"decision": decision, "statement": "研究决定"}
    if decision == "refuse":
        answers |= {
            "refusal_reason": "有隐瞒收入", "refusal_article": "第八条", "deviation_reason": "查实隐瞒收入",
        }  # fmt: skip
    supervisor = Person(stage, "supervisor")
    assert "/control/end" in supervisor.get(f"/cases/{number}").text, "not decided yet"
    item = cases.item_at(stage, number, "county_decision")
    stage.office.perform(CompleteTask(item.id, item.version, answers), leader)
    with pytest.raises(RuleBroken) as fault:
        stage.office.perform(EndCase(number, "误批"), stage.actor("supervisor", "340199"))
    assert "县级确认" in fault.value.message
    page = supervisor.get(f"/cases/{number}").text
    assert "/control/end" not in page
    assert "不能再终止办理" in page
    with stage.database.reading("") as session:
        assert session.scalars(select(Case.status).where(Case.number == number)).one() == "open"
        assert len(session.scalars(select(Award)).all()) == (1 if decision == "confirm" else 0)


def test_a_decision_that_was_sent_back_bars_the_ending_too(stage: Stage) -> None:
    """Otherwise whoever may move a case back would take the decision away alone, and end it alone."""
    number = cases.a_case(stage, at="serve_confirmation")
    item = cases.item_at(stage, number, "serve_confirmation")
    back = ReturnTask(item.id, item.version, "apply/county_check#1", "核对有误", str(uuid4()))
    stage.office.perform(back, stage.actor("window_clerk", cases.VILLAGE))
    with pytest.raises(RuleBroken):
        stage.office.perform(EndCase(number, "误批"), stage.actor("supervisor", "340199"))


def test_money_without_paper__bars_the_ending(whole_stage: Stage) -> None:
    whole_stage.set_clock(datetime(2026, 3, 2, 9, 0))
    one, other = (whole_stage.actor(f"finance_officer#{n}", "340199") for n in (1, 2))
    from decimal import Decimal

    entry = whole_stage.office.perform(EnterFundEntry("340199101", "top_up", Decimal(5000), "拨付"), one)
    whole_stage.office.perform(ConfirmFundEntry(entry.entry), other)
    household = cases.a_household(whole_stage)
    form = {"event": "other", "event_on": "2026-03-01", "persons": 1, "description": "被盗", "phone": "138"}
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    number = whole_stage.office.perform(StartCase("temporary_relief", household, form), clerk).case
    item = cases.item_at(whole_stage, number, "township_decision")
    leader = whole_stage.actor("township_leader", cases.VILLAGE)
    whole_stage.office.perform(
        CompleteTask(item.id, item.version, {"decision": "approve", "statement": "同意"}), leader
    )
    with pytest.raises(RuleBroken) as fault:
        whole_stage.office.perform(EndCase(number, "误开"), whole_stage.actor("supervisor", "340199"))
    assert "768.00" in fault.value.message  # one person, one month
