"""Every page of every role speaks Chinese: texts, hints, titles, names for screen readers, choices, dialogs."""

from __future__ import annotations

from collections import deque
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from processes.access.models import Account
from processes.cases.models import WorkItem
from processes.office.steps.claim import ClaimTask
from processes.office.studio.drafts import OpenDraft
from processes.worker import jobs
from tests.browser import words
from tests.browser.conftest import Desk
from tests.builders import cases
from tests.builders.desks import USERS
from tests.builders.nightly import NIGHTLY
from web.app import create_app

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ROLES = (
    "auditor",  # first: the log names by its key what the others open
    "t1_clerk", "t1_investigator", "t1_leader", "t1_village1", "county_clerk", "county_leader", "comparison",
    "finance", "admin", "department", "supervisor",
)  # fmt: skip
CASE = "cases.one"
READY = """() => [...document.querySelectorAll("#diagram, #studio, #form")]
  .every((n) => n.dataset.ready || !n.checkVisibility() || n.closest("#sheet") || document.querySelector("#recorder"))"""
NO_PAGE = (
    ".pdf",
    ".jpg",
    ".png",
    ".js",
    ".xlsx",
    ".csv",
    "/export",
    "/figures",
    "/healthz",
    "/state",
    "/carry",
)


class Walk:
    """One role's way through the desk: every kind of page that its pages lead to and nobody has seen, once."""

    def __init__(
        self, desk: Desk, username: str, routes: Any, codes: tuple[str, ...], seen: frozenset[str]
    ) -> None:
        self._desk, self._username, self._routes = desk, username, routes
        self._page = desk.sign_in(username)
        self._under_way: set[Any] = set()
        self._page.on("request", lambda request: self._under_way.add(request))
        self._page.on("requestfinished", lambda request: self._under_way.discard(request))
        self._page.on("requestfailed", lambda request: self._under_way.discard(request))
        self._codes = codes
        self._seen = seen
        self.kinds: set[str] = set()
        self.found: list[tuple[str, str, str, str]] = []

    def go(self, *begin: str) -> None:
        waiting = deque(begin)
        while waiting:
            address = waiting.popleft()
            kind = self._kind(address)
            if kind is None or kind in self.kinds or (address not in begin and self._was_seen(kind)):
                continue
            self.kinds.add(kind)
            self._under_way.clear()
            self._page.goto(address)
            self._settle()
            self._look(address)
            waiting.extend(self._links())

    def _was_seen(self, kind: str) -> bool:
        """Whether another role has seen a kind of page; of a case each sees something else, and so one of them."""
        return kind in self._seen and (
            not kind.startswith(CASE) or any(k.startswith(CASE) for k in self.kinds)
        )

    def _kind(self, address: str) -> str | None:
        parts = urlsplit(address)
        if parts.netloc or parts.path.endswith(NO_PAGE) or not parts.path:
            return None
        try:
            endpoint, values = self._routes.match(parts.path, method="GET")
        except HTTPException:
            return None
        if endpoint in (
            "static",
            "papers.original",
            "cases.attachment",
            "archive.sheet",
            "archive.sheet_aside",
        ):
            return None
        told = parse_qs(parts.query)
        if endpoint == "studio.edit":
            return f"{endpoint} {str(values['name']).rsplit('/', 1)[-1].split('.', 1)[-1]}"
        if endpoint in ("intake.form", "intake.form_of", "intake.apply"):
            return f"{endpoint} {values}"
        if endpoint == "tasks.one" or endpoint == CASE:
            return (
                f"{endpoint} {values}" if len([k for k in self.kinds if k.startswith(endpoint)]) < 6 else None
            )
        return f"{endpoint} {told.get('queue', [''])[0]}"

    def _settle(self) -> None:
        """Until editors are ready and nothing is asked for: a rest of half a second on each page would double the walk."""
        self._page.wait_for_function(READY)
        while self._under_way:
            self._page.wait_for_timeout(20)

    def _look(self, address: str) -> None:
        for kind, text, place in words.english(self._page, self._codes):
            self.found.append((address, kind, text, place))

    def _links(self) -> list[str]:
        return list(
            self._page.evaluate(
                """() => [...document.querySelectorAll("a[href], tr[data-href]")].map((n) => n.getAttribute("href") || n.dataset.href)
               .filter((h) => h && h.startsWith("/"))"""
            )
        )


def test_every_page_of_every_role_is_chinese(whole_desk: Desk) -> None:
    """Whatever the pages lead to: nothing in Latin letters but codes, keys and kinds of files.

    Every role sees its own desk, its steps and a case, and every kind of page that no role before it has seen; with
    `HYPOTHESIS_PROFILE=nightly` every kind that it can reach.
    """
    begin = a_county_at_work(whole_desk)
    routes = create_app(whole_desk.stage.office).url_map.bind("desk")
    with whole_desk.stage.database.reading("") as session:
        codes = sorted(session.scalars(select(Account.username)), key=len, reverse=True)
    seen: set[str] = set()
    found = []
    for username in ROLES:
        shown = tuple(codes) if username == "admin" else ()
        walk = Walk(whole_desk, username, routes, shown, frozenset() if NIGHTLY else frozenset(seen))
        walk.go(*begin.get(username, ()), "/")
        seen |= walk.kinds
        found += [(username, *row) for row in walk.found]
    assert found == [], "\n".join(" | ".join(row) for row in found)


