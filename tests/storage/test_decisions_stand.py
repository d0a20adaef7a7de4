"""Effects ask for the decision themselves, whatever led to them; a move forward needs two people."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from processes.cases import actions
from processes.cases.models import Case, WorkItem
from processes.cases.move_models import CaseMove
from processes.cases.status import MoveStatus
from processes.engine import progress as p
from processes.errors import DecisionMissing, MoveRefused, OwnProposal, RuleBroken, StaleCase
from processes.office.cases.move import DecideMove, MoveCase, MoveCaseResult
from processes.office.run import Run
from processes.office.steps.complete import CompleteTask
from processes.office.steps.send_back import ReturnTask
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from processes.relief.models import Award
from tests.builders import cases, releases, reliefs


def _led_to(stage: Stage, number: str, ref: str, to: str) -> None:
    """The engine stands somewhere else than people had brought it: no office rule was asked."""
    actor = stage.actor("supervisor", cases.VILLAGE)
    with stage.database.unit_of_work() as uow:
        case = actions.locked_case(uow, actor, number)
        Run(uow, actor, case, actions.items_of(uow, case)).advance(p.Move(ref, to, "试"))
        uow.commit()


def _move(stage: Stage, number: str, ref: str, to: str, who: str = "supervisor") -> MoveCaseResult:
    with stage.database.reading("") as session:
        version = session.scalars(select(Case.version).where(Case.number == number)).one()
    command = MoveCase(number, "上级要求", ref, to, version)
    return stage.office.perform(command, stage.actor(who, cases.VILLAGE))


def _asked(stage: Stage) -> int:
    with stage.database.reading("") as session:
        return session.scalars(select(CaseMove.id).where(CaseMove.status == MoveStatus.ASKED)).one()


@pytest.mark.parametrize("to", ["grant_award", "stop_county_clock", "issue_refusal", "issue_approval_form"])
def test_no_award_and_no_decided_paper_without_the_countys_decision(stage: Stage, to: str) -> None:
    number = cases.a_case(stage, "county_decision")
    with pytest.raises(DecisionMissing):
        _led_to(stage, number, "apply/county_decision#1", to)
    with stage.database.reading("") as session:
        kinds = set(session.scalars(select(IssuedPaper.kind)))
        assert session.scalars(select(Award)).first() is None
    assert not kinds & {"confirmation_notice", "refusal_notice", "approval_form"}


def test_what_the_county_refused_is_not_granted(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    item = cases.item_at(stage, number, "county_decision")
    refusal = {
        "decision": "refuse", "statement": "不符合", "refusal_reason": "有隐瞒收入", "refusal_article": "第八条",
        "deviation_reason": "查实隐瞒收入",
    }  # fmt: skip
    stage.office.perform(
        CompleteTask(item.id, item.version, refusal, str(uuid4())),
        stage.actor("county_leader", cases.VILLAGE),
    )
    with pytest.raises(DecisionMissing):
        _led_to(stage, number, "apply/serve_refusal#1", "grant_award")


@pytest.mark.parametrize("consent", ["'yes' == 'yes'", "decision != ''", "decision == decision"])
def test_a_consent_that_reads_no_answer_grants_nothing(stage: Stage, allowance: Bundle, consent: str) -> None:
    """Whatever release a case has: what counts anything as consent is no consent, and nothing is granted on it."""
    before = {"county_decision = \"decision == 'confirm'\"": f'county_decision = "{consent}"'}
    releases.put_in_force(stage, releases.changed(allowance, "programme.toml", before))
    number = cases.a_case(stage, "county_decision")
    with pytest.raises(DecisionMissing):
        cases.complete(stage, cases.item_at(stage, number, "county_decision"))
    with stage.database.reading("") as session:
        assert session.scalars(select(Award)).first() is None


def test_a_decision_that_was_sent_back_does_not_stand(stage: Stage) -> None:
    number = cases.a_case(stage, "serve_confirmation")
    item = cases.item_at(stage, number, "serve_confirmation")
    command = ReturnTask(item.id, item.version, "apply/county_check#1", "重来", str(uuid4()))
    stage.office.perform(command, stage.actor("window_clerk", cases.VILLAGE))
    with pytest.raises(DecisionMissing):
        _led_to(stage, number, "apply/county_check#1", "grant_award")


def test_a_step_of_another_role_does_not_decide(stage: Stage) -> None:
    """A diagram in which the clerk does 县级确认: its step has the right name and the wrong role."""
    number = cases.a_case(stage, "county_decision")
    with stage.database.unit_of_work() as uow:
        item = uow.session.scalars(select(WorkItem).where(WorkItem.task == "county_check")).one()
        item.task, item.submission = "county_decision", {"decision": "confirm"}
        uow.commit()
    with pytest.raises(DecisionMissing):
        _led_to(stage, number, "apply/county_decision#1", "grant_award")


def test_relief_first_is_paid_on_the_townships_decision_and_never_without(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    reliefs.money(whole_stage)
    number = reliefs.emergency(whole_stage, cases.a_household(whole_stage, raw=reliefs.FAMILY))
    for to in ("issue_first_form", "issue_refusal", "issue_payment_slip"):
        with pytest.raises(DecisionMissing):
            _led_to(whole_stage, number, "emergency/township_decision#1", to)
    reliefs.complete(
        whole_stage, reliefs.emergency(whole_stage, cases.a_household(whole_stage, raw=cases.THIRD_HOUSEHOLD)),
        "township_decision", reliefs.APPROVE,
    )  # fmt: skip
    with whole_stage.database.reading("") as session:
        assert session.scalars(select(IssuedPaper.kind).where(IssuedPaper.kind == "payment_slip")).all()


# ------------------------------------------------------------------ moves


@pytest.mark.parametrize("to", ["grant_award", "county_decision", "serve_confirmation", "decide_grade"])
def test_no_move_goes_past_an_opinion_or_into_what_the_office_does(stage: Stage, to: str) -> None:
    number = cases.a_case(stage, "township_opinion")
    with pytest.raises(MoveRefused):
        _move(stage, number, "apply/township_opinion#1", to)


def test_a_move_forward_waits_for_a_second_person(stage: Stage) -> None:
    number = cases.a_case(stage, "county_check")
    assert _move(stage, number, "apply/county_check#1", "county_decision") == MoveCaseResult(
        "open", waits=True
    )
    assert [i.task for i in cases.open_items(stage, number)] == ["county_check"]
    with pytest.raises(RuleBroken, match="请先确认"):
        _move(stage, number, "apply/county_check#1", "county_decision", "supervisor#2")
    with pytest.raises(OwnProposal):
        stage.office.perform(DecideMove(_asked(stage), True), stage.actor("supervisor", cases.VILLAGE))
    stage.office.perform(DecideMove(_asked(stage), True), stage.actor("county_leader", cases.VILLAGE))
    assert [i.task for i in cases.open_items(stage, number)] == ["county_decision"]


def test_a_request_is_refused_with_a_reason(stage: Stage) -> None:
    number = cases.a_case(stage, "county_check")
    _move(stage, number, "apply/county_check#1", "county_decision")
    stage.office.perform(
        DecideMove(_asked(stage), False, "材料还不齐"), stage.actor("county_leader", cases.VILLAGE)
    )
    assert [i.task for i in cases.open_items(stage, number)] == ["county_check"]
    assert _move(stage, number, "apply/county_check#1", "county_decision").waits, "it may be asked again"


def test_a_request_expires_when_the_case_goes_on(stage: Stage) -> None:
    number = cases.a_case(stage, "county_check")
    _move(stage, number, "apply/county_check#1", "county_decision")
    cases.complete(stage, cases.item_at(stage, number, "county_check"))
    with pytest.raises(StaleCase):
        stage.office.perform(DecideMove(_asked(stage), True), stage.actor("county_leader", cases.VILLAGE))


def test_the_database_knows_no_forward_move_of_one_person(stage: Stage) -> None:
    number = cases.a_case(stage, "county_check")
    _move(stage, number, "apply/county_check#1", "county_decision")
    with stage.database.unit_of_work() as uow, pytest.raises(IntegrityError):
        row = uow.session.get_one(CaseMove, 1)
        row.status, row.decided_by_id = "done", row.asked_by_id
        uow.flush()


def test_what_was_granted_is_left_by_a_return_only(stage: Stage) -> None:
    number = cases.a_case(stage, "serve_confirmation")
    with pytest.raises(MoveRefused, match="退回"):
        _move(stage, number, "apply/serve_confirmation#1", "county_check")


def test_what_was_decided_after_the_step_does_not_stand_once_a_case_is_moved_back(stage: Stage) -> None:
    number = cases.a_case(stage, "county_check")
    assert not _move(stage, number, "apply/county_check#1", "township_opinion").waits
    with stage.database.reading("") as session:
        query = select(WorkItem.task).where(WorkItem.case_number == number, WorkItem.status == "done")
        assert "township_opinion" not in set(session.scalars(query))
        papers = session.scalars(select(IssuedPaper.standing).where(IssuedPaper.kind == "public_notice"))
        assert set(papers) == {"superseded"}
