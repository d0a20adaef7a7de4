"""The second person on a visit is an account of the office: chosen, notified, able to object, and an
investigator from then on."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from processes.access.accounts import actor_of
from processes.access.models import Account
from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.cases import seconds, work_audit
from processes.cases.colleague_models import Participant
from processes.cases.models import CaseEvent, Notice, WorkItem
from processes.errors import DutySeparation, FormInvalid, NotAllowed, SecondObjects
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.countersign import RespondToRequest
from processes.office.steps.send_back import ReturnTask
from processes.office.steps.transfer import TransferTask
from processes.rehearsal.stage import Stage
from tests.builders import cases, reliefs
from tests.builders.desks import tied

HANDED = {"handed_on": cases.DAY, "receiver": "周大海", "witness": "村主任", "receipt_signed": True}
VISIT = "investigate_household"
NAMED = "second_investigator"


def _account(stage: Stage, username: str) -> Account:
    with stage.database.reading("") as session:
        return session.scalars(select(Account).where(Account.username == username)).one()


def _with_role(stage: Stage, username: str, role: Role) -> Actor:
    with stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account).where(Account.username == username)).one()
        account.roles = [*account.roles, role]
        uow.commit()
        return actor_of(account)


def _visit(stage: Stage, number: str, second: str, by: str = "investigator") -> WorkItem:
    item = cases.item_at(stage, number, VISIT)
    data = {**cases.answer(stage, VISIT), NAMED: second}
    actor = stage.actor(by, cases.VILLAGE)
    stage.office.perform(CompleteTask(item.id, item.version, data, str(uuid4())), actor)
    if "township_opinion" not in {i.task for i in cases.open_items(stage, number)}:
        cases.walk(stage, number, "township_opinion")
    with stage.database.reading("") as session:
        return session.get_one(WorkItem, item.id)


def _asked(stage: Stage, item: WorkItem) -> Participant:
    with stage.database.reading("") as session:
        query = select(Participant).where(Participant.item_id == item.id, Participant.kind == "second")
        return session.scalars(query).one()


def _say(stage: Stage, item: WorkItem, verdict: str, said: str = "", by: str = "t1_investigator2") -> None:
    actor = actor_of(_account(stage, by))
    stage.office.perform(RespondToRequest(_asked(stage, item).id, said, verdict), actor)


def test_who_may_be_named__are_colleagues_of_the_place__no_leaders_nor_ones_own_other_account(
    stage: Stage,
) -> None:
    tied(stage, "t1_village1", "t1_investigator")
    mine = stage.actor("investigator", cases.VILLAGE).account_id
    with stage.database.reading("") as session:
        found = [c.account.username for c in seconds.choices(session, cases.VILLAGE, "investigator", mine)]
    assert found == ["t1_investigator2", "t1_clerk", "comparison", "county_clerk"]


@pytest.mark.parametrize("named", ["王二", "赵调查", "赵分管", "钱核查", "t1_investigator2", ""])
def test_a_name_that_is_no_choice__is_refused_at_its_field(stage: Stage, named: str) -> None:
    number = cases.a_case(stage, VISIT)
    with pytest.raises(FormInvalid) as caught:
        _visit(stage, number, named)
    assert list(caught.value.fields) == [NAMED]


def test_who_is_named__stands_in_the_row__is_told__and_is_in_the_chain(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, VISIT)
    item = _visit(any_stage, number, cases.SECOND)
    second = _account(any_stage, "t1_investigator2")
    assert (item.second_id, item.second) == (second.id, "赵核查")
    with any_stage.database.reading("") as session:
        told = session.scalars(select(Notice).where(Notice.account_id == second.id)).all()
        assert [n.kind for n in told] == ["second"]
        done = session.scalars(select(CaseEvent).where(CaseEvent.kind == "completed"))
        (event,) = [e for e in done if e.title == item.title]
        assert (event.payload["second_id"], event.payload["second"]) == (second.id, "赵核查")
        assert list(work_audit.differing(session)) == []
    with any_stage.database.unit_of_work() as uow:
        uow.session.get_one(WorkItem, item.id).second_id = _account(any_stage, "t1_clerk").id
        uow.commit()
    with any_stage.database.reading("") as session:
        assert any("共同办理人被改动" in fault for fault in work_audit.differing(session))


def test_two_of_the_same_name__are_told_apart__and_the_paper_shows_the_name(stage: Stage) -> None:
    with stage.database.unit_of_work() as uow:
        uow.session.scalars(select(Account).where(Account.username == "t1_clerk")).one().name = "赵核查"
        uow.commit()
    number = cases.a_case(stage, VISIT)
    item = _visit(stage, number, "赵核查 t1_clerk")
    assert (item.second_id, item.second) == (_account(stage, "t1_clerk").id, "赵核查")


def test_the_database_holds_two_people(any_stage: Stage) -> None:
    item = _visit(any_stage, cases.a_case(any_stage, VISIT), cases.SECOND)
    for column in ("completed_by_id", "completed_for_id"):
        with pytest.raises(IntegrityError), any_stage.database.unit_of_work() as uow:
            uow.session.execute(
                text(f"UPDATE work_item SET {column} = second_id WHERE id = :id"),  # noqa: S608
                {"id": item.id},
            )


def test_who_went_along__gives_no_opinion_with_whatever_roles__and_is_told_so(stage: Stage) -> None:
    number = cases.a_case(stage, VISIT)
    _visit(stage, number, cases.SECOND)
    second = _with_role(stage, "t1_investigator2", Role.TOWNSHIP_LEADER)
    item = cases.item_at(stage, number, "township_opinion")
    with pytest.raises(DutySeparation, match="您已办理本办件的“入户调查”"):
        stage.office.perform(ClaimTask(item.id, item.version), second)
    leader = actor_of(_account(stage, "t1_leader"))
    with pytest.raises(DutySeparation, match="赵核查已办理本办件的“入户调查”"):
        stage.office.perform(TransferTask(item.id, item.version, second.account_id or 0, "请办理"), leader)


def test_who_is_excluded_from_a_step__goes_along_there_neither(whole_stage: Stage) -> None:
    """Of a programme's own rule: who handed the relief over does not see to its papers, nor goes along for it."""
    number = reliefs.paid(whole_stage)
    reliefs.complete(whole_stage, number, "hand_over", HANDED)
    reliefs.complete(whole_stage, number, "emergency_eased", {"eased_on": cases.DAY, "note": "已缓解"})
    item = cases.item_at(whole_stage, number, "complete_paperwork")
    data = {
        "papers": ["application", "identity", "evidence", "receipt"], "investigated_on": cases.DAY,
        NAMED: "赵窗口", "finding": "属实",
    }  # fmt: skip
    with pytest.raises(DutySeparation, match="赵窗口已办理"):
        whole_stage.office.perform(
            CompleteTask(item.id, item.version, data, str(uuid4())),
            whole_stage.actor(item.role, cases.VILLAGE),
        )


