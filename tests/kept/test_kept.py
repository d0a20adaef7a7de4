"""Cases of every stored release continue under the current program and finish as expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from processes.access.scope import system_actor
from processes.cases import events
from processes.cases.models import Case
from processes.engine import migration
from processes.errors import DutySeparation
from processes.migrations import schema
from processes.office.run import Run
from processes.rehearsal import compare, observation
from processes.rehearsal.player import Player
from processes.rehearsal.results import Result
from processes.rehearsal.stage import Stage, commit_numbers
from processes.settings import from_environment
from processes.storage import keyring
from tests.builders.desks import colleague
from tests.kept.keep import CONTENT, unpack

KEPT = sorted(Path(__file__).parent.glob("*.tar.xz"))


def _take(player: Player, n: int, step: dict[str, Any]) -> None:
    """A step as it was taken then; where one leader did two deciding steps, the township's second leader does the later one."""
    try:
        player.take(n, step)
    except DutySeparation:
        colleague(player.stage, "t1_leader", f"t1_leader_{n}", "赵主管")
        kept = {k: v for k, v in step.items() if k not in ("after", "wait", "top_up")}
        player.take(n, kept | {"by": "township_leader#2"})


def _commit_numbers(stage: Stage) -> None:
    """Two offices commit to the numbers of every stage: an office that has none visits every household."""
    with stage.database.unit_of_work() as uow:
        commit_numbers(uow)
        uow.commit()


def test_something_is_kept() -> None:
    assert len(KEPT) >= 4


@pytest.mark.parametrize("packed", KEPT, ids=lambda p: p.name.removesuffix(".tar.xz"))
def test_a_kept_case_finishes(packed: Path, tmp_path: Path) -> None:
    left = unpack(packed, tmp_path)
    settings = replace(from_environment(), var=tmp_path, content=CONTENT)
    keyring.use(keyring.open_keyring(settings.keys))
    stage = Stage(settings, f"sqlite:///{tmp_path}/stage.sqlite")
    schema.upgrade(stage.database.engine)
    _commit_numbers(stage)
    stage.clock.now = datetime.fromisoformat(left["now"])
    player = Player(stage, left["content"])
    player.number, player.division, player.household = left["number"], left["division"], left["household"]
    steps = left["content"]["steps"]
    assert left["after"] < len(steps)
    for n, step in enumerate(steps[left["after"] :], start=left["after"] + 1):
        _take(player, n, step)
    result = Result(left["content"]["scenario"], packed.name)
    observation.look(stage, player.number, player.division, result)
    assert compare.differences(left["content"]["expect"], result) == []
    with stage.database.reading("") as session:
        for case in session.scalars(select(Case)).all():
            assert events.verify(session, case) is None
    stage.close()


@pytest.mark.parametrize("packed", KEPT, ids=lambda p: p.name.removesuffix(".tar.xz"))
def test_every_step_of_a_kept_case_is_safe_under_its_own_content(packed: Path, tmp_path: Path) -> None:
    """The journal told again to the same definition gives the same case, wherever it stands."""
    left = unpack(packed, tmp_path)
    settings = replace(from_environment(), var=tmp_path, content=CONTENT)
    keyring.use(keyring.open_keyring(settings.keys))
    stage = Stage(settings, f"sqlite:///{tmp_path}/stage.sqlite")
    schema.upgrade(stage.database.engine)
    _commit_numbers(stage)
    stage.clock.now = datetime.fromisoformat(left["now"])
    player = Player(stage, left["content"])
    player.number, player.division, player.household = left["number"], left["division"], left["household"]
    judged = 0
    for n, step in enumerate([{}, *left["content"]["steps"][left["after"] :]]):
        if n:
            _take(player, n, step)
        with stage.database.unit_of_work() as uow:
            for case in uow.session.scalars(select(Case)).all():
                run = Run(uow, system_actor(), case, [])
                verdict = migration.judge(
                    run.definition, run.definition, run.state(), run.facts(), run.facts()
                )
                assert (verdict.kind, verdict.reasons) == (migration.Kind.SAFE, ()), case.number
                assert migration.touched(run.definition, run.state()) == ([], [])
                judged += 1
    assert judged >= 2
    stage.close()
