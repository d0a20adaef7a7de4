"""What a timer starts counts from the timer's due day, whenever the worker ran; the sweep runs until nothing is due."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import event, select

from processes.cases import events
from processes.cases.models import Case, Clock, Suspension
from processes.compound import sweeping
from processes.compound.sweeping import sweep
from processes.rehearsal.stage import Stage
from tests.builders import cases, plans


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


def _many_clocks(stage: Stage, number: str) -> None:
    """200 clocks that run, of every colour; none of them turns on 2 March, when the sweep looks: a quarter is overdue
    for long, the others' next colour comes later."""
    later = {"due_on": date(2026, 4, 20), "yellow_on": date(2026, 3, 22), "red_on": date(2026, 4, 2)}
    past = {"due_on": date(2026, 2, 20), "yellow_on": date(2026, 2, 10), "red_on": date(2026, 2, 15)}
    with stage.database.unit_of_work() as uow:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        for n in range(200):
            colour = ("", "yellow", "red", "overdue")[n % 4]
            uow.add(
                Clock(
                    case_id=case.id, name=f"n{n}", title="限", unit="days", budget=9, started_on=date(2026, 3, 1),
                    warned=colour, **(past if colour == "overdue" else later),
                )
            )  # fmt: skip
        uow.commit()
    with stage.database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if not stage.database.is_sqlite:
            connection.exec_driver_sql("ANALYZE clock")


def test_warnings_are_found_by_an_index_of_what_turns(any_stage: Stage) -> None:
    """The very statements of the sweep are planned over indexes that hold what turns, and nothing else."""
    _many_clocks(any_stage, cases.a_case(any_stage))
    asked = plans.asked(any_stage, lambda: sweeping._warnings(any_stage.office, ()))
    told = [plans.plan(any_stage, one) for one in asked if "FROM clock" in one[0]]
    for plan, index in zip(
        told, ("ix_clock_turns_yellow", "ix_clock_turns_red", "ix_clock_runs_out"), strict=True
    ):
        assert index in plan, plan


def _steps(stage: Stage) -> int:
    """How many instructions SQLite carries out to look for clocks whose colour turned."""
    done = 0

    def count() -> int:
        nonlocal done
        done += 1
        return 0

    def watch(connection: Any, *_rest: object) -> None:
        connection.set_progress_handler(count, 1)

    def leave(connection: Any, *_rest: object) -> None:
        connection.set_progress_handler(None, 1)

    event.listen(stage.database.engine, "checkout", watch)
    event.listen(stage.database.engine, "checkin", leave)
    assert sweeping._warnings(stage.office, ()) == []
    event.remove(stage.database.engine, "checkout", watch)
    event.remove(stage.database.engine, "checkin", leave)
    return done


def test_a_sweep_costs_the_same_with_many_clocks_that_do_not_turn(stage: Stage) -> None:
    number = cases.a_case(stage)
    few = _steps(stage)
    _many_clocks(stage, number)
    assert few > 0
    assert _steps(stage) <= few + 3 * 4  # a look or two into a level more of the indexes, none for a clock


def test_a_clock_turns_yellow_red_and_overdue__each_on_its_day_and_once(any_stage: Stage) -> None:
    number = cases.a_case(any_stage, at="investigate_household")
    with any_stage.database.reading("") as session:
        case_id = session.scalars(select(Case.id).where(Case.number == number)).one()
        running = select(Clock).where(Clock.case_id == case_id, Clock.stopped_on.is_(None))
        clock = session.scalars(running.order_by(Clock.due_on.desc())).first()
    assert clock is not None
    assert clock.yellow_on < clock.red_on <= clock.due_on
    day = timedelta(days=1)
    for on, colour in (
        (clock.yellow_on - day, ""), (clock.yellow_on, "yellow"), (clock.red_on - day, "yellow"), (clock.red_on, "red"),
        (clock.due_on, "red"), (clock.due_on + day, "overdue"), (clock.due_on + 9 * day, "overdue"),
    ):  # fmt: skip
        any_stage.set_clock(datetime.combine(on, time(9)))
        for _ in range(2):
            sweep(any_stage.office)
        with any_stage.database.reading("") as session:
            assert session.get_one(Clock, clock.id).warned == colour, on
    with any_stage.database.reading("") as session:
        told = [e.payload for e in events.of_kind(session, case_id, "clock_warned") if e.title == clock.title]
    assert [p["colour"] for p in told] == ["yellow", "red", "overdue"]


def test_a_suspended_clock__is_not_looked_at_in_every_sweep(stage: Stage) -> None:
    number = cases.a_case(stage)
    with stage.database.unit_of_work() as uow:
        for clock in uow.session.scalars(select(Clock)):
            clock.suspensions.append(Suspension(from_on=date(2026, 3, 2), reason="补正"))
        uow.commit()
    stage.set_clock(datetime(2026, 12, 20, 9, 0))
    assert number
    assert sweeping._warnings(stage.office, ()) == []
