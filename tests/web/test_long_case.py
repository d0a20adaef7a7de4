"""A case with a long history: the page shows the latest, a link brings the rest, nothing is lost or shown twice."""

from __future__ import annotations

import re

from sqlalchemy import select

from processes.access.scope import system_actor
from processes.cases import events
from processes.cases.models import Case
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person
from web.desks import cases as desk

_ITEMS = re.compile(
    r'<li class="event-(\w+)">\s*<time>[^<]*</time> <span class="who-did">[^<]*</span> ([^<]*)</li>'
)
_EARLIER = re.compile(r'<a\s+href="(/cases/[^"]+/timeline\?before=\d+)"\s+hx-get="\1"')
LONG = 300


def _tell(stage: Stage, number: str, how_many: int) -> int:
    """Add remarks to a case's history; answers how many events it has."""
    with stage.database.unit_of_work() as uow:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        for n in range(how_many):
            events.append(uow, case, system_actor(), "attached", f"第{n}件")
        uow.commit()
        return case.events_count


def test_the_latest_are_on_the_page_and_a_link_brings_the_rest(stage: Stage) -> None:
    number = cases.a_case(stage, at="investigate_household")
    whole = _tell(stage, number, LONG)
    clerk = Person(stage, "window_clerk")
    page = clerk.get(f"/cases/{number}").text
    shown = _ITEMS.findall(page)
    assert len(shown) == desk.LATEST == 50
    assert shown[0] == ("attached", f"上传附件“第{LONG - 1}件”")
    assert f"更早的 {whole - desk.LATEST} 条记录" in page
    while address := _EARLIER.search(page):
        part = clerk.client.get(address.group(1), headers={"HX-Request": "true"}).text
        assert "<html" not in part
        alone = clerk.get(address.group(1)).text
        assert "<html" in alone
        assert _ITEMS.findall(alone) == _ITEMS.findall(part)
        shown += _ITEMS.findall(part)
        page = part
    assert len(shown) == whole
    assert shown[-1][0] == "opened"
    assert [text for kind, text in shown if kind == "attached"] == [
        f"上传附件“第{n}件”" for n in reversed(range(LONG))
    ]


def test_a_long_history_makes_the_page_no_longer(stage: Stage) -> None:
    number = cases.a_case(stage, at="investigate_household")
    clerk = Person(stage, "window_clerk")
    _tell(stage, number, 60)
    before = len(clerk.get(f"/cases/{number}").data)
    _tell(stage, number, LONG)
    assert len(clerk.get(f"/cases/{number}").data) < before + 200


def test_a_short_case_has_no_link(stage: Stage) -> None:
    number = cases.a_case(stage)
    assert _EARLIER.search(Person(stage, "window_clerk").get(f"/cases/{number}").text) is None


def test_the_rest_is_shown_where_the_case_is(stage: Stage) -> None:
    number = cases.a_case(stage)
    _tell(stage, number, 60)
    assert Person(stage, "t2_clerk").get(f"/cases/{number}/timeline?before=20").status_code == 404
    assert Person(stage, "window_clerk").get(f"/cases/{number}/timeline?before=20").status_code == 200


def test_the_computation_is_the_last_of_each_table_and_sheet(any_stage: Stage) -> None:
    """As it was read from all events before: the latest of each, in the order in which they came first."""
    number = cases.a_case(any_stage, at="township_opinion")
    with any_stage.database.unit_of_work() as uow:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        told = [e for e in events.of_case(uow.session, case.id) if e.kind == "decided"]
        assert told
        events.append(
            uow, case, system_actor(), "decided", told[0].title, **(told[0].payload | {"name": "再算"})
        )
        uow.commit()
    with any_stage.database.reading("") as session:
        told = [e for e in events.of_case(session, case.id) if e.kind == "decided"]
        latest = {e.payload.get("table") or e.payload.get("sheet"): e for e in told}
        assert [e.id for e in events.computed(told)] == [e.id for e in latest.values()]
        assert len(latest) < len(told)
