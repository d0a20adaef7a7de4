"""Milliseconds for the first page of a township's queue, with its counts, as the table grows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import insert, text

from benchmarks import chain
from processes.access.scope import Actor
from processes.cases import pages, queues
from processes.cases.models import WorkItem
from processes.office.cases.start import StartCase
from processes.rehearsal.stage import Stage
from tests.builders import cases

_BATCH = 20_000
_TOWNSHIPS = 6
_ROLES = ("window_clerk", "investigator", "township_leader", "county_clerk", "county_leader")


def measure(url: str, rounds: int, sizes: list[int]) -> dict[str, float]:
    """Median milliseconds of page and counts, by number of open items."""
    with township(url) as (stage, clerk):
        found: dict[str, float] = {}
        there = 0
        for size in sizes:
            _fill(stage, there, size)
            there = size
            _settle(stage)
            found[str(size)] = round(median(_page(stage, clerk) for _ in range(rounds)), 3)
    return found


@contextmanager
def township(url: str) -> Iterator[tuple[Stage, Actor]]:
    """An office with one case, and the clerk whose queue is measured."""
    with chain.office(url) as stage:
        clerk = stage.actor("window_clerk", cases.VILLAGE)
        command = StartCase("chain", cases.a_household(stage), {"answer": "yes"})
        stage.office.perform(command, clerk)
        yield stage, clerk


def _settle(stage: Stage) -> None:
    """What the databases do by themselves in the hours in which such a table grows."""
    engine = stage.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text("ANALYZE work_item" if stage.database.is_sqlite else "VACUUM ANALYZE work_item")
        )


def _page(stage: Stage, clerk: Any) -> float:
    begun = time.perf_counter()
    with stage.database.reading(clerk.division) as session:
        page = queues.worklist(session, clerk, queues.Wanted("office"))
        queues.counts(session, clerk, {"office": page.total})
    assert len(page.rows) == pages.PAGE
    return (time.perf_counter() - begun) * 1000


def _fill(stage: Stage, start: int, end: int) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    with stage.database.engine.execution_options(write=True).begin() as connection:
        for first in range(start, end, _BATCH):
            rows = [row(n, now) for n in range(first, min(first + _BATCH, end))]
            connection.execute(insert(WorkItem), rows)


def row(n: int, now: datetime) -> dict[str, Any]:
    """An open item of the nth made-up applicant."""
    township = f"340199{101 + n % _TOWNSHIPS}"
    due = date(2026, 3, 1) + timedelta(days=n % 300)
    return {
        "case_id": 1, "case_number": f"{township}-CH-2026-{n:07d}", "division": f"{township}201", "township": township,
        "applicant": f"申请人{n % 5000}", "initials": f"sqr{n % 5000}", "id_tail": f"{n % 10000:04d}", "category": "", "ref": f"chain/step_{n}#1",
        "task": "step_1", "title": "环节", "role": _ROLES[n // _TOWNSHIPS % len(_ROLES)], "form": "step", "status": "open",
        "version": 1, "offered_at": now, "clock": "", "due_on": due, "yellow_on": due, "red_on": due, "changed_at": now,
        "changed_by": "", "draft_version": 0, "programme": "chain", "cosigning": "", "urged": 0, "seal_mark": f"{n:024d}",
    }  # fmt: skip
