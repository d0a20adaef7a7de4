"""Milliseconds and statements of real pages, for each role that may open them.

Measured in the demo county and in a county of 60,000 households; each beside a page that reads only the
signed-in person.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event, select

from benchmarks import county
from processes.access import accounts
from processes.access.models import Account
from processes.access.scope import Actor
from processes.cases.models import Case, WorkItem
from processes.office import Office
from processes.people.models import Household
from processes.rehearsal.county import PASSWORD
from tests.builders.desks import USERS
from web.app import create_app

FLOOR = "/about"
GOAL_MS, QUEUE_GOAL_MS = 50.0, 20.0
TOWNSHIP = "340199101"
_OK = 200
_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
PAGES = (
    "/", "/worklist", "/worklist?queue=office", "/worklist?queue=done", "/worklist?queue=office&q=张",
    "/worklist?queue=office&q=医疗费用", "/worklist?queue=office&order=priority", "/worklist?queue=office&colour=overdue",
    "{case}", "{task}", "/cases", "/cases?programme=minimum_living_allowance", "/cases?state=open", "/cases?state=closed",
    "/cases?township=340199101", "/cases?since=2026-01-01&until=2026-02-01", "/cases?q=张", "/cases?q=zjg",
    "/households", "/households?q=张", "/households?q=zjg", "/households?q=0012", "/households?q=未登记者", "{household}",
    "/load", "/load/cases", "/load/cases?state=late", "/load/cases?state=week&township=340199101", "/oversight",
    "/oversight/heat/minimum_living_allowance", "/oversight/heat/minimum_living_allowance/figures?days=3650",
    "/oversight/moves", "/studio", "/archive", "/papers/batch", "/prints", "/payments", "/calls", "/differences", "/transfers",
    "/notices", "/audit", "/audit?action=paper_read", "/audit?q=郑县办", "/audit?q=340199101", "/parameters", "/draws", "/funds",
)  # fmt: skip


def measure(url: str, rounds: int) -> dict[str, Any]:
    """By size of the county: how many rows, the pages by role, and which of them are over the goal."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["YIMEN_VAR"] = folder
        office = county.found(url, Path(folder))
        found: dict[str, Any] = {"demo": _pages(office, rounds)}
        found["rows"] = county.multiply(office)
        found["wrong_chains"] = county.wrong_chains(office)
        found["county"] = _pages(office, rounds)
        found["over"] = _over(found["county"])
        office.database.close()
    return found


def _over(measured: dict[str, dict[str, dict[str, float]]]) -> dict[str, float]:
    """Pages over the goal, by role and address."""
    return {
        f"{role} {page}": told["ms"]
        for role, pages in measured.items()
        for page, told in pages.items()
        if told["ms"] > (QUEUE_GOAL_MS if page == "/worklist" else GOAL_MS)
    }


def _pages(office: Office, rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """By role and address: `ms`, `p95`, `cpu` (the least time of this processor, PostgreSQL's own not counted: what else the
    machine does hardly changes it), `floors` (how many times the page that reads nothing), `sql`, `kb`."""
    return {role: _of_role(office, name, rounds) for role, name in USERS.items()}


def _of_role(office: Office, username: str, rounds: int) -> dict[str, dict[str, float]]:
    client = _signed_in(office, username)
    known = _objects(office, _actor(office, username))
    opened = [p.format(**known) for p in PAGES]
    opened = [p for p in opened if p and client.get(p).status_code == _OK]
    times: dict[str, list[float]] = {p: [] for p in (FLOOR, *opened)}
    spent: dict[str, list[float]] = {p: [] for p in times}
    told: dict[str, dict[str, float]] = {}
    # In turns, so that what else the machine does in the meantime falls on all.
    for _ in range(rounds):
        for page in times:
            with _counted(office) as counted:
                begun, worked = time.perf_counter(), time.process_time()
                said = client.get(page)
                times[page].append((time.perf_counter() - begun) * 1000)
                spent[page].append((time.process_time() - worked) * 1000)
            told[page] = {"sql": len(counted), "kb": round(len(said.data) / 1024, 1)}
    floor = median(times[FLOOR])
    return {
        _without_row(page, known): {
            "ms": round(median(taken), 1), "p95": round(sorted(taken)[int(len(taken) * 0.95)], 1),
            "cpu": round(min(spent[page]), 1), "floors": round(median(taken) / floor, 1), **told[page],
        }
        for page, taken in times.items()
    }  # fmt: skip


def _without_row(page: str, known: dict[str, str]) -> str:
    return next((f"{{{name}}}" for name, address in known.items() if address == page), page)


@contextmanager
def _counted(office: Office) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found.append(statement)

    event.listen(office.database.engine, "before_cursor_execute", note)
    yield found
    event.remove(office.database.engine, "before_cursor_execute", note)


def _signed_in(office: Office, username: str) -> Any:
    client = create_app(office).test_client()
    token = _TOKEN.search(client.get("/sign-in").text)
    assert token is not None
    form = {"username": username, "password": PASSWORD, "csrf_token": token.group(1)}
    client.post("/sign-in", data=form, headers={"Referer": "https://localhost/"})
    return client


def _actor(office: Office, username: str) -> Actor:
    with office.database.reading("") as session:
        return accounts.actor_of(session.scalars(select(Account).where(Account.username == username)).one())


def _objects(office: Office, actor: Actor) -> dict[str, str]:
    """Addresses of a case with a step of this role that is open, of the step, and of the case's household."""
    with office.database.reading(actor.division, actor.department) as session:
        mine = select(WorkItem).where(WorkItem.status == "open", WorkItem.role.in_(sorted(actor.roles)))
        item = session.scalars(mine.order_by(WorkItem.id.desc()).limit(1)).first()
        query = select(Case).order_by(Case.id).limit(1)
        query = query if item is None else select(Case).where(Case.id == item.case_id)
        case = session.scalars(query).first()
        if case is None:
            return {"case": "", "task": "", "household": ""}
        household = session.scalars(select(Household).where(Household.id == case.household_id)).one()
        address = f"/cases/{case.number}"
        task = "" if item is None else f"{address}/tasks/{item.id}"
        return {"case": address, "task": task, "household": f"/households/{household.number}"}