def a_county_at_work(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Cases at several steps, a draft, a taken step for each who may have one."""
    stage = desk.stage
    cases.a_case(stage, at="post_notice")
    cases.a_case(stage, at="township_opinion", raw=cases.OTHER_HOUSEHOLD)
    cases.a_case(stage, at="county_decision", raw=cases.THIRD_HOUSEHOLD)
    cases.a_case(stage, raw=cases.FOURTH_HOUSEHOLD)
    jobs.make_papers(stage.office)
    supervisor = stage.actor("supervisor", cases.VILLAGE)
    stage.office.perform(OpenDraft("minimum_living_allowance"), supervisor)
    return {username: _taken(desk, role) for role, username in USERS.items()}


def _taken(desk: Desk, role: str) -> tuple[str, ...]:
    """The address of a step that this role has taken, with all that can be done with it; none if none waits."""
    with desk.stage.database.reading("") as session:
        waits = select(WorkItem).where(WorkItem.status == "open", WorkItem.role == role)
        item = session.scalars(waits.order_by(WorkItem.id)).first()
    if item is None:
        return ()
    desk.stage.office.perform(ClaimTask(item.id, item.version), desk.stage.actor(role, item.division))
    return (f"/cases/{item.case_number}/tasks/{item.id}",)


def _opened(desk: Desk, file: str) -> Any:
    """A file of a draft in its editor."""
    supervisor = desk.stage.actor("supervisor", cases.VILLAGE)
    draft = desk.stage.office.perform(OpenDraft("minimum_living_allowance"), supervisor).draft
    page = desk.sign_in("supervisor")
    page.goto(f"/studio/{draft}/file/{file}")
    page.wait_for_selector("#studio[data-ready]")
    return page


def _demand_chinese(page: Any, at: str) -> None:
    found = words.english(page)
    assert found == [], at + "\n" + "\n".join(" | ".join(row) for row in found)


def _aside(page: Page) -> None:
    """A click beside everything: into the title of the page, past its link."""
    box = page.locator("h1").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)


def test_the_editor_of_tables_is_chinese_in_use(desk: Desk) -> None:
    """Menus of rows and columns, cells being chosen, the picture of what depends on what."""
    page = _opened(desk, "eligibility.dmn")
    cell = page.locator("td.input-cell").first
    assert cell.locator("[data-said]").get_attribute("data-said") == "否"
    assert page.locator("td.output-cell [data-said='全户纳入']").count() == 1
    for place in (cell, page.locator("td.output-cell").first, page.locator("th.input-cell").first):
        place.click(button="right")
        page.wait_for_selector(".context-menu")
        _demand_chinese(page, "menu")
        page.keyboard.press("Escape")
        _aside(page)
    cell.click()
    assert cell.locator(".content-editable").inner_text().strip() == "false", (
        "what is edited is as it is written"
    )
    _aside(page)
    page.locator("th.input-cell").first.dblclick()
    page.wait_for_timeout(300)
    _demand_chinese(page, "input")
    page.keyboard.press("Escape")
    _aside(page)
    page.locator(".view-drd-button").click()
    page.wait_for_selector(".djs-palette")
    page.locator(".djs-shape").first.click()
    page.wait_for_timeout(300)
    _demand_chinese(page, "drd")


def test_the_editor_of_diagrams_is_chinese_in_use(desk: Desk) -> None:
    """The pad of a shape, the change of its kind, appending, looking for, the play of tokens."""
    page = _opened(desk, "apply.bpmn")
    page.locator('[data-element-id="check_papers"]').first.click()
    page.wait_for_selector(".djs-context-pad.open")
    _demand_chinese(page, "pad")
    page.locator('.djs-context-pad.open [data-action="replace"]').first.click()
    page.wait_for_selector(".djs-popup")
    _demand_chinese(page, "replace")
    page.keyboard.press("Escape")
    page.locator(".bts-toggle-mode").click()
    page.wait_for_timeout(500)
    _demand_chinese(page, "tokens")


def test_the_editor_of_forms_is_chinese_in_use(desk: Desk) -> None:
    """The properties of the form and of each of its fields, all groups open."""
    page = _opened(desk, "forms/application.form")
    _demand_chinese(page, "form")
    for n in range(page.locator(".fjs-form-field").count()):
        page.locator(".fjs-form-field").nth(n).click(force=True)
        page.wait_for_timeout(150)
        page.evaluate(
            """() => document.querySelectorAll(".bio-properties-panel-group-header:not(.open) .bio-properties-panel-arrow")
               .forEach((n) => n.click())"""
        )
        page.wait_for_timeout(100)
        _demand_chinese(page, f"field {n}")
