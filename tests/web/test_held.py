"""A held submission that waits for countersignatures: when the last person signs, every check is repeated."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from processes.access.models import Absence, Account
from processes.access.permissions import Role
from processes.cases.colleague_models import Participant
from processes.cases.models import CaseEvent, WorkItem
from processes.office.people.transfers import AskTransfer, DecideTransfer
from processes.people.models import Household
from processes.rehearsal.stage import Stage
from processes.relief.models import Award
from tests.builders import cases
from tests.builders.desks import Person, colleague, confirm_absences, tied
from tests.web.test_hands import _asked, _complete, _id, _item, _post

ELSEWHERE = "340199102"


def _held(stage: Stage, task: str, role: str, signer: str) -> tuple[str, WorkItem]:
    number = cases.a_case(stage, task)
    return number, _submitted(stage, number, task, Person(stage, role), signer)


def _submitted(stage: Stage, number: str, task: str, leader: Person, signer: str) -> WorkItem:
    _post(stage, leader, number, "claim")
    answer, to = cases.answer(stage, task), [_id(stage, signer)]
    held = _complete(stage, leader, number, answer, signers=to, mode="all", quorum=0)
    assert held.status_code == 200, held.text
    item = cases.item_at(stage, number, task)
    assert item.cosigning == "after"
    return item


def _involved(stage: Stage, kind: str) -> Participant:
    with stage.database.reading("") as session:
        query = select(Participant).where(Participant.kind == kind).order_by(Participant.id.desc())
        return session.scalars(query).first() or pytest.fail(kind)


def _agree(stage: Stage, who: str) -> int:
    answer = Person(stage, who).post(f"/involvements/{_involved(stage, 'cosign').id}", {"verdict": "agree"})
    return int(answer.status_code)


def _demand_open(stage: Stage, item: WorkItem) -> WorkItem:
    """Nothing was carried out, and what was submitted is the draft."""
    with stage.database.reading("") as session:
        found = session.get_one(WorkItem, item.id)
        assert (found.status, found.cosigning, found.held) == ("open", "", None)
        assert found.draft
        assert session.scalars(select(Award)).all() == []
    return found


def _objects(stage: Stage) -> None:
    row = _involved(stage, "second")
    with stage.database.reading("") as session:
        second = session.get_one(Account, row.account_id).username
    said = {"verdict": "object", "said": "我没有去过这一户"}
    assert Person(stage, second).post(f"/involvements/{row.id}", said).status_code == 302


def _loses_the_role(stage: Stage) -> None:
    with stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account).where(Account.username == "t1_leader")).one()
        account.roles = [Role.AUDITOR]
        uow.commit()


def _is_the_investigator(stage: Stage) -> None:
    tied(stage, "t1_leader", "t1_investigator")


@pytest.mark.parametrize(
    ("change", "said"),
    [(_objects, "我没有去过这一户"), (_loses_the_role, ""), (_is_the_investigator, "入户调查")],
)
def test_what_changed_while_it_was_held__keeps_it_from_being_done(
    stage: Stage, change: Callable[[Stage], None], said: str
) -> None:
    number, item = _held(stage, "township_opinion", "township_leader", "county_clerk")
    change(stage)
    assert _agree(stage, "county_clerk") == 302
    found = _demand_open(stage, item)
    assert "会签已通过，但不能按原提交办结" in str(found.returned_reason)
    assert said in str(found.returned_reason)
    assert "您" not in str(found.returned_reason), "it is read by others than the one it speaks of"
    with stage.database.reading("") as session:
        told = session.scalars(select(CaseEvent.kind).order_by(CaseEvent.id.desc()).limit(3)).all()
    assert {"cosign_passed", "held_dropped"} <= set(told)
    assert "未按原提交办结" in Person(stage, "county_clerk").get(f"/cases/{number}").text


def test_a_substitute_whose_absence_ended__has_submitted_nothing(stage: Stage) -> None:
    deputy = colleague(stage, "county_leader", "county_leader2", "罗副局")
    colleague(stage, "county_leader", "county_leader3", "白主任")
    form = {"substitute": str(deputy), "from_on": "2026-03-02", "until_on": "2026-03-20", "reason": "出差"}
    assert Person(stage, "county_leader").post("/absences", form).status_code == 302
    confirm_absences(stage)
    number = cases.a_case(stage, "county_decision")
    with stage.database.unit_of_work() as uow:
        # No leader of their own right, as the substitute of a department's head may be none of that office.
        account = uow.session.get_one(Account, deputy)
        account.roles = [Role.COUNTY_CLERK]
        uow.commit()
    item = _submitted(stage, number, "county_decision", Person(stage, "county_leader2"), "county_leader3")
    with stage.database.unit_of_work() as uow:
        for absence in uow.session.scalars(select(Absence)):
            uow.session.delete(absence)
        uow.commit()
    assert _agree(stage, "county_leader3") == 302
    _demand_open(stage, item)


def test_who_leaves__leaves_what_they_submitted_as_a_draft(stage: Stage) -> None:
    colleague(stage, "county_leader", "county_leader2", "罗副局")
    _, item = _held(stage, "county_decision", "county_leader", "county_leader2")
    assert (
        Person(stage, "administrator").post("/accounts/county_leader/close", {"reason": "离岗"}).status_code
        == 302
    )
    found = _demand_open(stage, item)
    assert found.claimed_by_id is None
    assert _agree(stage, "county_leader2") == 409, "nobody is asked any more"


def test_a_case_that_moves__is_decided_by_its_new_township(stage: Stage) -> None:
    number, item = _held(stage, "township_opinion", "township_leader", "county_clerk")
    with stage.database.reading("") as session:
        household = session.scalars(select(Household.number)).one()
    asked = stage.office.perform(
        AskTransfer(household, ELSEWHERE, "迁居"), stage.actor("window_clerk", cases.VILLAGE)
    )
    stage.office.perform(
        DecideTransfer(asked.transfer, True, "接收", division=f"{ELSEWHERE}201"),
        stage.actor("window_clerk", f"{ELSEWHERE}201"),
    )
    found = _demand_open(stage, item)
    assert "迁移" in str(found.returned_reason)
    assert _agree(stage, "county_clerk") == 409


def test_one_person_signs_once__with_whatever_account(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    colleague(stage, "county_clerk", "county_clerk_b", "郑另一")
    leader = Person(stage, "township_leader")
    _post(stage, leader, number, "claim")
    both = [str(_id(stage, "county_clerk")), str(_id(stage, "county_clerk_b"))]
    asked = {"to": both, "mode": "quorum", "quorum": "2", "question": "请核"}
    assert _post(stage, leader, number, "cosign", **asked).status_code == 302
    tied(stage, "county_clerk_b", "county_clerk")  # found out only now
    rows = _asked(stage)
    said = Person(stage, "county_clerk").post(f"/involvements/{rows[0].id}", {"verdict": "agree"})
    assert said.status_code == 409
    assert "每人只能表态一次" in said.text
    assert _post(stage, leader, number, "remove-signer", involvement=str(rows[1].id)).status_code == 302


def test_two_accounts_of_one_person_are_not_asked_together(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    colleague(stage, "county_clerk", "county_clerk_b", "郑另一")
    tied(stage, "county_clerk_b", "county_clerk")
    leader = Person(stage, "township_leader")
    _post(stage, leader, number, "claim")
    both = [str(_id(stage, "county_clerk")), str(_id(stage, "county_clerk_b"))]
    answer = _post(stage, leader, number, "cosign", to=both, mode="quorum", quorum="2", question="请核")
    assert answer.status_code == 409
    assert "同一人" in answer.text
    assert _asked(stage) == []


def test_a_substitute_signs_within_the_limits_of_the_absence(stage: Stage) -> None:
    second = colleague(stage, "county_leader", "county_leader2", "罗副局")
    form = {
        "substitute": str(second), "from_on": "2026-03-02", "until_on": "2026-03-20",
        "programme": ["temporary_relief"], "reason": "出差",
    }  # fmt: skip
    number = cases.a_case(stage, "township_opinion")
    assert Person(stage, "county_leader").post("/absences", form).status_code == 302
    confirm_absences(stage)
    leader = Person(stage, "township_leader")
    _post(stage, leader, number, "claim")
    to = [str(_id(stage, "county_leader"))]
    assert _post(stage, leader, number, "cosign", to=to, mode="all", question="请核").status_code == 302
    (row,) = _asked(stage)
    deputy = Person(stage, "county_leader2")
    assert deputy.post(f"/involvements/{row.id}", {"verdict": "agree"}).status_code == 403
    assert "请核" not in deputy.get("/worklist?queue=asked").text


def test_who_is_excluded_or_prepares_only__computes_nothing_anew(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    leader = Person(stage, "county_leader")
    _post(stage, leader, number, "claim")
    _post(stage, leader, number, "delegate", to=str(_id(stage, "supervisor")), reason="起草")
    assert _post(stage, Person(stage, "supervisor"), number, "recompute", token="1").status_code == 409
    assert _post(stage, leader, number, "recall").status_code == 302
    tied(stage, "county_leader", "county_clerk")  # who checked the case
    answer = _post(stage, leader, number, "recompute", token="2")
    assert answer.status_code == 403, answer.text
    assert _item(stage, number).task == "county_decision"
