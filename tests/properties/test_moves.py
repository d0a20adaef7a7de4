"""移动办理位置 in a random walk: joins still join, returns still return, replay equal, no step open twice."""

from __future__ import annotations

import random
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.cases import actions, events
from processes.cases.models import Case
from processes.cases.move_models import CaseMove
from processes.cases.status import MoveStatus
from processes.engine import returns, runtime
from processes.engine.moves import Position
from processes.errors import ExpressionFailed, MoveRefused, StaleCase
from processes.office.cases import move
from processes.office.cases.move import DecideMove, MoveCase
from processes.office.run import Run
from processes.office.steps.send_back import ReturnTask
from processes.rehearsal.stage import Stage
from tests.builders import cases


def _places(stage: Stage, number: str) -> tuple[list[Position], int]:
    actor = stage.actor("supervisor", cases.VILLAGE)
    with stage.database.unit_of_work() as uow:
        case = actions.locked_case(uow, actor, number)
        return move.places(Run(uow, actor, case, actions.items_of(uow, case))), case.version


def _move(stage: Stage, number: str, ref: str, to: str, version: int) -> None:
    """By a supervisor, confirmed by the county's leader where a second person is needed."""
    command = MoveCase(number, "上级要求", ref, to, version)
    if stage.office.perform(command, stage.actor("supervisor", cases.VILLAGE)).waits:
        with stage.database.reading("") as session:
            move = session.scalars(select(CaseMove.id).where(CaseMove.status == MoveStatus.ASKED)).one()
        stage.office.perform(DecideMove(move, True), stage.actor("county_leader", cases.VILLAGE))


def _holds(stage: Stage, number: str) -> None:
    actor = stage.actor("supervisor", cases.VILLAGE)
    with stage.database.unit_of_work() as uow:
        case = actions.locked_case(uow, actor, number)
        run = Run(uow, actor, case, actions.items_of(uow, case))
        state = run.state()
        offers = [o.ref for o in runtime.look(run.definition, state, run.facts()).offers]
        again = returns.replay(run.definition, state.journal, run.facts())
        assert sorted(offers) == sorted(i.ref for i in run.items if i.status == "open")
        assert len(set(offers)) == len(offers)
        assert [o.ref for o in runtime.look(run.definition, again, run.facts()).offers] == offers
        assert events.verify(uow.session, case) is None


@pytest.mark.parametrize("seed", range(10))
def test_random_walk_with_moves(stage: Stage, seed: int) -> None:
    """What a move left out may be missed later: then the step is refused whole and nothing changes."""
    dice = random.Random(seed)
    number = cases.a_case(stage)
    moves = 0
    for _ in range(40):
        waiting = [i for i in cases.open_items(stage, number) if i.role != "supervisor"]
        if not waiting:
            break
        item = dice.choice(waiting)
        places, version = _places(stage, number)
        wanted = [
            (p.ref, t.id) for p in places for t in p.targets if p.ref == item.ref and t.id in cases.ANSWERS
        ]
        try:
            if wanted and moves < 4 and (moves == 0 or dice.random() < 0.3):
                _move(stage, number, *dice.choice(wanted), version)
                moves += 1
            elif item.task == "record_objection":
                stage.move("8 days")
            else:
                cases.complete(stage, item)
        except MoveRefused as refused:
            assert "退回" in refused.message, (
                "only what was granted after the step forbids a move that is offered"
            )
            continue
        except ExpressionFailed:
            assert [i.ref for i in cases.open_items(stage, number)] == [i.ref for i in waiting]
            _holds(stage, number)
            break
        _holds(stage, number)
    assert moves


def test_a_branch_is_moved_along_and_joins(stage: Stage) -> None:
    """Comparison and investigation run side by side: one is moved back to its own start, both join once."""
    number = cases.a_case(stage, "investigate_household")
    places, _ = _places(stage, number)
    here = next(p for p in places if p.ref.endswith("investigate_household#1"))
    assert "township_opinion" not in {t.id for t in here.targets}, "a move never crosses the join"
    assert "compare_economy" not in {t.id for t in here.targets}, "nor into the other branch"


def test_the_move_is_told_and_the_earlier_step_can_be_returned_to(stage: Stage) -> None:
    number = cases.a_case(stage, "county_check")
    places, version = _places(stage, number)
    here = next(p for p in places if "county_check" in p.ref)
    _move(stage, number, here.ref, "township_opinion", version)
    assert [i.task for i in cases.open_items(stage, number)] == ["township_opinion"]
    with pytest.raises(StaleCase):
        _move(stage, number, here.ref, "township_opinion", version)
    item = cases.item_at(stage, number, "township_opinion")
    assert item.draft == cases.ANSWERS["township_opinion"], "what was entered there before is offered again"
    cases.complete(stage, item)
    for _ in range(12):
        waiting = [i for i in cases.open_items(stage, number) if i.role != "supervisor"]
        if not waiting:
            break
        if waiting[0].task == "record_objection":
            stage.move("8 days")
        else:
            cases.complete(stage, waiting[0])
        _holds(stage, number)
    assert cases.outcome(stage, number) == "confirmed"
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        told = [e for e in events.of_case(session, case.id) if e.kind == "moved"]
    assert [(e.title, e.payload["reason"]) for e in told] == [("乡镇审核意见", "上级要求")]


def test_a_return_past_a_move_replays_it(stage: Stage) -> None:
    number = cases.a_case(stage, "county_check")
    places, version = _places(stage, number)
    here = next(p for p in places if "county_check" in p.ref)
    _move(stage, number, here.ref, "township_opinion", version)
    item = cases.item_at(stage, number, "township_opinion")
    command = ReturnTask(item.id, item.version, "apply/check_papers#1", "重来", str(uuid4()))
    stage.office.perform(command, stage.actor("township_leader", cases.VILLAGE))
    assert [i.task for i in cases.open_items(stage, number)] == ["check_papers"]
    _holds(stage, number)


def test_a_called_process_is_left_as_a_whole(stage: Stage) -> None:
    number = cases.a_case(stage, "post_notice")
    places, version = _places(stage, number)
    assert [p.ref for p in places] == ["apply/public_notice#1", "apply/public_notice/post_notice#1"]
    _move(stage, number, "apply/public_notice#1", "township_opinion", version)
    assert [i.task for i in cases.open_items(stage, number)] == ["township_opinion"]
    _holds(stage, number)
    cases.complete(stage, cases.item_at(stage, number, "township_opinion"))
    assert [i.ref for i in cases.open_items(stage, number)] == ["apply/public_notice/post_notice#2"]
    _holds(stage, number)


def test_branches_that_were_joined_are_gone_back_over_by_a_return_alone(stage: Stage) -> None:
    """Moved back to 受理审查, comparison and visit would run a second time, and the first of them would pass the join alone."""
    number = cases.a_case(stage, "township_opinion")
    places, version = _places(stage, number)
    here = next(p for p in places if "township_opinion" in p.ref)
    with pytest.raises(MoveRefused) as refused:
        _move(stage, number, here.ref, "check_papers", version)
    assert "请由办理环节退回到“受理审查”" in refused.value.message
    item = cases.item_at(stage, number, "township_opinion")
    command = ReturnTask(item.id, item.version, "apply/check_papers#1", "重来", str(uuid4()))
    stage.office.perform(command, stage.actor("township_leader", cases.VILLAGE))
    cases.complete(stage, cases.item_at(stage, number, "check_papers"))
    cases.complete(stage, cases.item_at(stage, number, "investigate_household"))
    assert [i.task for i in cases.open_items(stage, number)] == ["compare_economy"]
