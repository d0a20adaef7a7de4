"""Every page and file that shows somebody's data × every role: that it was opened stands in the access log."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update
from werkzeug.routing import Rule

from processes.access.audit import READS
from processes.access.models import AccessLog, Account
from processes.cases.models import Case, WorkItem
from processes.office.steps.claim import ClaimTask
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person
from tests.builders.foreign import Foreign
from tests.web import test_scope as scope
from tests.web.scope_routes import COUNTY, FOREIGN, LISTS, PERSONAL, PUBLIC
from web.reads import TITLES

INSIDE = (
    "t1_village1", "t1_clerk", "t1_investigator", "t1_leader", "county_clerk", "county_leader", "comparison",
    "supervisor", "finance", "auditor", "admin",
)  # fmt: skip
OTHER_ENTRIES = (
    "paper_read",
    "print_taken",
    "file_exported",
    "list_exported",
    "unsaved_opened",
    "payment_list_for_bank",
)
"""Entries of what is more than a page."""
FILES = (
    "application/pdf",
    "application/zip",
    "image/jpeg",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
SHOW_NOBODY = frozenset(
    {
        "guide.picture", "draws.printed", "printing.overview", "funds.overview", "absences.page",
        "household_sheets.blank",
    }
)  # fmt: skip
"""An empty sheet; a picture of the guide; lots, which are numbers; one's own prints and sums, which name no person; colleagues' absences."""

office = scope.world


def _entries(stage: Stage, username: str) -> int:
    query = select(func.count(AccessLog.id)).join(Account, Account.id == AccessLog.account_id)
    with stage.database.reading("") as session:
        return session.scalar(
            query.where(Account.username == username, AccessLog.action.in_((*READS, *OTHER_ENTRIES)), AccessLog.action != "refused")
        ) or 0  # fmt: skip


def _shows(answer: Any, sent: str, made: Foreign) -> bool:
    """Whether an answer shows something of the household or the case that was not in the address already."""
    if answer.status_code != 200:  # noqa: PLR2004
        return False
    if answer.mimetype in FILES:
        return True
    return any(mark in answer.text and mark not in sent for mark in made.marks)


@pytest.mark.parametrize("username", INSIDE)
def test_whoever_sees_something_of_somebody__stands_in_the_log(
    office: tuple[Stage, Foreign], username: str
) -> None:
    stage, made = office
    person = Person(stage, username)
    silent, seen = [], 0
    for rule in scope._rules(stage, FOREIGN, PERSONAL, LISTS, COUNTY, PUBLIC):
        if "GET" not in (rule.methods or ()) or rule.endpoint in SHOW_NOBODY:
            continue
        for address in _addresses(rule, made):
            person.client.application.extensions["reads"] = {}
            before = _entries(stage, username)
            answer = person.get(address)
            if _shows(answer, address, made):
                seen += 1
                if _entries(stage, username) == before:
                    silent.append(f"{username} {rule.endpoint} {address}")
    assert not silent, "\n".join(silent)
    if username in ("t1_clerk", "t1_leader", "county_clerk", "auditor"):
        assert seen > 5, "the pages show nothing: the test looks at the wrong ones"  # noqa: PLR2004


def _addresses(rule: Rule, made: Foreign) -> list[str]:
    address = scope._address(rule, made)
    narrowed = {
        "worklist.queue": ("?queue=office", "?queue=mine", "?queue=watching", "?queue=asked"), "search.results": ("?q=密山",),
        "cases.search": ("", "?q=密山"), "households.register": ("", "?q=密山"), "differences.listed": ("?all=1",),
        "transfers.listed": ("?all=1",), "heat.behind": ("?kind=open&task=township_opinion",),
    }  # fmt: skip
    return (
        [address.split("?")[0] + more for more in narrowed[rule.endpoint]]
        if rule.endpoint in narrowed
        else [address]
    )


def _logged(stage: Stage, action: str) -> list[tuple[str, str]]:
    query = select(Account.username, AccessLog.target).join(Account, Account.id == AccessLog.account_id)
    with stage.database.reading("") as session:
        return [
            (u, t) for u, t in session.execute(query.where(AccessLog.action == action).order_by(AccessLog.id))
        ]


def _referred(stage: Stage) -> str:
    """A case that was referred to the department, its open step with it."""
    number = cases.a_case(stage)
    with stage.database.unit_of_work() as uow:
        uow.session.execute(update(Case).where(Case.number == number).values(department="medical"))
        of_it = select(Case.id).where(Case.number == number).scalar_subquery()
        changed = {"department": "medical", "role": "department_officer"}
        uow.session.execute(update(WorkItem).where(WorkItem.case_id == of_it).values(**changed))
        officer = uow.session.scalars(select(Account).where(Account.username == "department")).one()
        officer.department = "medical"
        uow.commit()
    return number


def test_each_case_that_a_department_sees_in_a_list__stands_in_the_log_by_its_number(stage: Stage) -> None:
    number = _referred(stage)
    officer = Person(stage, "department_officer")
    for _ in range(2):
        assert number in officer.get("/cases").text
    assert _logged(stage, "case_listed") == [("department", number)]
    assert ("department", "/cases") in _logged(stage, "list_read")
    # What was typed and not found is nothing that was seen.
    officer.get("/search?q=340199101-DB-2026-09999")
    assert _logged(stage, "case_listed") == [("department", number)]


@pytest.mark.parametrize("address", ["/cases/export", "/worklist/export?queue=office"])
def test_each_case_in_a_file_that_a_department_takes__stands_in_the_log(stage: Stage, address: str) -> None:
    number = _referred(stage)
    officer = Person(stage, "department_officer")
    assert officer.post(address, {}).status_code == 200
    assert _logged(stage, "case_listed") == [("department", number)]
    # Taken again it is taken twice, though a list that lies open is read once.
    assert officer.post(address, {}).status_code == 200
    assert _logged(stage, "case_listed") == [("department", number)] * 2
    assert len(_logged(stage, "list_exported")) == 2


def test_a_list_that_looks_again_by_itself__is_no_reading_but_for_what_is_new(stage: Stage) -> None:
    officer = Person(stage, "department_officer")
    number = _referred(stage)
    again = {"HX-Request": "true", "HX-Trigger": "queue"}
    officer.client.get("/worklist?queue=office", headers=again)
    assert _logged(stage, "list_read") == []
    assert _logged(stage, "case_listed") == [("department", number)]


def test_a_list_is_written_down_with_what_narrows_it(stage: Stage) -> None:
    cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    clerk.get("/households?q=%E5%BC%A0&page=2&order=name")
    clerk.get("/cases?q=34019919780615201X")
    clerk.get("/cases?q=340199101-DB-2026-00001")
    assert _logged(stage, "list_read") == [
        ("t1_clerk", "/households q=张 order=name"),
        ("t1_clerk", "/cases q=*201X"),
        ("t1_clerk", "/cases q=340199101-DB-2026-00001"),
    ]


def test_what_is_carried_along__is_written_down_case_by_case(stage: Stage) -> None:
    number = cases.a_case(stage)
    item = cases.open_items(stage, number)[0]
    stage.office.perform(ClaimTask(item.id, item.version), stage.actor(item.role, cases.VILLAGE))
    clerk = Person(stage, item.role)
    carried = clerk.get("/field/carry").json["items"]
    assert [one["number"] for one in carried] == [number]
    assert [t for _, t in _logged(stage, "case_carried")] == [number]
    stage.clock.now = stage.clock.now.replace(minute=(stage.clock.now.minute + 20) % 60)
    clerk.get(f"/field/items/{carried[0]['id']}")
    assert number in [t for _, t in _logged(stage, "case_read")]


def test_checking_a_sheet_from_inside__is_a_reading_of_its_case(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    with stage.database.reading("") as session:
        code = session.scalars(select(IssuedPaper.code)).first()
    assert number in Person(stage, "window_clerk").get(f"/verify/{code}").text
    assert _logged(stage, "case_read") == [("t1_clerk", number)]


def test_the_log_calls_every_list_by_its_name(stage: Stage) -> None:
    app = Person(stage, "auditor").client.application
    found = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "reads", "") == "list_read" and not rule.arguments
    }
    assert found == set(TITLES)
    Person(stage, "window_clerk").get("/households?q=%E5%BC%A0")
    assert "家庭 <span" in Person(stage, "auditor").get("/audit").text
