"""Queues of people with several offices, their scope, and connections that died while they rested."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, text

from processes.cases import events, queues
from processes.cases.models import Case
from processes.office.steps.complete import CompleteTask
from processes.policy.calendar import SHANGHAI
from processes.rehearsal.stage import Stage
from processes.storage import engines
from tests.builders import cases


def test_two_roles_see_both_queues_as_one__within_their_place(any_stage: Stage) -> None:
    at_window = cases.a_case(any_stage, raw=cases.OTHER_HOUSEHOLD)
    at_home = cases.a_case(any_stage, at="investigate_household")
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    both = replace(clerk, roles=frozenset({"window_clerk", "investigator"}))
    elsewhere = replace(both, division="340199102")
    with any_stage.database.reading(both.division) as session:
        page = queues.worklist(session, both, queues.Wanted("office"))
        assert {r.case_number for r in page.rows} == {at_window, at_home}
        assert [r.due_on for r in page.rows] == sorted(r.due_on for r in page.rows)
        assert page.total == len(page.rows)
        assert queues.counts(session, both) == {"mine": 0, "office": page.total}
    with any_stage.database.reading(elsewhere.division) as session:
        assert queues.worklist(session, elsewhere, queues.Wanted("office")).rows == []


@pytest.mark.slow
@pytest.mark.parametrize("any_stage", ["postgresql"], indirect=True)
def test_a_connection_that_died_at_rest__is_replaced(
    any_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "REST_SECONDS", 0)
    engine = any_stage.database.engine
    with engine.connect() as at_rest, engine.connect() as other:
        pid = at_rest.scalar(text("SELECT pg_backend_pid()"))
        at_rest.close()
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    for _ in range(engine.pool.size()):  # type: ignore[attr-defined]
        with any_stage.database.reading("") as session:
            assert session.scalar(text("SELECT pg_backend_pid()")) != pid


def test_a_clock_in_another_zone__seals_the_same_events(stage: Stage) -> None:
    number = cases.a_case(stage)
    stage.clock.now = stage.clock.now.astimezone(SHANGHAI)
    item = cases.item_at(stage, number, "check_papers")
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stage.office.perform(CompleteTask(item.id, item.version, {"decision": "accept"}), clerk)
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert events.verify(session, case) is None
