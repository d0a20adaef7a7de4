"""What a timer starts counts from the timer's due day, whenever the worker ran; the sweep runs until nothing is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import event, select

from processes.cases.models import Case, Clock, Suspension
from processes.office import sweeping
from processes.office.sweeping import sweep
from processes.rehearsal.stage import Stage
from tests.builders import cases


def _clocks_after(stage: Stage, days_away: int) -> dict[str, tuple[date, date, date | None]]:
    """The limits of a case whose public notice ended while the worker was away for so many days."""
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    number = cases.a_case(stage, at="post_notice", raw=cases.person_household(f"away{days_away}"))
    cases.complete(stage, cases.item_at(stage, number, "post_notice"))
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert case.due_at is not None
    stage.clock.now = case.due_at + timedelta(days=days_away, minutes=1)
    sweep(stage.office)
    with stage.database.reading("") as session:
        rows = session.scalars(select(Clock).where(Clock.case_id == case.id)).all()
        return {c.name: (c.started_on, c.due_on, c.stopped_on) for c in rows}


def test_limits_are_the_same__whether_the_worker_ran_in_time_or_five_days_late(any_stage: Stage) -> None:
    in_time, late = _clocks_after(any_stage, 0), _clocks_after(any_stage, 5)
    assert late == in_time
    # the notice of seven days, posted on 2 March, ends with the 9th: its timer is due as the 10th begins
    assert any(started == date(2026, 3, 10) for started, _, _ in late.values())
    assert late["public_notice"][2] == date(2026, 3, 10)


def test_one_sweep_fires_all_that_is_due(stage: Stage, monkeypatch: object) -> None:
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)  # type: ignore[attr-defined]
    for n in range(5):
        number = cases.a_case(stage, at="post_notice", raw=cases.person_household(f"many{n}"))
        cases.complete(stage, cases.item_at(stage, number, "post_notice"))
    stage.set_clock(datetime(2026, 3, 20, 9, 0))
    assert sweep(stage.office) >= 5
    with stage.database.reading("") as session:
        assert session.scalars(select(Case.id).where(Case.due_at <= stage.clock.now)).all() == []
    assert sweep(stage.office) == 0


def test_warnings_are_found_by_an_index_of_what_turns(stage: Stage) -> None:
    """The very statements of the sweep are planned by SQLite over indexes that hold what turns, and nothing else."""
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, said: str, values: object, *_rest: object) -> None:
        asked.append((said, values))

    event.listen(stage.database.engine, "before_cursor_execute", note)
    sweeping._warnings(stage.office, ())
    event.remove(stage.database.engine, "before_cursor_execute", note)
    with stage.database.reading("") as session:
        plans = [
            str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all())  # type: ignore[arg-type]
            for said, values in asked
            if "FROM clock" in said
        ]
    for plan, index in zip(
        plans, ("ix_clock_turns_yellow", "ix_clock_turns_red", "ix_clock_runs_out"), strict=True
    ):
        assert index in plan


def test_a_suspended_clock__is_not_looked_at_in_every_sweep(stage: Stage) -> None:
    number = cases.a_case(stage)
    with stage.database.unit_of_work() as uow:
        for clock in uow.session.scalars(select(Clock)):
            clock.suspensions.append(Suspension(from_on=date(2026, 3, 2), reason="补正"))
        uow.commit()
    stage.set_clock(datetime(2026, 12, 20, 9, 0))
    assert number
    assert sweeping._warnings(stage.office, ()) == []
