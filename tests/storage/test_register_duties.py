"""Who saved a family's entry in the register is kept from deciding on it, whoever opened the case."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from processes.access.accounts import actor_of
from processes.access.models import Account
from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.cases.models import Case, WorkItem
from processes.errors import DutySeparation
from processes.office.cases.control import EndCase
from processes.office.cases.start import StartCase
from processes.office.steps.complete import CompleteTask
from processes.oversight import records
from processes.people.models import Household
from processes.rehearsal.registering import household_form, save
from processes.rehearsal.stage import Stage
from tests.builders import cases

REFUSED = {
    "decision": "refuse", "statement": "不予确认", "refusal_reason": "未按规定提交家庭财产证明",
    "refusal_article": "《社会救助暂行办法》第十一条", "deviation_reason": "财产证明不完整，测算所用财产数额不能采信",
}  # fmt: skip


@pytest.fixture
def leader(stage: Stage) -> Actor:
    """A township leader who stands in at the window."""
    with stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account).where(Account.username == "t1_leader")).one()
        account.roles = [*account.roles, Role.WINDOW_CLERK]
        uow.flush()
        uow.commit()
        return actor_of(account)


def _saved_by(stage: Stage, actor: Actor, number: str | None = None) -> str:
    version = 0
    if number is not None:
        with stage.database.reading("") as session:
            version = session.scalars(select(Household.version).where(Household.number == number)).one()
    form = household_form(cases.HOUSEHOLD, cases.VILLAGE)
    return save(stage.office, actor, form, number, version, confirm=True)


def _opened(stage: Stage, household: str, at: str = "township_opinion") -> str:
    command = StartCase("minimum_living_allowance", household, cases.APPLICATION, str(uuid4()))
    number = str(stage.office.perform(command, stage.actor("window_clerk", cases.VILLAGE)).case)
    cases.walk(stage, number, at)
    return number


def _opinion(stage: Stage, number: str, actor: Actor) -> None:
    item = cases.item_at(stage, number, "township_opinion")
    stage.office.perform(
        CompleteTask(item.id, item.version, cases.ANSWERS["township_opinion"], str(uuid4())), actor
    )


def test_who_saved_the_entry__before_or_while_the_case_runs__gives_no_opinion(
    stage: Stage, leader: Actor
) -> None:
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    number = _opened(stage, _saved_by(stage, leader))
    with pytest.raises(DutySeparation, match="登记家庭信息"):
        _opinion(stage, number, leader)
    # And where somebody else registered the family, and the leader saved it only now.
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    other = save(stage.office, clerk, household_form(cases.OTHER_HOUSEHOLD, cases.VILLAGE), confirm=True)
    number = _opened(stage, other)
    form = household_form(cases.OTHER_HOUSEHOLD, cases.VILLAGE) | {"phone": "13900000002"}
    save(stage.office, leader, form, other, 1, confirm=True)
    with pytest.raises(DutySeparation, match="登记家庭信息"):
        _opinion(stage, number, leader)


def test_what_was_decided_on__binds_no_longer__and_a_case_without_a_decision_ends_nothing(
    stage: Stage, leader: Actor
) -> None:
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    household = _saved_by(stage, leader)
    # Not accepted at the window: nobody decided on what the leader had saved.
    number = _opened(stage, household, "check_papers")
    item = cases.item_at(stage, number, "check_papers")
    told = {
        "decision": "refuse",
        "refusal_reason": "户籍不在本县",
        "refusal_article": "《社会救助暂行办法》第十一条",
    }
    stage.office.perform(
        CompleteTask(item.id, item.version, told, str(uuid4())), stage.actor("window_clerk", cases.VILLAGE)
    )
    assert _status(stage, number) == "closed"
    number = _opened(stage, household)
    with pytest.raises(DutySeparation, match="登记家庭信息"):
        _opinion(stage, number, leader)
    # Decided by others: what is decided next is what others saved since.
    _opinion(stage, number, stage.actor("township_leader#2", cases.VILLAGE))
    _refused(stage, number)
    _served(stage, number)
    assert _status(stage, number) == "closed"
    stage.move("1 day")
    number = _opened(stage, household)
    _opinion(stage, number, leader)


def _status(stage: Stage, number: str) -> str:
    with stage.database.reading("") as session:
        return session.scalars(select(Case.status).where(Case.number == number)).one()


@pytest.mark.parametrize("who", ["NULL", "2"])
def test_an_account_that_is_exchanged_in_a_kept_state__is_found(
    stage: Stage, leader: Actor, who: str
) -> None:
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    _saved_by(stage, leader)
    with stage.database.reading("") as session:
        assert list(records._households(session)) == []
    with stage.database.unit_of_work() as uow:
        uow.session.execute(text(f"UPDATE household_version SET by_id = {who}"))
        uow.session.commit()
    with stage.database.reading("") as session:
        assert any("登记人被改动" in fault for fault in records._households(session))


def _refused(stage: Stage, number: str) -> None:
    cases.walk(stage, number, "county_decision")
    item = cases.item_at(stage, number, "county_decision")
    decider = stage.actor("county_leader", "340199")
    stage.office.perform(CompleteTask(item.id, item.version, REFUSED, str(uuid4())), decider)


def _served(stage: Stage, number: str) -> None:
    item = cases.open_items(stage, number)[0]
    answer = {"served_on": stage.clock.now.date().isoformat(), "method": "hand", "receiver": "张建国"}
    clerk = stage.actor(item.role, cases.VILLAGE)
    stage.office.perform(CompleteTask(item.id, item.version, answer, str(uuid4())), clerk)


def test_what_is_saved_after_the_decision__was_not_decided_on(stage: Stage, leader: Actor) -> None:
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    household = save(stage.office, clerk, household_form(cases.HOUSEHOLD, cases.VILLAGE), confirm=True)
    number = _opened(stage, household)
    _opinion(stage, number, stage.actor("township_leader#2", cases.VILLAGE))
    _refused(stage, number)
    stage.move("1 hour")
    _saved_by(stage, leader, household)
    stage.move("1 hour")
    _served(stage, number)
    assert _status(stage, number) == "closed"
    stage.move("1 day")
    number = _opened(stage, household)
    with pytest.raises(DutySeparation, match="登记家庭信息"):
        _opinion(stage, number, leader)


def test_an_opinion_without_a_decision_ends_nothing(stage: Stage, leader: Actor) -> None:
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    household = _saved_by(stage, leader)
    number = _opened(stage, household)
    _opinion(stage, number, stage.actor("township_leader#2", cases.VILLAGE))
    stage.move("1 hour")
    stage.office.perform(EndCase(number, "申请人放弃"), stage.actor("supervisor", "340199"))
    stage.move("1 day")
    number = _opened(stage, household)
    with pytest.raises(DutySeparation, match="登记家庭信息"):
        _opinion(stage, number, leader)


def test_a_decision_that_was_taken_back_ends_nothing(stage: Stage, leader: Actor) -> None:
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    household = _saved_by(stage, leader)
    number = _opened(stage, household)
    _opinion(stage, number, stage.actor("township_leader#2", cases.VILLAGE))
    _refused(stage, number)
    _served(stage, number)
    with stage.database.unit_of_work() as uow:
        uow.session.scalars(
            select(WorkItem).where(WorkItem.task == "county_decision")
        ).one().status = "superseded"
        uow.commit()
    stage.move("1 day")
    number = _opened(stage, household)
    with pytest.raises(DutySeparation, match="登记家庭信息"):
        _opinion(stage, number, leader)


def test_a_decision_on_another_case_that_ran_beside_it__was_none_on_this(stage: Stage, leader: Actor) -> None:
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    household = _saved_by(stage, leader)
    number = _opened(stage, household)
    _opinion(stage, number, stage.actor("township_leader#2", cases.VILLAGE))
    _refused(stage, number)
    _served(stage, number)
    stage.move("1 day")
    number = _opened(stage, household)
    with stage.database.unit_of_work() as uow:
        done = uow.session.scalars(select(WorkItem).where(WorkItem.task == "county_decision")).one()
        done.completed_at = stage.clock.now + timedelta(days=1)
        uow.commit()
    stage.move("2 days")
    with pytest.raises(DutySeparation, match="登记家庭信息"):
        _opinion(stage, number, leader)
