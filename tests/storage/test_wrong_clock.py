"""A wrong clock stops timers and is reported; after a quiet night, holidays and corrections they resume by
themselves."""

from __future__ import annotations

import signal
import subprocess
import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from processes.cases.models import Case
from processes.rehearsal.stage import Stage
from processes.worker import heartbeat, loop
from processes.worker.loop import Worker
from tests.builders import cases
from tests.builders import workers as processes
from tests.builders.desks import Person


class Steady:
    """Seconds that nobody sets."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds_since_start(monkeypatch: pytest.MonkeyPatch) -> Steady:
    """No task but the timers, and those in every round."""
    monkeypatch.setattr(loop, "BESIDE", ())
    monkeypatch.setattr(loop, "CLOCK_EVERY", 1)
    monkeypatch.setattr(loop, "IN_TURN", ((loop.fire_due, 1),))
    return Steady()


def _waiting_notice(stage: Stage) -> datetime:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    number = cases.a_case(stage, at="post_notice")
    cases.complete(stage, cases.item_at(stage, number, "post_notice"))
    with stage.database.reading("") as session:
        due = session.scalars(select(Case.due_at)).one()
    assert due is not None
    return due


def _fired(stage: Stage, due: datetime) -> bool:
    with stage.database.reading("") as session:
        return session.scalars(select(Case.due_at)).one() != due


def _goes_on(stage: Stage, seconds_since_start: Steady, by: timedelta) -> None:
    stage.clock.now += by
    seconds_since_start.now += by.total_seconds()


def test_a_day_ahead_for_half_a_minute__fires_nothing_and_is_said(
    stage: Stage, seconds_since_start: Steady
) -> None:
    due = _waiting_notice(stage)
    work = Worker(stage.office, seconds_since_start)
    work.go_round()
    right = stage.clock.now
    stage.clock.now = due + timedelta(minutes=1)  # seven days on, in a second
    seconds_since_start.now += 1
    work.go_round()
    assert not _fired(stage, due)
    page = Person(stage, "supervisor").get("/oversight").text
    assert "到期事项暂停处理：本机时钟突然变快" in page
    assert "应为 2026-03-02" in page
    assert Person(stage, "supervisor").get("/healthz").json["worker"] == "held"
    stage.clock.now = right + timedelta(seconds=2)
    seconds_since_start.now += 1
    work.go_round()
    assert "到期事项暂停处理" not in Person(stage, "supervisor").get("/oversight").text
    _goes_on(stage, seconds_since_start, due - stage.clock.now + timedelta(minutes=1))
    work.go_round()
    assert _fired(stage, due), "when it is time"


def test_a_clock_that_goes_back__is_said_too(stage: Stage, seconds_since_start: Steady) -> None:
    _waiting_notice(stage)
    work = Worker(stage.office, seconds_since_start)
    stage.clock.now -= timedelta(hours=3)
    work.go_round()
    assert "突然变慢" in (heartbeat.held(stage.office.settings) or "")


def test_a_quiet_night_and_holidays__are_no_fault(stage: Stage, seconds_since_start: Steady) -> None:
    due = _waiting_notice(stage)
    work = Worker(stage.office, seconds_since_start)
    for _ in range(3):  # nobody works, the worker runs, the machine sleeps now and then
        _goes_on(stage, seconds_since_start, timedelta(days=2))
        work.go_round()
        assert heartbeat.held(stage.office.settings) is None
    assert not _fired(stage, due)
    _goes_on(stage, seconds_since_start, timedelta(days=2))
    work.go_round()
    assert _fired(stage, due)


def test_a_worker_that_was_off_over_the_holidays__believes_its_clock(
    stage: Stage, seconds_since_start: Steady
) -> None:
    due = _waiting_notice(stage)
    Worker(stage.office, seconds_since_start).go_round()
    stage.clock.now += timedelta(days=10)
    again = Worker(stage.office, Steady())
    again.go_round()
    assert heartbeat.held(stage.office.settings) is None
    assert _fired(stage, due)


def test_a_restart_says_that_the_new_time_is_right(stage: Stage, seconds_since_start: Steady) -> None:
    due = _waiting_notice(stage)
    work = Worker(stage.office, seconds_since_start)
    stage.clock.now += timedelta(days=10)
    work.go_round()
    assert heartbeat.held(stage.office.settings)
    assert not _fired(stage, due)
    Worker(stage.office, seconds_since_start).go_round()
    assert heartbeat.held(stage.office.settings) is None
    assert _fired(stage, due)


_WORK = """
from datetime import UTC, timedelta
from processes.worker import loop
from processes.storage.unit_of_work import current_instant
loop.BESIDE = ()
loop.IN_TURN = ((loop.fire_due, 1),)
office.database.clock = lambda: current_instant() + timedelta(hours={hours})
loop.work(office)
"""


@pytest.mark.parametrize("hours", [0, 5])
@pytest.mark.parametrize("any_stage", ["postgresql"], indirect=True)
def test_a_process_hours_off_the_servers_clock__fires_nothing(any_stage: Stage, hours: int) -> None:
    """SQLite has no clock of its own."""
    due = _waiting_notice(any_stage)
    child: subprocess.Popen[str] = processes.worker(any_stage, _WORK.format(hours=hours))
    settings = any_stage.office.settings
    for _ in range(150):
        time.sleep(0.1)
        if _fired(any_stage, due) or heartbeat.held(settings):
            break
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=20)
    assert _fired(any_stage, due) == (hours == 0)
    assert ("数据库服务器显示" in (heartbeat.held(settings) or "")) == (hours == 5)
