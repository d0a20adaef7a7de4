"""Whoever was named as the second one on a visit takes no leader's step of the case, whatever roles they get and however often it was made anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from processes.access.accounts import actor_of
from processes.access.models import Account
from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.cases import seconds
from processes.cases.models import WorkItem
from processes.errors import DutySeparation
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.send_back import ReturnTask
from processes.rehearsal.stage import Stage
from processes.rehearsal.stage import stage as founded
from processes.releases import bundle as bundles
from processes.settings import from_environment
from tests.builders import cases
from tests.conftest import CONTENT

VISIT = "investigate_household"
LEADERS = {"township_opinion": Role.TOWNSHIP_LEADER, "county_decision": Role.COUNTY_LEADER}
_here: list[Stage] = []


@pytest.fixture(scope="module", autouse=True)
def office() -> Iterator[None]:
    """One office for all runs; every run has a case of its own."""
    own = replace(from_environment(), var=Path("unused"), content=CONTENT)
    with founded(own, bundles.read_folder(CONTENT / "minimum_living_allowance")) as made:
        _here[:] = [made]
        yield


@settings(max_examples=12, deadline=None)
@given(picks=st.lists(st.integers(0, 3), min_size=1, max_size=3))
def test_the_second_one_never_decides(picks: list[int]) -> None:
    stage = _here[0]
    number = cases.a_case(stage, VISIT, raw=cases.person_household(str(uuid4())))
    named: set[int] = set()
    for n, pick in enumerate(picks):
        if n:
            _send_back(stage, number)
        named.add(_visit(stage, number, pick))
    for task, role in LEADERS.items():
        cases.walk(stage, number, task)
        item = cases.item_at(stage, number, task)
        for account_id in sorted(named):
            who = _as(stage, account_id, role)
            for command in (
                ClaimTask(item.id, item.version),
                CompleteTask(item.id, item.version, cases.answer(stage, task), str(uuid4())),
            ):
                with pytest.raises(DutySeparation):
                    stage.office.perform(command, who)


def _visit(stage: Stage, number: str, pick: int) -> int:
    item = cases.item_at(stage, number, VISIT)
    actor = stage.actor("investigator", cases.VILLAGE)
    with stage.database.reading("") as session:
        choice = seconds.choices(session, cases.VILLAGE, item.role, actor.account_id)[pick]
    data = {**cases.answer(stage, VISIT), "second_investigator": choice.value}
    stage.office.perform(CompleteTask(item.id, item.version, data, str(uuid4())), actor)
    cases.walk(stage, number, "township_opinion")
    return choice.account.id


def _send_back(stage: Stage, number: str) -> None:
    item = cases.item_at(stage, number, "township_opinion")
    leader = stage.actor("township_leader", cases.VILLAGE)
    with stage.database.reading("") as session:
        done = select(WorkItem.ref).where(
            WorkItem.case_number == number, WorkItem.task == VISIT, WorkItem.status == "done"
        )
        ref = session.scalars(done).one()
    stage.office.perform(ReturnTask(item.id, item.version, ref, "再查", str(uuid4())), leader)


def _as(stage: Stage, account_id: int, role: Role) -> Actor:
    with stage.database.reading("") as session:
        account = session.scalars(select(Account).where(Account.id == account_id)).one()
    return replace(actor_of(account), roles=frozenset({*account.roles, role}), division="340199")
