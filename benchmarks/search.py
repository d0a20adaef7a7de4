"""Milliseconds for the first page, the counts and every kind of search, with many open and five times as many done."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

from sqlalchemy import insert, text

from benchmarks import queue
from processes.cases import queues
from processes.cases.models import WorkItem
from processes.rehearsal.stage import Stage
from processes.storage import full_text

_BATCH = 20_000
DONE_FOR_EACH = 5
_SAID = "申请人第{n}户反映屋顶漏雨，第{k}组"


def measure(url: str, rounds: int, sizes: list[int]) -> dict[str, dict[str, float]]:
    """By number of open items: `page`, `counts`, `name`, `initials`, `tail`, `number`, `text` in ms."""
    with queue.township(url) as (stage, clerk):
        found = {}
        there = 0
        for size in sizes:
            _fill(stage, there, size)
            there = size
            _settle(stage)
            found[str(size)] = {name: _timed(stage, clerk, ask, rounds) for name, ask in _asks(clerk).items()}
    return found


def _asks(clerk: Any) -> dict[str, Callable[[Any], Any]]:
    def page(word: str) -> Callable[[Any], Any]:
        return lambda session: queues.worklist(session, clerk, queues.Wanted("office", word=word))

    return {
        "page": page(""),
        "counts": lambda session: queues.counts(session, clerk),
        "name": page("申请人12"),
        "initials": page("sqr12"),
        "tail": page("0012"),
        "number": page("340199101-CH-2026-0000012"),
        "text": page("第12户反映"),
    }


def _timed(stage: Stage, clerk: Any, ask: Callable[[Any], Any], rounds: int) -> float:
    times = []
    for _ in range(rounds + 1):
        with stage.database.reading(clerk.division) as session:
            begun = time.perf_counter()
            ask(session)
            times.append((time.perf_counter() - begun) * 1000)
    return round(median(times[1:]), 2)


def _fill(stage: Stage, start: int, end: int) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    with stage.database.engine.execution_options(write=True).begin() as connection:
        for first in range(start, end, _BATCH):
            last = min(first + _BATCH, end)
            rows = [queue.row(n, now) for n in range(first, last)]
            connection.execute(insert(WorkItem), rows)
            for k in range(DONE_FOR_EACH):
                done = [
                    r
                    | {
                        "status": "done",
                        "completed_by_id": 1 + n % 30,
                        "completed_at": now,
                        "ref": f"done/{k}#1",
                    }
                    for n, r in enumerate(rows)
                ]
                connection.execute(insert(WorkItem), done)
            said = [
                {"case_id": n + 2, "body": " ".join(full_text.pairs(_SAID.format(n=n, k=n % 9)))}
                for n in range(first, last)
            ]
            body = ":body" if stage.database.is_sqlite else "to_tsvector('simple', :body)"
            connection.execute(text(f"INSERT INTO case_text (case_id, body) VALUES (:case_id, {body})"), said)  # noqa: S608


def _settle(stage: Stage) -> None:
    """What the databases do by themselves in the hours in which such tables grow."""
    engine = stage.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for table in ("work_item", "case_text"):
            if stage.database.is_sqlite:
                if table == "work_item":
                    connection.execute(text("ANALYZE work_item"))
            else:
                connection.execute(text(f"VACUUM ANALYZE {table}"))
