"""A day of forty cases in all stages: every role begins at the home page, takes what waits and finishes a step of each kind.

The entries themselves were typed before and lie there as drafts, as they do when people come back from lunch; filling forms in is
walked through in `test_case_day.py`, a whole morning by keyboard in `test_queue_day.py`.
"""

from __future__ import annotations

from collections import Counter

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from processes.cases.models import WorkItem
from processes.office.steps.draft import SaveDraft
from tests.browser.conftest import Desk
from tests.browser.forms import CASE_PAGE
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
STAGES = {
    "check_papers": 12, "compare_economy": 8, "township_opinion": 8, "post_notice": 4, "county_check": 4, "county_decision": 4,
}  # fmt: skip
DAY = (
    ("t1_clerk", "check_papers"), ("comparison", "compare_economy"), ("t1_investigator", "investigate_household"),
    ("t1_leader", "township_opinion"), ("t1_village1", "post_notice"), ("county_clerk", "county_check"),
    ("county_leader", "county_decision"),
)  # fmt: skip


def _forty(desk: Desk) -> None:
    assert sum(STAGES.values()) == 40
    n = 0
    for stage, count in STAGES.items():
        for _ in range(count):
            n += 1
            cases.a_case(desk.stage, stage, raw=cases.person_household(f"{n:03}"))


def _open(desk: Desk, task: str, claimed_by: str = "") -> list[WorkItem]:
    with desk.stage.database.reading("") as session:
        query = select(WorkItem).where(WorkItem.task == task, WorkItem.status == "open")
        return [i for i in session.scalars(query) if not claimed_by or i.claimed_by == claimed_by]


def _take_all(page: Page) -> None:
    """Everything that waits for one's role, by keyboard."""
    page.goto("/worklist?queue=office&order=priority")
    page.wait_for_selector("body[data-ready]")
    page.keyboard.press("Shift+X")
    page.get_by_role("button", name="签收选中的").press("Enter")
    expect(page.locator("#batch-told")).to_contain_text("签收：成功")


def _finish_one(desk: Desk, page: Page, task: str, person: str) -> None:
    """Open the first of one's own, look it through, finish it by keyboard."""
    item = _open(desk, task, person)[0]
    actor = desk.stage.actor(item.role, cases.VILLAGE)
    desk.stage.office.perform(
        SaveDraft(item.id, item.version, cases.ANSWERS[task], item.draft_version), actor
    )
    page.goto(f"/worklist?queue=mine&q={item.case_number}")
    page.wait_for_selector("body[data-ready]")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#form[data-ready]")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(CASE_PAGE)


def test_every_role_has_a_day_of_forty_cases(desk: Desk) -> None:
    _forty(desk)
    before = Counter(task for _, task in DAY for _ in _open(desk, task))
    for username, task in DAY:
        page = desk.sign_in(username)
        expect(page.locator("main")).to_contain_text("本单位待签收")
        page.wait_for_selector("body[data-ready]")
        desk.shot(page, f"day_{username}")
        violations = Axe().run(page).response["violations"]
        assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == [], username
        _take_all(page)
        person = (page.locator(".who").inner_text()).split(" · ")[0]
        assert len(_open(desk, task, person)) >= before[task], f"{username} has taken all of {task}"
        left = len(_open(desk, task))
        _finish_one(desk, page, task, person)
        assert len(_open(desk, task)) == left - 1
        page.context.close()
    leader = desk.sign_in("t1_leader")
    item = _open(desk, "township_opinion", "赵分管")[0]
    leader.goto(f"/cases/{item.case_number}/tasks/{item.id}")
    leader.wait_for_selector("#form[data-ready]")
    leader.get_by_role("button", name="退回").click()
    leader.locator("#return-reason").fill("请补充入户照片")
    leader.get_by_label("直接送回本环节").check()
    leader.get_by_role("button", name="确认退回").click()
    leader.wait_for_url(CASE_PAGE)
    investigator = desk.sign_in("t1_investigator")
    expect(investigator.locator(".figures")).to_contain_text("退回给我")
    investigator.goto("/worklist?queue=returned")
    expect(investigator.locator("#queue")).to_contain_text("请补充入户照片")
    desk.shot(investigator, "day_returned")
