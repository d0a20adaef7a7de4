"""Every page that the day of a case does not pass, opened by someone who may, and looked at."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

PAGES = (
    ("t1_clerk", "/worklist?queue=office", "worklist"),
    ("t1_clerk", "/households", "households"),
    ("t1_clerk", "/cases", "cases"),
    ("supervisor", "/oversight", "oversight"),
    ("supervisor", "/parameters", "parameters"),
    ("auditor", "/audit", "audit"),
    ("admin", "/accounts", "accounts"),
)


def test_every_page_opens_without_a_fault(desk: Desk) -> None:
    cases.a_case(desk.stage, at="post_notice")
    cases.a_case(desk.stage, raw=cases.OTHER_HOUSEHOLD)
    for username, address, name in PAGES:
        page = desk.sign_in(username)
        response = page.goto(address)
        assert response is not None
        assert response.ok, (address, response.status)
        desk.shot(page, name)
        found = Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == [], address