def test_an_objection__stops_the_opinion_until_the_visit_is_made_anew(stage: Stage) -> None:
    number = cases.a_case(stage, VISIT)
    first = _visit(stage, number, cases.SECOND)
    _say(stage, first, "object", "本人当日未入户")
    with pytest.raises(SecondObjects, match="本人当日未入户"):
        cases.complete(stage, cases.item_at(stage, number, "township_opinion"))
    leader = stage.actor("township_leader", cases.VILLAGE)
    with stage.database.reading("") as session:
        assert (
            "second"
            in session.scalars(select(Notice.kind).where(Notice.account_id == leader.account_id)).all()
        )
    item = cases.item_at(stage, number, "township_opinion")
    back = ReturnTask(item.id, item.version, first.ref, "重新入户", str(uuid4()))
    stage.office.perform(back, leader)
    again = _visit(stage, number, "赵窗口")
    _say(stage, again, "agree", by="t1_clerk")
    cases.complete(stage, cases.item_at(stage, number, "township_opinion"))


def test_nobody_confirms_for_another__and_once(stage: Stage) -> None:
    item = _visit(stage, cases.a_case(stage, VISIT), cases.SECOND)
    with pytest.raises(NotAllowed):
        _say(stage, item, "agree", by="t1_investigator")
    _say(stage, item, "agree")
    refused: Any = pytest.raises(Exception, match="已经确认")
    with refused:
        _say(stage, item, "object", "其实没有去")


def test_what_was_asked_of_a_visit_made_anew__is_over(stage: Stage) -> None:
    number = cases.a_case(stage, VISIT)
    first = _visit(stage, number, cases.SECOND)
    item = cases.item_at(stage, number, "township_opinion")
    leader = stage.actor("township_leader", cases.VILLAGE)
    stage.office.perform(ReturnTask(item.id, item.version, first.ref, "再去一次", str(uuid4())), leader)
    _visit(stage, number, "赵窗口")
    assert _asked(stage, first).status == "removed"
