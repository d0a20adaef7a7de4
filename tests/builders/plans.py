"""What pages send to the database, and how the database would find it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from processes.rehearsal.stage import Stage

Sent = tuple[str, Any]
GROWING = (
    "work_item", "case_file", "case_event", "clock", "household", "person", "membership", "access_log", "issued_paper",
)  # fmt: skip
"""Tables that grow with every case and every household."""
_IN_ORDER = "ix_case_file_latest|ix_work_item_open|ix_household_latest|ix_issued_paper_unprinted|ix_case_event_moved|ix_clock_late"
"""Indexes that are walked in the order of a list until it is full; what is left out is not looked up."""
_WHOLE = re.compile(
    rf"\bSCAN (\w+)(?! USING COVERING INDEX| USING INDEX (?:{_IN_ORDER}))(?: |$)|Seq Scan on (\w+)",
    re.MULTILINE,
)


@contextmanager
def sent(stage: Stage) -> Iterator[list[Sent]]:
    """The statements sent meanwhile, with their values."""
    found: list[Sent] = []

    def note(_connection: object, _cursor: object, said: str, values: Any, *_rest: object) -> None:
        found.append((said, values))

    event.listen(stage.database.engine, "before_cursor_execute", note)
    yield found
    event.remove(stage.database.engine, "before_cursor_execute", note)


def asked(stage: Stage, do: Callable[[], Any]) -> list[Sent]:
    """What is sent for one thing."""
    with sent(stage) as found:
        do()
    return [(said, values) for said, values in found if said.lstrip().startswith(("SELECT", "WITH"))]


def plan(stage: Stage, statement: Sent) -> str:
    """How the database would find it; PostgreSQL is told to read a table whole only where no index serves."""
    said, values = statement
    with stage.database.engine.connect() as connection:
        if stage.database.is_sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all()
            return "\n".join(str(row[3]) for row in rows)
        connection.exec_driver_sql("SET enable_seqscan = off")
        rows = connection.exec_driver_sql(f"EXPLAIN {said}", values).all()
        connection.exec_driver_sql("SET enable_seqscan = on")
        return "\n".join(str(row[0]) for row in rows)


def read_whole(stage: Stage, statement: Sent) -> set[str]:
    """Which of the growing tables a statement reads from end to end, and not from an index that holds what it needs."""
    told = plan(stage, statement)
    found = {name for pair in _WHOLE.findall(told) for name in pair}
    said = " ".join(statement[0].split())
    latest = {t for t in found if f"ORDER BY {t}.id DESC LIMIT" in said and "TEMP B-TREE" not in told}
    return found & set(GROWING) - latest
