"""The worker's loop: every second waiting papers, every half minute timers; long work in separate processes.

It survives failures. What is unavailable (the database restarts, a mail server is down) is retried in the
next round. An unexpected error in one task is logged and that task pauses; the others continue.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

import structlog

from processes import defects
from processes.compound.sending import send_mail, send_short_messages
from processes.compound.sweeping import sweep
from processes.errors import YimenError
from processes.office import Office
from processes.worker import clock_watch, heartbeat, jobs, soundness

Task = Callable[[Office], object]

SWEEP_EVERY = 30
CLOCK_EVERY = 5
REST_AFTER_DEFECT = 60
"""Seconds that a task pauses after an unexpected error."""
log = structlog.get_logger()


def beat(office: Office) -> None:
    """Record a heartbeat."""
    heartbeat.beat(office.settings)


def fire_due(office: Office) -> None:
    """Fire timers and warnings, with heartbeats in between."""
    sweep(office, lambda: beat(office))


def serve_supervisors(office: Office) -> None:
    """Do what supervisors requested: rehearsals, simulations, migrations."""
    jobs.rehearse_drafts(office)
    jobs.simulate_drafts(office)
    jobs.migrate_cases(office)


IN_TURN: tuple[tuple[Task, int], ...] = (
    (fire_due, SWEEP_EVERY),
    (jobs.anchor_chains, SWEEP_EVERY),
    (jobs.make_papers, 1),
    (jobs.remove_files, 1),
)
"""Tasks, and every how many rounds they run."""
BY_THE_CLOCK: tuple[Task, ...] = (fire_due, jobs.anchor_chains)
"""Tasks that a wrong clock would make irreversible errors in."""
BESIDE: tuple[Task, ...] = (
    serve_supervisors, jobs.make_runs, send_mail, send_short_messages, soundness.look_daily,
)  # fmt: skip
"""Long tasks, each in a thread of its own, so that people at the window do not wait for papers."""


class Worker:
    """The tasks of an office, and which of them pause."""

    def __init__(
        self, office: Office, seconds: Callable[[], float] = clock_watch.seconds_since_start
    ) -> None:
        self.office = office
        self._clock = clock_watch.ClockWatch(office, seconds)
        self._held: str | None = None
        self._round = 0
        self._rests_until: dict[Task, int] = {}
        self._threads: dict[Task, threading.Thread] = {}

    def go_round(self) -> None:
        """Run once what is due now; never raises."""
        self._do(beat)
        if self._round % CLOCK_EVERY == 0 or self._held:
            self._do(self._look_at_clock)
        for task, every in IN_TURN:
            if self._round % every == 0 and not (self._held and task in BY_THE_CLOCK):
                self._do(task)
        for task in BESIDE:
            thread = self._threads.get(task)
            if thread is None or not thread.is_alive():
                self._threads[task] = threading.Thread(target=self._do, args=(task,), daemon=True)
                self._threads[task].start()
        self._round += 1

    def _look_at_clock(self, office: Office) -> None:
        """Stop timers while the clock is wrong, shown on 督办; resume when it is right again."""
        fault = self._clock.fault()
        if fault and not self._held:
            log.error("clock_wrong", fault=fault)
        if fault:
            heartbeat.hold(office.settings, fault)
        elif self._held or heartbeat.held(office.settings):
            heartbeat.release(office.settings)
        self._held = fault

    def _do(self, task: Task) -> None:
        if self._round < self._rests_until.get(task, 0):
            return
        try:
            task(self.office)
        except YimenError as fault:
            log.warning("worker_waits", task=task.__name__, code=fault.code)
        except Exception as fault:
            defects.note(fault, task=task.__name__)
            self._rests_until[task] = self._round + REST_AFTER_DEFECT


def work(office: Office) -> None:
    """Run until told to stop (SIGTERM, SIGINT)."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    worker = Worker(office)
    while not stop.is_set():
        worker.go_round()
        stop.wait(1)
