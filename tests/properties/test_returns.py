"""退回 in a random walk: no field lost, no double item, replay equal, events intact, money consistent."""

from __future__ import annotations

import random
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.cases import actions, events
from processes.cases.models import Case, WorkItem
from processes.engine import returns, runtime
from processes.office.run import Run
from processes.office.steps.send_back import ReturnTask
from processes.rehearsal.stage import Stage
from processes.relief.models import Award
from tests.builders import cases


@pytest.mark.parametrize("seed", range(12))
def test_random_walk_with_returns(stage: Stage, seed: int) -> None:
    dice = random.Random(seed)
    number = cases.a_case(stage)
    for _ in range(40):
        waiting = [i for i in cases.open_items(stage, number) if i.role != "supervisor"]
        if not waiting:
            break
        item = dice.choice(waiting)
        earlier = _earlier(stage, number)
        if item.task == "record_objection" and dice.random() < 0.7:
            stage.move("8 days")
        elif earlier and dice.random() < 0.3 and item.role != "village_assistant":
            to = dice.choice(earlier)
            actor = stage.actor(item.role, cases.VILLAGE)
            before = _submissions(stage, number)
            stage.office.perform(ReturnTask(item.id, item.version, to, "再核实", str(uuid4())), actor)
            _returned_as_draft(stage, number, to, before)
        else:
            cases.complete(stage, item)
        _holds(stage, number)


def _earlier(stage: Stage, number: str) -> list[str]:
    with stage.database.unit_of_work() as uow:
        case = actions.locked_case(uow, stage.actor("county_clerk", cases.VILLAGE), number)
        run = Run(uow, stage.actor("county_clerk", cases.VILLAGE), case, actions.items_of(uow, case))
        return returns.earlier_steps(run.definition, run.state())


def _submissions(stage: Stage, number: str) -> dict[str, dict[str, object]]:
    with stage.database.reading("") as session:
        done = session.scalars(
            select(WorkItem).where(WorkItem.case_number == number, WorkItem.submission.is_not(None))
        )
        return {i.ref: dict(i.submission or {}) for i in done}


def _returned_as_draft(stage: Stage, number: str, to: str, before: dict[str, dict[str, object]]) -> None:
    item = next(i for i in cases.open_items(stage, number) if i.ref == to)
    assert item.draft == before[to]
    assert item.returned_reason == "再核实"


def _holds(stage: Stage, number: str) -> None:
    """The laws that hold after every step."""
    with stage.database.unit_of_work() as uow:
        actor = stage.actor("county_clerk", cases.VILLAGE)
        case = actions.locked_case(uow, actor, number)
        run = Run(uow, actor, case, actions.items_of(uow, case))
        state = run.state()
        progress = runtime.look(run.definition, state, run.facts())
        replayed = returns.replay(run.definition, state.journal, run.facts())
        again = runtime.look(run.definition, replayed, run.facts())
        open_refs = sorted(i.ref for i in run.items if i.status == "open")
        assert open_refs == sorted(o.ref for o in progress.offers), "queue and engine agree, none twice"
        assert [o.ref for o in again.offers] == [o.ref for o in progress.offers], "replay is equal"
        assert again.ended_at == progress.ended_at
        assert events.verify(uow.session, case) is None
        standing = uow.session.scalars(
            select(Award).where(Award.case_id == case.id, Award.status == "standing")
        ).all()
        granted = any("grant_award" in e.ref for e in state.journal)
        assert len(standing) == (1 if granted else 0)
        names = [k.name for k in run.clocks.running()]
        assert len(names) == len(set(names)), "no clock runs twice"


def test_the_same_return_three_times(stage: Stage) -> None:
    number = cases.a_case(stage, at="township_opinion")
    for _ in range(3):
        item = cases.item_at(stage, number, "township_opinion")
        to = next(r for r in _earlier(stage, number) if "check_papers" in r)
        leader = stage.actor("township_leader", cases.VILLAGE)
        stage.office.perform(ReturnTask(item.id, item.version, to, "重新审查材料", str(uuid4())), leader)
        assert [i.task for i in cases.open_items(stage, number)] == ["check_papers"]
        for task in ("check_papers", "compare_economy", "investigate_household"):
            cases.complete(stage, cases.item_at(stage, number, task))
        _holds(stage, number)
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        done = session.scalars(select(WorkItem).where(WorkItem.case_id == case.id)).all()
    assert sum(i.task == "check_papers" and i.status == "superseded" for i in done) == 3
