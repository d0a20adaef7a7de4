"""The floor under separation of duties: by person, from the first touch, whatever a programme or a migration says."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select

from processes import commands as c
from processes.access.accounts import actor_of
from processes.access.models import Account
from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.cases.models import Case
from processes.errors import AccountInvalid, DutySeparation, OwnProposal
from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from tests.builders import cases, releases


def _with_roles(stage: Stage, username: str, *roles: Role) -> Actor:
    with stage.database.unit_of_work() as uow:
        account = uow.session.scalars(select(Account).where(Account.username == username)).one()
        account.roles = [*account.roles, *roles]
        uow.flush()
        uow.commit()
        return actor_of(account)


def _same_person(stage: Stage, username: str, of: str) -> None:
    administrator = stage.actor("administrator", "340199")
    stage.office.perform(c.DeclarePerson(username, of), administrator)
    with pytest.raises(AccountInvalid, match="已登记为同一人"):
        stage.office.perform(c.DeclarePerson(of, username), administrator)


def test_an_excluded_person_neither_takes_nor_drafts_nor_returns_nor_decides(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    investigator = _with_roles(stage, "t1_investigator", Role.TOWNSHIP_LEADER)
    item = cases.item_at(stage, number, "township_opinion")
    opinion = cases.ANSWERS["township_opinion"]
    for command in (
        c.ClaimTask(item.id, item.version),
        c.SaveDraft(item.id, item.version, opinion, 0),
        c.ReturnTask(item.id, item.version, "apply/check_papers#1", "重来", str(uuid4())),
        c.CompleteTask(item.id, item.version, opinion, str(uuid4())),
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
        c.ProposeParameter("allowance.standard", entry, str(uuid4())), stage.actor("supervisor", "340199")
    )
    with pytest.raises(DutySeparation):
        stage.office.perform(c.ConfirmParameter(made["value"]), stage.actor("supervisor#2", "340199"))


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
            c.CompleteTask(item.id, item.version, cases.ANSWERS["county_decision"], str(uuid4())), clerk
        )


def test_a_migrated_case_keeps_the_rules_that_it_came_from(stage: Stage, allowance: Bundle) -> None:
    from processes import jobs  # noqa: PLC0415

    text = allowance.files["programme.toml"].decode()
    start = text.index("separation = [")
    bare = text[:start] + text[text.index("\n", start) + 1 :]
    number = cases.a_case(stage, "county_check")
    there = releases.put_in_force(stage, Bundle({**allowance.files, "programme.toml": bare.encode()}))
    one, other = stage.actor("supervisor", "340199"), stage.actor("supervisor#2", "340199")
    batch = stage.office.perform(c.PlanMigration(allowance.id, 1, there), one)["batch"]
    jobs.migrate_cases(stage.office)
    with pytest.raises(OwnProposal):
        stage.office.perform(c.RunMigration(batch, "统一"), one)
    stage.office.perform(c.RunMigration(batch, "统一"), other)
    jobs.migrate_cases(stage.office)
    with pytest.raises(OwnProposal):
        stage.office.perform(c.UndoMigration(batch, "暂缓"), other)
    investigator = _with_roles(stage, "t1_investigator", Role.COUNTY_CLERK)
    item = cases.item_at(stage, number, "county_check")
    with pytest.raises(DutySeparation, match="入户调查"):
        stage.office.perform(c.ClaimTask(item.id, item.version), investigator)
