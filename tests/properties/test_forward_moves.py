"""Over every programme: after a confirmed move forward the case can still be finished, and no event's branch was entered."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.cases import actions
from processes.cases.models import Case, WorkItem
from processes.cases.move_models import CaseMove
from processes.cases.status import MoveStatus
from processes.engine import moves
from processes.engine.diagrams import Diagram
from processes.errors import MoveRefused, YimenError
from processes.office.cases import move
from processes.office.cases.move import DecideMove, MoveCase
from processes.office.run import Run
from processes.office.steps.complete import CompleteTask
from processes.releases import bundle as bundles
from processes.releases import effects
from tests.builders.nightly import NIGHTLY
from tests.conftest import CONTENT
from tests.properties.test_nobody_alone import DAY, World, a_world, as_of_today, opened_case

RUNS, STEPS, ROUNDS = 6 if NIGHTLY else 2, 30, 120
_moved: set[tuple[str, str, str]] = set()


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        made = a_world(folder)
        yield made
        made.stage.close()


def _complete(world: World, place: str, item: WorkItem, first: int) -> bool:
    """Finish a step with one of the answers that scenarios give; whether one was taken."""
    known = world.answers.get(item.task) or [{}]
    for n in range(len(known)):
        data = as_of_today(world, known[(first + n) % len(known)])
        command = CompleteTask(item.id, item.version, data, str(uuid4()))
        for person in ("", "#2"):
            try:
                actor = world.stage.actor(f"{item.role}{person}", place, item.department)
                world.stage.office.perform(command, actor)
            except YimenError:
                continue
            return True
    return False


def _is_open(world: World, number: str) -> bool:
    with world.stage.database.reading("") as session:
        return session.scalars(select(Case.status).where(Case.number == number)).one() == "open"


def _waiting(world: World, number: str) -> list[WorkItem]:
    with world.stage.database.reading("") as session:
        query = select(WorkItem).where(WorkItem.case_number == number, WorkItem.status == "open")
        return list(session.scalars(query.order_by(WorkItem.id)))


def _forward(world: World, number: str, place: str, programme: str) -> tuple[str, str] | None:
    """Make the first move forward that was not made in another run; from where to where, or nothing."""
    supervisor = world.stage.actor("supervisor", place)
    with world.stage.database.unit_of_work() as uow:
        case = actions.locked_case(uow, supervisor, number)
        if case.status != "open":
            return None
        run = Run(uow, supervisor, case, actions.items_of(uow, case))
        where, version = move.places(run), case.version
    for standing in where:
        here = standing.ref.split("#")[0].rpartition("/")[2]
        for target in standing.targets:
            if target.is_back or (programme, here, target.id) in _moved:
                continue
            _moved.add((programme, here, target.id))
            command = MoveCase(number, "上级要求", standing.ref, target.id, version)
            try:
                world.stage.office.perform(command, supervisor)
                with world.stage.database.reading("") as session:
                    query = select(CaseMove.id).join(Case, Case.id == CaseMove.case_id)
                    asked = session.scalars(
                        query.where(Case.number == number, CaseMove.status == MoveStatus.ASKED)
                    ).one()
                leader = world.stage.actor("county_leader", place)
                world.stage.office.perform(DecideMove(asked, True), leader)
            except MoveRefused as refused:
                assert "退回" in refused.message, "only what was granted forbids a move that is offered"
                continue
            return here, target.id
    return None


def _finish(world: World, number: str, place: str) -> None:
    for n in range(ROUNDS):
        if not _is_open(world, number):
            return
        if not any(_complete(world, place, item, n) for item in _waiting(world, number)):
            world.stage.move("8 days")
    raise AssertionError(f"{number} stands at {[i.ref for i in _waiting(world, number)]}")


def test_a_case_that_was_moved_forward_is_finished(world: World) -> None:
    for scenario in world.starts:
        programme = str(scenario.content["programme"])
        for answer in range(RUNS):
            world.stage.set_clock(DAY)
            opened = opened_case(world, scenario)
            assert opened is not None
            for _ in range(STEPS):
                if _forward(world, *opened, programme) or not _is_open(world, opened[0]):
                    break
                if not any(_complete(world, opened[1], i, answer) for i in _waiting(world, opened[0])):
                    world.stage.move("8 days")
            _finish(world, *opened)
    assert {("county_check", "county_decision"), ("complete_paperwork", "confirm_paperwork")} <= {
        (here, to) for _, here, to in _moved
    }


def _main(diagram: Diagram) -> set[str]:
    """What a process comes to without any event of a boundary; written here apart from what it is to hold against."""
    seen = {n.id for n in diagram.nodes.values() if n.kind == "startEvent"}
    while True:
        more = {f.target for f in diagram.flows if f.source in seen} - seen
        if not more:
            return seen
        seen |= more


def test_no_move_at_all_leads_from_the_main_way_into_a_branch_that_an_event_begins() -> None:
    looked_at = 0
    for folder in sorted(p.parent for p in CONTENT.glob("*/programme.toml")):
        bundle = bundles.read_folder(folder)
        for start in bundle.starts.values():
            definition = bundle.definition(start.process)
            deciding = effects.deciding_steps(bundle, start.process)
            for diagram in definition.diagrams.values():
                main, everything = _main(diagram), {n.id for n in diagram.nodes.values()}
                for here in (n for n in diagram.nodes.values() if n.is_offered and n.id in main):
                    offered, refused = moves._targets(definition, here, everything, deciding)
                    assert {t.id for t in offered} <= main, (diagram.process, here.id)
                    assert all(refused.values())
                    looked_at += len(refused)
    assert looked_at


@pytest.mark.parametrize(
    ("programme", "process", "here", "to", "reason"),
    [
        ("one_window", "hotline", "call_back", "urge_call_back", "“督办回拨”只在“回拨超期”发生后办理，不能由人员移入"),
        (
            "minimum_living_allowance", "apply", "check_papers", "township_opinion",
            "中间有系统办理的“受理”，越过它以后的环节将无法办结",
        ),
        ("double_benefit", "", "verify_double_benefit", "confirm_stop", "以后的环节要用到“核查重复享受”填写的内容，不能不办"),
    ],
)  # fmt: skip
def test_the_reason_is_told(programme: str, process: str, here: str, to: str, reason: str) -> None:
    bundle = bundles.read_folder(CONTENT / programme)
    definition = bundle.definition(process or None)
    node = definition.diagrams[definition.process].nodes[here]
    deciding = effects.deciding_steps(bundle, process)
    standing = moves.Position(
        f"{definition.process}/{here}#1", "", *moves._targets(definition, node, (), deciding)
    )
    with pytest.raises(MoveRefused) as refused:
        moves.target([standing], standing.ref, to)
    assert reason in refused.value.message
