"""The floor under separation of duties: by person, from the first touch, whatever a programme or a migration says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from alembic import command as alembic
from sqlalchemy import select, text

from processes.access import persons
from processes.access.accounts import actor_of
from processes.access.models import Account
from processes.access.permissions import Role
from processes.access.scope import Actor, StandIn
from processes.cases import duties, recorded_rows, work_audit
from processes.cases.colleague_models import Participant
from processes.cases.models import Case, WorkItem
from processes.compound import row_backlog
from processes.errors import AccountInvalid, DutySeparation, OwnProposal, RuleBroken
from processes.migrations import schema
from processes.office.accounts.changes import DecideAccountChange
from processes.office.accounts.same_person import DeclarePerson, UntiePerson
from processes.office.cases.calls import NoteCall
from processes.office.command import Command
from processes.office.county.parameters import ConfirmParameter, ProposeParameter
from processes.office.steps.claim import ClaimTask, ReleaseTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.countersign import CosignTask, RespondToRequest
from processes.office.steps.delegate import DelegateTask, HandBackTask, RecallTask
from processes.office.steps.draft import SaveDraft
from processes.office.steps.send_back import ReturnTask
from processes.office.steps.take_over import TakeOverTask
from processes.office.steps.transfer import TransferTask
from processes.office.studio.migrating import PlanMigration, RunMigration, UndoMigration
from processes.people.models import Household
from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from tests.builders import cases, releases
from tests.builders.desks import colleague, tied, untied


def _with_roles(stage: Stage, username: str, *roles: Role) -> Actor:
    with stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account).where(Account.username == username)).one()
        account.roles = [*account.roles, *roles]
        uow.flush()
        uow.commit()
        return actor_of(account)


def _same_person(stage: Stage, username: str, of: str) -> None:
    tied(stage, username, of)
    administrator = stage.actor("administrator", "340199")
    with pytest.raises(AccountInvalid, match="已登记为同一人"):
        stage.office.perform(DeclarePerson(of, username), administrator)


def test_an_excluded_person_neither_takes_nor_drafts_nor_returns_nor_decides(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    investigator = _with_roles(stage, "t1_investigator", Role.TOWNSHIP_LEADER)
    item = cases.item_at(stage, number, "township_opinion")
    opinion = cases.ANSWERS["township_opinion"]
    for command in (
        ClaimTask(item.id, item.version),
        SaveDraft(item.id, item.version, opinion, 0),
        ReturnTask(item.id, item.version, "apply/check_papers#1", "重来", str(uuid4())),
        CompleteTask(item.id, item.version, opinion, str(uuid4())),
    ):
        with pytest.raises(DutySeparation):
            stage.office.perform(command, investigator)


def test_who_registered_the_application_does_not_decide_it(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    with stage.database.unit_of_work() as uow:
        uow.session.scalars(
            select(Case).where(Case.number == number)
        ).one().opened_by_id = uow.session.scalars(
            select(Account.id).where(Account.username == "t1_leader")
        ).one()
        uow.commit()
    with pytest.raises(DutySeparation, match="登记申请"):
        cases.complete(stage, cases.item_at(stage, number, "township_opinion"))


def test_a_second_account_of_the_same_person_is_the_person(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    _same_person(stage, "county_leader", "t1_leader")
    with pytest.raises(DutySeparation, match="乡镇审核意见"):
        cases.complete(stage, cases.item_at(stage, number, "county_decision"))
    _same_person(stage, "supervisor2", "supervisor")
    entry = {
        "value": "800",
        "since": "2026-07-01",
        "division": "",
        "source": "民〔2026〕1号",
        "confirmed": True,
    }
    made = stage.office.perform(
        ProposeParameter("allowance.standard", entry, str(uuid4())), stage.actor("supervisor", "340199")
    )
    with pytest.raises(DutySeparation):
        stage.office.perform(ConfirmParameter(made.value), stage.actor("supervisor#2", "340199"))


def test_accounts_that_were_one_person_by_mistake__still_are_for_what_was_begun_before(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    _same_person(stage, "county_leader", "t1_leader")
    stage.move("1 hour")
    untied(stage, "county_leader")
    with stage.database.reading("") as session:
        told = {a.username: a.person_id for a in session.scalars(select(Account))}
    assert (told["county_leader"], told["t1_leader"]) == (None, None)
    with pytest.raises(DutySeparation, match="乡镇审核意见"):
        cases.complete(stage, cases.item_at(stage, number, "county_decision"))
    later = cases.a_case(stage, "county_decision", raw=cases.OTHER_HOUSEHOLD, on="2026-04-07T09:00")
    cases.complete(stage, cases.item_at(stage, later, "county_decision"))


def test_the_account_that_others_were_tied_to_is_taken_out__the_rest_stay_one(stage: Stage) -> None:
    tied(stage, "t1_clerk", "t1_leader")
    tied(stage, "t1_investigator", "t1_leader")
    untied(stage, "t1_leader")
    with stage.database.reading("") as session:
        ids = {a.username: a.id for a in session.scalars(select(Account))}
        mine = persons.accounts_of(session, ids["t1_clerk"], stage.database.clock())
        ever = persons.accounts_of(session, ids["t1_clerk"])
        alone = persons.accounts_of(session, ids["t1_leader"], stage.database.clock())
    assert mine == {ids["t1_clerk"], ids["t1_investigator"]}
    assert ever == {*mine, ids["t1_leader"]}
    assert alone == {ids["t1_leader"]}


def test_that_accounts_are_one_person_or_no_longer__waits_for_another_administrator(stage: Stage) -> None:
    colleague(stage, "admin", "admin2", "钱管理")
    with stage.database.reading("") as session:
        first, second = (
            actor_of(session.scalars(select(Account).where(Account.username == name)).one())
            for name in ("admin", "admin2")
        )
    change = stage.office.perform(DeclarePerson("t1_clerk", "t1_leader"), first).change
    with pytest.raises(RuleBroken, match="另一名管理员"):
        stage.office.perform(DecideAccountChange(change, accept=True), first)
    assert _ties(stage) == 0
    stage.office.perform(DecideAccountChange(change, accept=True), second)
    assert _ties(stage) == 1
    change = stage.office.perform(UntiePerson("t1_clerk", "登记有误"), second).change
    with pytest.raises(RuleBroken, match="另一名管理员"):
        stage.office.perform(DecideAccountChange(change, accept=True), second)
    stage.office.perform(DecideAccountChange(change, accept=False), first)
    assert _ties(stage) == 1, "refused, and yet something happened"
    with pytest.raises(RuleBroken, match="没有与其他账号"):
        stage.office.perform(UntiePerson("supervisor", "登记有误"), first)


def _ties(stage: Stage) -> int:
    with stage.database.reading("") as session:
        return len(session.scalars(select(Account).where(Account.person_id.is_not(None))).all())


def test_a_programme_without_any_rule_has_the_floor_still(stage: Stage, allowance: Bundle) -> None:
    text = allowance.files["programme.toml"].decode()
    start = text.index("separation = [")
    bare = text[:start] + text[text.index("\n", start) + 1 :]
    releases.put_in_force(stage, Bundle({**allowance.files, "programme.toml": bare.encode()}))
    number = cases.a_case(stage, "county_decision")
    clerk = _with_roles(stage, "county_clerk", Role.COUNTY_LEADER)
    item = cases.item_at(stage, number, "county_decision")
    with pytest.raises(DutySeparation, match="县级"):
        stage.office.perform(
            CompleteTask(item.id, item.version, cases.ANSWERS["county_decision"], str(uuid4())), clerk
        )


def test_a_migrated_case_keeps_the_rules_that_it_came_from(stage: Stage, allowance: Bundle) -> None:
    from processes.worker import jobs  # noqa: PLC0415

    text = allowance.files["programme.toml"].decode()
    start = text.index("separation = [")
    bare = text[:start] + text[text.index("\n", start) + 1 :]
    number = cases.a_case(stage, "county_check")
    there = releases.put_in_force(stage, Bundle({**allowance.files, "programme.toml": bare.encode()}))
    one, other = stage.actor("supervisor", "340199"), stage.actor("supervisor#2", "340199")
    batch = stage.office.perform(PlanMigration(allowance.id, 1, there), one).batch
    jobs.migrate_cases(stage.office)
    with pytest.raises(OwnProposal):
        stage.office.perform(RunMigration(batch, "统一"), one)
    stage.office.perform(RunMigration(batch, "统一"), other)
    jobs.migrate_cases(stage.office)
    with pytest.raises(OwnProposal):
        stage.office.perform(UndoMigration(batch, "暂缓"), other)
    investigator = _with_roles(stage, "t1_investigator", Role.COUNTY_CLERK)
    item = cases.item_at(stage, number, "county_check")
    with pytest.raises(DutySeparation, match="入户调查"):
        stage.office.perform(ClaimTask(item.id, item.version), investigator)


def test_who_gave_the_opinion_checks_nothing_after_it(stage: Stage) -> None:
    """The other way round: who decided does not look at whether it was right."""
    number = cases.a_case(stage, "county_check")
    _same_person(stage, "county_clerk", "t1_leader")
    with pytest.raises(DutySeparation, match="乡镇审核意见"):
        cases.complete(stage, cases.item_at(stage, number, "county_check"))


def test_what_stood_before_is_done_anew__when_its_doer_is_excluded_since(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case comes straight back: the leader's second account investigated, so the leader's opinion does not stand."""
    number = cases.a_case(stage, "county_check")
    item = cases.item_at(stage, number, "county_check")
    with stage.database.reading("") as session:
        visit = session.scalars(select(WorkItem).where(WorkItem.task == "investigate_household")).one()
    stage.office.perform(
        ReturnTask(item.id, item.version, visit.ref, "补充照片", str(uuid4()), straight=True),
        stage.actor("county_clerk", cases.VILLAGE),
    )
    _same_person(stage, "t1_investigator", "t1_leader")
    again = cases.item_at(stage, number, "investigate_household")
    with pytest.raises(DutySeparation):
        cases.complete(stage, again)
    # Were that allowed, what stood in between would still not be carried over.
    monkeypatch.setitem(duties._FLOOR, duties.Kind.CHECK, frozenset())
    cases.complete(stage, again)
    assert "township_opinion" in [i.task for i in cases.open_items(stage, number)]


