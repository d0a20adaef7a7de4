"""The same day of work, written in round trips and by SQLAlchemy's flush alone, leaves the same rows in all tables."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from processes.compound.sweeping import sweep
from processes.office.cases.comments import AddComment
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.draft import SaveDraft
from processes.rehearsal import player, scenarios
from processes.rehearsal.stage import Stage
from processes.releases.bundle import Bundle
from processes.settings import Settings
from processes.storage import batched_flush
from processes.storage.base import Row
from tests.builders import cases, databases, stages
from tests.conftest import CONTENT

SCENARIOS = ("objection", "returned", "single_person", "supplement_lapsed")


_system = os.urandom


@pytest.fixture
def same_chances(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Calling it begins the same row of chances anew: marks, nonces, salts and tokens come out alike."""

    # Databases of the server need names that no other test has.
    monkeypatch.setattr(databases, "uuid4", lambda: UUID(bytes=_system(16), version=4))

    def begin() -> None:
        dice = random.Random(7)  # noqa: S311  (the same twice is what is wanted)
        monkeypatch.setattr(os, "urandom", dice.randbytes)
        monkeypatch.setattr(random, "_urandom", dice.randbytes)

    return begin


def _a_day(stage: Stage) -> None:
    """Cases taken, claimed, drafted, finished with a second signature, commented; timers."""
    number = cases.a_case(stage)
    item = cases.open_items(stage, number)[0]
    clerk = stage.actor(item.role, cases.VILLAGE)
    stage.office.perform(ClaimTask(item.id, item.version), clerk)
    item = cases.open_items(stage, number)[0]
    stage.office.perform(SaveDraft(item.id, item.version, {"decision": "accept"}), clerk)
    stage.office.perform(AddComment(number, "材料已核"), clerk)
    item = cases.open_items(stage, number)[0]
    other = stage.actor("township_leader", cases.VILLAGE)
    signed = CompleteTask(
        item.id, item.version, cases.answer(stage, item.task), "once", signers=(other.account_id,)
    )
    stage.office.perform(signed, clerk)
    stage.office.perform(signed, clerk)
    cases.a_case(stage, at="record_objection", raw=cases.OTHER_HOUSEHOLD)
    stage.move("9 days")
    while sweep(stage.office):
        pass


def _a_scenario(name: str) -> Callable[[Stage], None]:
    (scenario, *_) = scenarios.read(CONTENT / "minimum_living_allowance" / "scenarios" / f"{name}.yaml")

    def play(stage: Stage) -> None:
        assert player.play(stage, scenario).differences == []

    return play


def _rows(stage: Stage) -> dict[str, list[Any]]:
    with stage.database.reading("") as session:
        connection = session.connection()
        found = {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in Row.metadata.sorted_tables
        }
        found["case_text"] = [
            tuple(row)
            for row in connection.execute(text("SELECT case_id, body FROM case_text ORDER BY 1, 2"))
        ]
    return found


def _stage(kind: str, settings: Settings, folder: Path, bundle: Bundle) -> AbstractContextManager[Stage]:
    if kind == "postgresql":
        return stages.on_postgresql(settings, bundle)
    return closing(stages.on_sqlite(settings, folder / f"{settings.plain_flush}.sqlite", bundle))


WORK = {"day": _a_day, **{name: _a_scenario(name) for name in SCENARIOS}}


@pytest.mark.parametrize("work", WORK)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_same_work__leaves_the_same_rows_both_ways(
    kind: str, work: str, settings_here: Settings, allowance: Bundle, tmp_path: Path, same_chances: Any
) -> None:
    left = []
    with _stage(kind, settings_here, tmp_path, allowance):
        pass  # the model that both are copied from is made before the chances are laid
    for plain in (False, True):
        same_chances()
        with _stage(kind, replace(settings_here, plain_flush=plain), tmp_path, allowance) as stage:
            WORK[work](stage)
            left.append(_rows(stage))
    batched, plainly = left
    for table, rows in batched.items():
        assert rows == plainly[table], table
    assert batched["case_event"]
    assert batched["clock"]
    assert batched["case_text"]


@pytest.mark.parametrize("plain", [False, True])
def test_the_switch_decides_what_writes(stage: Stage, monkeypatch: pytest.MonkeyPatch, plain: bool) -> None:
    number = cases.a_case(stage)
    item = cases.open_items(stage, number)[0]
    clerk = stage.actor(item.role, cases.VILLAGE)
    stage.office.settings = replace(stage.office.settings, plain_flush=plain)
    stored: list[bool] = []

    def store(*given: Any) -> bool:
        stored.append(True)
        return batched_flush.store(*given)

    monkeypatch.setattr("processes.storage.unit_of_work.store", store)
    stage.office.perform(ClaimTask(item.id, item.version), clerk)
    assert stored == ([] if plain else [True])
    assert cases.open_items(stage, number)[0].claimed_by_id == clerk.account_id
