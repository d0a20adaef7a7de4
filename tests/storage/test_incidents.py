"""What fails by itself: one incident for each place, tried again ever more seldom, gone when it has come right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from processes.cases import queries
from processes.cases.models import Case, Incident
from processes.compound.sweeping import sweep
from processes.engine import progress as p
from processes.errors import EngineFault
from processes.office import run
from processes.office.cases.incidents import RetryIncident
from processes.papers import issue
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person


def _incidents(stage: Stage) -> list[Incident]:
    with stage.database.reading("") as session:
        return [i for _, i in queries.incidents(session)]


def _fail_when_due(monkeypatch: pytest.MonkeyPatch) -> None:
    advance = run.Run.advance

    def failing(run: run.Run, given: p.Input, *rest: object) -> p.Progress:
        if isinstance(given, p.Due):
            raise EngineFault(reason="试验")
        return advance(run, given, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(run.Run, "advance", failing)


def _notice_is_over(stage: Stage) -> str:
    """A case whose public notice ends by its timer, at that instant."""
    number = cases.a_case(stage, at="post_notice")
    cases.complete(stage, cases.item_at(stage, number, "post_notice"))
    with stage.database.reading("") as session:
        due_at = session.scalars(select(Case.due_at).where(Case.number == number)).one()
    assert due_at is not None
    stage.clock.now = due_at
    return number


def test_a_timer_that_fails__is_one_incident_tried_ever_more_seldom(
    any_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, stage = _notice_is_over(any_stage), any_stage
    _fail_when_due(monkeypatch)
    begun = stage.clock.now
    # 5 minutes, then 10, 20, 40, 80, and 80 from then on.
    for tries, minutes in enumerate((5, 10, 20, 40, 80, 80), start=1):
        sweep(stage.office)
        (incident,) = _incidents(stage)
        assert incident.attempts == tries
        assert incident.next_try_at == stage.clock.now + timedelta(minutes=minutes)
        assert incident.at == begun
        sweep(stage.office)
        assert _incidents(stage)[0].attempts == tries, "not tried before its time"
        stage.clock.now += timedelta(minutes=minutes)
    page = Person(stage, "supervisor").get("/oversight").text
    assert "流程无法继续：试验" in page
    monkeypatch.undo()
    sweep(stage.office)
    assert _incidents(stage) == []
    assert "没有异常" in Person(stage, "supervisor").get("/oversight").text
    assert "record_objection" not in {i.task for i in cases.open_items(stage, number)}


def test_somebody_says_try_again__it_is_tried_at_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    _notice_is_over(stage)
    _fail_when_due(monkeypatch)
    sweep(stage.office)
    monkeypatch.undo()
    (incident,) = _incidents(stage)
    sweep(stage.office)
    assert _incidents(stage), "its time has not come"
    stage.office.perform(RetryIncident(incident.id), stage.actor("supervisor", "340199"))
    sweep(stage.office)
    assert _incidents(stage) == []


def test_a_defect_in_one_case_and_in_one_paper__keeps_no_other_waiting(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = cases.a_case(stage, at="post_notice")
    cases.complete(stage, cases.item_at(stage, poisoned, "post_notice"))
    sound = cases.a_case(stage, at="post_notice", raw=cases.OTHER_HOUSEHOLD)
    cases.complete(stage, cases.item_at(stage, sound, "post_notice"))
    advance, make = run.Run.advance, issue.make

    def broken_advance(run: run.Run, given: p.Input, *rest: object) -> p.Progress:
        if isinstance(given, p.Due) and run.case.number == poisoned:
            raise KeyError("张建国")
        return advance(run, given, *rest)  # type: ignore[arg-type]

    def broken_make(row: IssuedPaper, *rest: object) -> tuple[str, int, int]:
        if row.case_id == 1:
            raise KeyError("张建国")
        return make(row, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(run.Run, "advance", broken_advance)
    monkeypatch.setattr(issue, "make", broken_make)
    with stage.database.reading("") as session:
        waiting = session.scalars(select(IssuedPaper)).all()
        stage.clock.now = max(d for d in session.scalars(select(Case.due_at)) if d is not None)
    others = [w for w in waiting if w.case_id != 1]
    assert jobs.make_papers(stage.office) == len(others) > 0
    assert sweep(stage.office) > 0
    found = _incidents(stage)
    assert {i.code for i in found} == {"defect"}
    assert {i.place for i in found} == {"timer", *(f"paper/{w.code}" for w in waiting if w.case_id == 1)}
    assert all("系统出现故障（编号" in i.message and "张建国" not in i.message for i in found)
    with stage.database.reading("") as session:
        due = dict(session.execute(select(Case.number, Case.due_at)).all())
    assert due[poisoned] == stage.clock.now + timedelta(minutes=5)
    assert due[sound] != stage.clock.now, "its timer fired"
