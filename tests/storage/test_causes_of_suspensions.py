"""The migration that writes into suspensions who caused them, from the events of their cases."""

from __future__ import annotations

from alembic import command
from sqlalchemy import inspect, select

from processes.cases import recorded_rows
from processes.cases.models import Case, Clock, Suspension
from processes.cases.status import SuspensionCause
from processes.compound import row_backlog
from processes.migrations import schema
from processes.office.cases.control import ResumeCase, SuspendCase
from processes.office.steps.complete import CompleteTask
from processes.rehearsal.stage import Stage
from processes.storage.base import WHOLE, WHOLE_WITH_PARTS
from tests.builders import cases

BEFORE = "0063"


def _causes(stage: Stage) -> dict[tuple[str, bool], list[SuspensionCause]]:
    """The causes of suspensions by clock and whether the suspension is over."""
    found: dict[tuple[str, bool], list[SuspensionCause]] = {}
    with stage.database.reading("") as session:
        query = (
            select(Clock.name, Suspension)
            .join(Clock, Clock.id == Suspension.clock_id)
            .order_by(Suspension.id)
        )
        for name, row in session.execute(query):
            found.setdefault((name, row.until_on is not None), []).append(row.cause)
    return found


def _suspended_by_both(stage: Stage) -> str:
    """A case whose acceptance a step has suspended, and whose other clocks a supervisor has, for the second time."""
    number = cases.a_case(stage)
    item = cases.item_at(stage, number, "check_papers")
    answer = {"decision": "supplement", "missing": ["identity"]}
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    stage.office.perform(CompleteTask(item.id, item.version, answer), clerk)
    supervisor = stage.actor("supervisor", "340199")
    stage.office.perform(SuspendCase(number, "核查"), supervisor)
    stage.move("2 days")
    stage.office.perform(ResumeCase(number, "结束"), supervisor)
    stage.office.perform(SuspendCase(number, "再次核查"), supervisor)
    return number


def test_suspensions_of_before_get_their_causes_from_the_events(any_stage: Stage) -> None:
    number = _suspended_by_both(any_stage)
    step, office = SuspensionCause.STEP, SuspensionCause.OFFICE
    expected = {
        ("acceptance", False): [step],
        ("supplement", True): [office],
        ("supplement", False): [office],
    }
    assert _causes(any_stage) == expected
    engine = any_stage.database.engine
    command.downgrade(schema._config(engine), BEFORE)
    assert "cause" not in {c["name"] for c in inspect(engine).get_columns("suspension")}
    schema.upgrade(engine)
    engine.dispose()
    assert _causes(any_stage) == expected
    any_stage.office.perform(ResumeCase(number, "结束"), any_stage.actor("supervisor", "340199"))
    assert _causes(any_stage) == {("acceptance", False): [step], ("supplement", True): [office, office]}


def test_a_limit_told_without_causes_stays_true__and_is_told_anew(any_stage: Stage) -> None:
    """What events said of a limit before there were causes is no alteration of it."""
    number = _suspended_by_both(any_stage)
    with any_stage.database.unit_of_work() as uow:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        for clock in uow.session.scalars(select(Clock).where(Clock.case_id == case.id)):
            older = WHOLE + recorded_rows._hash(clock, clock.record_parts_before())
            assert recorded_rows.digest(clock).startswith(WHOLE_WITH_PARTS)
            assert recorded_rows.fault(clock, older) == ""
            assert recorded_rows._covers_less(clock, older)
            for suspension in clock.suspensions:
                suspension.cause = SuspensionCause.STEP
                suspension.reason = "改"
            assert not clock.suspensions or recorded_rows.fault(clock, older) == "被改动"
        uow.session.rollback()
    assert row_backlog.note_every_row(any_stage.office) >= 0
    with any_stage.database.snapshot("") as session:
        assert list(recorded_rows.differing(session)) == []
