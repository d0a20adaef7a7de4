"""迁移 and 撤销: clocks, drafts, ledger and history as they were; the case ends under either release."""

from __future__ import annotations

import random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.cases import events, migration_queries
from processes.cases.migration_models import MigrationRow
from processes.cases.models import Case, CaseEvent, Clock, WorkItem
from processes.errors import RuleBroken
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.draft import SaveDraft
from processes.office.studio.migrating import ChooseMigration, PlanMigration, RunMigration, UndoMigration
from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from processes.worker import jobs
from tests.builders import cases, releases

PROGRAMME = "minimum_living_allowance"
SIGNED = {**cases.ANSWERS, "second_signature": {"decision": "confirm", "statement": "同意"}}


def _walk(stage: Stage, number: str, until: str = "", steps: int = 30) -> None:
    for _ in range(steps):
        waiting = [i for i in cases.open_items(stage, number) if i.role != "supervisor"]
        if not waiting or any(i.task == until for i in waiting):
            return
        item = waiting[0]
        if item.task == "record_objection":
            stage.move("8 days")
            continue
        actor = stage.actor(item.role, cases.VILLAGE)
        command = CompleteTask(item.id, item.version, cases.answer(stage, item.task, SIGNED), str(uuid4()))
        stage.office.perform(command, actor)


def _planned(stage: Stage, number: int) -> int:
    supervisor = stage.actor("supervisor", cases.VILLAGE)
    batch = stage.office.perform(PlanMigration(PROGRAMME, 1, number), supervisor).batch
    jobs.migrate_cases(stage.office)
    return int(batch)


def _rows(stage: Stage, batch: int) -> list[MigrationRow]:
    with stage.database.reading("") as session:
        return [row for row, _ in migration_queries.rows(session, batch)]


def _everything(stage: Stage, number: str) -> dict[str, Any]:
    """What a migration must leave as it is."""
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        clocks = session.scalars(select(Clock).where(Clock.case_id == case.id).order_by(Clock.id)).all()
        items = session.scalars(select(WorkItem).where(WorkItem.case_id == case.id).order_by(WorkItem.id))
        told = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.kind.not_in(
            ("migrated", "migration_undone"))).order_by(CaseEvent.position))  # fmt: skip
        assert events.verify(session, case) is None
        return {
            "clocks": [(k.name, k.budget, k.started_on, k.due_on, k.stopped_on, k.warned) for k in clocks],
            "items": [
                (i.ref, i.status, i.title, i.role, i.form, i.draft, i.claimed_by, i.due_on) for i in items
            ],
            "told": [(e.kind, e.title, e.payload) for e in told],
            "due": case.due_at,
        }


def _release_of(stage: Stage, number: str) -> int:
    with stage.database.reading("") as session:
        return session.scalars(select(Case.release_id).where(Case.number == number)).one()


@pytest.mark.parametrize("seed", range(8))
def test_migrating_and_undoing_leaves_everything(stage: Stage, allowance: Bundle, seed: int) -> None:
    dice = random.Random(seed)
    number = cases.a_case(stage)
    _walk(stage, number, steps=dice.randrange(1, 8))
    item = dice.choice(cases.open_items(stage, number))
    actor = stage.actor(item.role, cases.VILLAGE)
    stage.office.perform(ClaimTask(item.id, item.version), actor)
    item = next(i for i in cases.open_items(stage, number) if i.id == item.id)
    stage.office.perform(SaveDraft(item.id, item.version, {"statement": "打了一半"}, 0, False), actor)
    before = _everything(stage, number)
    with stage.database.reading("") as session:
        state = session.scalars(select(Case)).one().state

    batch = _planned(stage, releases.put_in_force(stage, releases.second_signature(allowance)))
    supervisor = stage.actor("supervisor", cases.VILLAGE)
    assert [r.kind for r in _rows(stage, batch)] == ["safe"]
    stage.office.perform(RunMigration(batch, "统一流程"), stage.actor("supervisor#2", "340199"))
    jobs.migrate_cases(stage.office)
    assert _release_of(stage, number) == 2
    assert _everything(stage, number) == before

    stage.office.perform(UndoMigration(batch, "暂缓"), supervisor)
    jobs.migrate_cases(stage.office)
    assert _release_of(stage, number) == 1
    assert _everything(stage, number) == before
    with stage.database.reading("") as session:
        assert session.scalars(select(Case)).one().state == state
    _walk(stage, number)
    assert cases.outcome(stage, number) == "confirmed"


