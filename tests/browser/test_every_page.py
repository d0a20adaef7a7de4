"""Every page that the day of a case does not pass, opened by someone who may, and looked at."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from processes import commands as c
from processes import jobs
from processes.releases.bundle import Bundle
from tests.browser.conftest import Desk
from tests.builders import cases, releases

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

PAGES = (
    ("t1_clerk", "/worklist?queue=office", "worklist"),
    ("t1_clerk", "/households", "households"),
    ("t1_clerk", "/cases", "cases"),
    ("supervisor", "/oversight", "oversight"),
    ("supervisor", "/oversight/heat/minimum_living_allowance", "heat"),
    (
        "supervisor",
        "/oversight/heat/minimum_living_allowance/cases?task=check_papers&kind=done",
        "heat_cases",
    ),
    ("supervisor", "/cases/340199101-DB-2026-00001", "case_of_supervisor"),
    ("supervisor", "/studio", "studio_home"),
    ("supervisor", "/guide/", "guide"),
    ("supervisor", "/releases/minimum_living_allowance", "releases"),
    ("supervisor", "/migrations/1", "migration"),
    ("supervisor", "/parameters", "parameters"),
    ("auditor", "/audit", "audit"),
    ("admin", "/accounts", "accounts"),
)


def test_every_page_opens_without_a_fault(desk: Desk, allowance: Bundle) -> None:
    cases.a_case(desk.stage, at="post_notice")
    cases.a_case(desk.stage, raw=cases.OTHER_HOUSEHOLD)
    number = releases.put_in_force(desk.stage, releases.second_signature(allowance))
    supervisor = desk.stage.actor("supervisor", cases.VILLAGE)
    desk.stage.office.perform(c.PlanMigration("minimum_living_allowance", 1, number), supervisor)
    jobs.migrate_cases(desk.stage.office)
    for username, address, name in PAGES:
        page = desk.sign_in(username)
        response = page.goto(address)
        assert response is not None
        assert response.ok, (address, response.status)
        if page.locator("#diagram").count():
            page.wait_for_selector("#diagram[data-ready]")
        desk.shot(page, name)
        found = Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == [], address