def test_nobody_countersigns_for_the_one_who_asks(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    leader, second = (stage.actor(who, cases.VILLAGE) for who in ("township_leader", "township_leader#2"))
    _same_person(stage, second.username, leader.username)
    item = cases.item_at(stage, number, "township_opinion")
    with pytest.raises(RuleBroken) as fault:
        stage.office.perform(CosignTask(item.id, item.version, (second.account_id or 0,), "all"), leader)
    assert "不能选本人" in fault.value.message


def test_a_substitute_who_asked_does_not_answer(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    leader, second = (stage.actor(who, cases.VILLAGE) for who in ("township_leader", "township_leader#2"))
    item = cases.item_at(stage, number, "township_opinion")
    stage.office.perform(CosignTask(item.id, item.version, (second.account_id or 0,), "all"), leader)
    with stage.database.reading("") as session:
        asked = session.scalars(select(Participant.id).where(Participant.kind == "cosign")).one()
    away = StandIn(second.account_id or 0, second.name, second.roles, second.division)
    with pytest.raises(RuleBroken) as fault:
        stage.office.perform(RespondToRequest(asked, "同意", "agree"), replace(leader, stands_in=(away,)))
    assert "须由他人表态" in fault.value.message


def test_who_took_the_call_does_not_decide_what_came_of_it(whole_stage: Stage) -> None:
    """The floor reaches through the cases that a case was opened out of: registering is registering."""
    whole_stage.set_clock(cases.noon())
    stage = whole_stage
    call = {"caller_phone": "13900000001", "place": cases.VILLAGE, "description": "家中失火"}
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    noted = stage.office.perform(NoteCall("one_window", "hotline", call, str(uuid4())), clerk)
    cases.a_household(stage)
    with stage.database.unit_of_work() as uow:
        parent = uow.session.scalars(select(Case).where(Case.number == noted.case)).one()
        known = uow.session.scalars(select(Household).where(Household.members.any())).one()
        case = Case(
            number="x", division=cases.VILLAGE, programme="temporary_relief", programme_title="", process="emergency",
            parent_id=parent.id, release_id=parent.release_id, household_id=known.id, applicant="", initials="",
            initials_other="", category="", state=b"", version=0, opened_at=uow.now, status="open", head="",
            events_count=0, former_releases=[],
        )  # fmt: skip
        assert duties._registered_by(uow.session, case) == ({clerk.account_id}, parent.opened_at)


def _untrue(stage: Stage) -> list[str]:
    """Steps and other rows of cases that are not what the events say of them."""
    with stage.database.unit_of_work() as uow:
        return [*recorded_rows.differing(uow.session), *work_audit.differing(uow.session)]


def _step(
    stage: Stage, number: str, kind: Callable[..., Command[Any]], who: Actor, *told: Any, **named: Any
) -> None:
    item = cases.open_items(stage, number)[0]
    stage.office.perform(kind(item.id, item.version, *told, **named), who)


def _drafted(stage: Stage, number: str, who: Actor) -> None:
    item = cases.open_items(stage, number)[0]
    data = cases.ANSWERS["county_check"]
    stage.office.perform(SaveDraft(item.id, item.version, data, item.draft_version), who)


def _delegated(stage: Stage, number: str, clerk: Actor, to: Actor) -> None:
    _step(stage, number, DelegateTask, clerk, to_account_id=to.account_id, reason="请起草")
    _drafted(stage, number, to)


def _recalled(stage: Stage, number: str, clerk: Actor, leader: Actor) -> None:
    _step(stage, number, ClaimTask, clerk)
    _delegated(stage, number, clerk, leader)
    _step(stage, number, RecallTask, clerk)


def _handed_back_twice(stage: Stage, number: str, clerk: Actor, leader: Actor) -> None:
    _step(stage, number, ClaimTask, clerk)
    for helper in (leader, stage.actor("supervisor", "340199")):
        _delegated(stage, number, clerk, helper)
        _step(stage, number, HandBackTask, helper)


def _released(stage: Stage, number: str, clerk: Actor, leader: Actor) -> None:
    _step(stage, number, ClaimTask, leader)
    _drafted(stage, number, leader)
    _step(stage, number, ReleaseTask, leader)
    _step(stage, number, ClaimTask, clerk)


def _taken_over(stage: Stage, number: str, clerk: Actor, leader: Actor) -> None:
    _step(stage, number, ClaimTask, leader)
    _drafted(stage, number, leader)
    _step(stage, number, TakeOverTask, clerk, reason="外出")


def _transferred(stage: Stage, number: str, clerk: Actor, leader: Actor) -> None:
    _step(stage, number, ClaimTask, leader)
    _drafted(stage, number, leader)
    _step(stage, number, TransferTask, leader, clerk.account_id, "外出")


@pytest.mark.parametrize("way", [_recalled, _handed_back_twice, _released, _taken_over, _transferred])
def test_whoever_saved_something_of_a_draft_prepared_the_step__on_whatever_way_it_left_them(
    stage: Stage, way: Callable[[Stage, str, Actor, Actor], None]
) -> None:
    """The county's leader drafts the county's check, somebody else finishes it: the leader does not decide on it."""
    number = cases.a_case(stage, "county_check")
    leader = _with_roles(stage, "county_leader", Role.COUNTY_CLERK)
    clerk = stage.actor("county_clerk", "340199")
    way(stage, number, clerk, leader)
    item = cases.item_at(stage, number, "county_check")
    assert leader.account_id in (item.preparers or [])
    data = cases.ANSWERS["county_check"]
    stage.office.perform(CompleteTask(item.id, item.version, data, str(uuid4())), clerk)
    decision = cases.item_at(stage, number, "county_decision")
    for command in (
        ClaimTask(decision.id, decision.version),
        CompleteTask(decision.id, decision.version, cases.ANSWERS["county_decision"], str(uuid4())),
    ):
        with pytest.raises(DutySeparation, match=item.title):
            stage.office.perform(command, leader)
    assert _untrue(stage) == []


def _as_before(stage: Stage) -> None:
    """Steps as an office had them that did not note who prepared them."""
    with stage.database.unit_of_work() as uow:
        for item in uow.session.scalars(select(WorkItem).where(WorkItem.preparers.is_not(None))):
            item.preparers = None
        uow.commit()


@pytest.mark.parametrize("way", [_recalled, _handed_back_twice, _taken_over, _released, _transferred])
def test_who_drafted_before_steps_said_so__is_filled_in_from_what_is_known(
    any_stage: Stage, way: Callable[[Stage, str, Actor, Actor], None]
) -> None:
    number = cases.a_case(any_stage, "county_check")
    leader = _with_roles(any_stage, "county_leader", Role.COUNTY_CLERK)
    clerk = any_stage.actor("county_clerk", "340199")
    way(any_stage, number, clerk, leader)
    _as_before(any_stage)
    assert cases.item_at(any_stage, number, "county_check").preparers is None
    assert row_backlog.note_every_row(any_stage.office) > 0
    assert leader.account_id in (cases.item_at(any_stage, number, "county_check").preparers or [])
    assert _untrue(any_stage) == [], "and the case's events tell of it"
    assert row_backlog.note_every_row(any_stage.office) == 0, "once"


def test_an_office_of_before__upgraded__knows_its_preparers_and_goes_down_again(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, "county_check")
    clerk, leader = any_stage.actor("county_clerk", "340199"), any_stage.actor("county_leader", "340199")
    _recalled(any_stage, number, clerk, leader)
    _as_before(any_stage)
    for _ in range(2):
        alembic.downgrade(schema._config(any_stage.database.engine), "0055")
        schema.upgrade(any_stage.database.engine)
        assert cases.item_at(any_stage, number, "county_check").preparers is None
        row_backlog.note_every_row(any_stage.office)
        assert leader.account_id in (cases.item_at(any_stage, number, "county_check").preparers or [])
        assert _untrue(any_stage) == []


def test_a_step_that_was_altered__is_not_made_to_look_true_by_filling_in(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, "county_check")
    clerk, leader = any_stage.actor("county_clerk", "340199"), any_stage.actor("county_leader", "340199")
    _recalled(any_stage, number, clerk, leader)
    _as_before(any_stage)
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE work_item SET title = '另一步' WHERE task = 'county_check'"))
        uow.session.commit()
    row_backlog.note_every_row(any_stage.office)
    assert any("被改动" in fault for fault in _untrue(any_stage))


def test_a_preparer_taken_out_past_the_program_is_found(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, "county_check")
    clerk, leader = any_stage.actor("county_clerk", "340199"), any_stage.actor("county_leader", "340199")
    _recalled(any_stage, number, clerk, leader)
    assert _untrue(any_stage) == []
    with any_stage.database.unit_of_work() as uow:
        uow.session.execute(text("UPDATE work_item SET preparers = NULL WHERE preparers IS NOT NULL"))
        uow.session.commit()
    assert any("被改动" in fault for fault in _untrue(any_stage))