def test_a_migrated_case_gets_the_second_signature(stage: Stage, allowance: Bundle) -> None:
    staying, going = cases.a_case(stage, "county_check"), cases.a_case(
        stage, "county_check", raw=cases.OTHER_HOUSEHOLD
    )  # fmt: skip
    batch = _planned(stage, releases.put_in_force(stage, releases.second_signature(allowance)))
    with stage.database.unit_of_work() as uow:
        kept = uow.session.scalars(select(MigrationRow).order_by(MigrationRow.id)).first()
        assert kept is not None
        uow.session.delete(kept)
        uow.commit()
    stage.office.perform(RunMigration(batch, "统一"), stage.actor("supervisor#2", "340199"))
    jobs.migrate_cases(stage.office)
    for number in (staying, going):
        _walk(stage, number)
        assert cases.outcome(stage, number) == "confirmed"
    assert "second_signature" not in cases.done_tasks(stage, staying)
    assert "second_signature" in cases.done_tasks(stage, going)


def test_a_step_that_was_passed_needs_a_choice(stage: Stage, allowance: Bundle) -> None:
    number = cases.a_case(stage, "serve_confirmation")
    batch = _planned(stage, releases.put_in_force(stage, releases.second_signature(allowance)))
    (row,) = _rows(stage, batch)
    assert row.kind == "choice"
    assert row.reasons == ["新增环节“第二次签批”在已办过的位置，迁移后本办件不再办理该环节"]
    supervisor = stage.actor("supervisor", cases.VILLAGE)
    with pytest.raises(RuleBroken, match="1 件需要选择"):
        stage.office.perform(RunMigration(batch, "统一"), stage.actor("supervisor#2", "340199"))
    stage.office.perform(ChooseMigration(batch, (row.id,), True), supervisor)
    stage.office.perform(RunMigration(batch, "统一"), stage.actor("supervisor#2", "340199"))
    jobs.migrate_cases(stage.office)
    assert _release_of(stage, number) == 2
    _walk(stage, number)
    assert cases.outcome(stage, number) == "confirmed"


def test_a_done_step_that_is_gone_is_impossible_and_named(stage: Stage, allowance: Bundle) -> None:
    number = cases.a_case(stage, "township_opinion")
    without = releases.changed(
        allowance, "apply.bpmn", {'"investigate_household"': '"visit_household"',
                                  ">investigate_household<": ">visit_household<"}
    ) if b'"investigate_household"' in allowance.files["apply.bpmn"] else releases.changed(
        allowance, "apply.bpmn", {'"compare_economy"': '"compare_wealth"', ">compare_economy<": ">compare_wealth<"}
    )  # fmt: skip
    batch = _planned(stage, releases.put_in_force(stage, without))
    (row,) = _rows(stage, batch)
    assert row.kind == "impossible"
    assert "在新版本中没有，或者走不到" in row.reasons[0]
    stage.office.perform(RunMigration(batch, "试"), stage.actor("supervisor#2", "340199"))
    jobs.migrate_cases(stage.office)
    assert _release_of(stage, number) == 1


def test_what_went_on_after_the_migration_is_not_undone(stage: Stage, allowance: Bundle) -> None:
    number = cases.a_case(stage, "county_check")
    batch = _planned(stage, releases.put_in_force(stage, releases.second_signature(allowance)))
    supervisor = stage.actor("supervisor", cases.VILLAGE)
    stage.office.perform(RunMigration(batch, "统一"), stage.actor("supervisor#2", "340199"))
    jobs.migrate_cases(stage.office)
    cases.complete(stage, cases.item_at(stage, number, "county_check"))
    stage.office.perform(UndoMigration(batch, "暂缓"), supervisor)
    jobs.migrate_cases(stage.office)
    (row,) = _rows(stage, batch)
    assert (row.status, row.said) == ("stuck", "不能迁移：迁移后已有人继续办理。")
    assert _release_of(stage, number) == 2
