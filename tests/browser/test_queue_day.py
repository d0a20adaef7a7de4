"""A morning at the window with forty cases: found, chosen, claimed and undone by keyboard alone, and what others do shows."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from processes.cases.models import WorkItem
from processes.office.steps.claim import ClaimTask
from tests.browser.conftest import Desk
from tests.browser.forms import CASE_PAGE
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CASES = 40


def _tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Reach an element with the Tab key alone."""
    for _ in range(most):
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_morning_with_forty_cases_by_keyboard_alone(desk: Desk) -> None:
    cases.a_case(desk.stage)
    numbers = [cases.a_case(desk.stage, raw=cases.person_household(f"{n:03}")) for n in range(CASES - 1)]
    page = desk.sign_in("t1_clerk")
    expect(page.locator("h1")).to_contain_text("赵窗口")
    desk.shot(page, "morning_home")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    desk.shot(page, "keys")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()

    # Whatever waits is claimed at once and given back: 30 on a page.
    page.goto("/worklist?queue=office")
    page.wait_for_selector("body[data-ready]")
    page.keyboard.press("Shift+X")
    expect(page.locator("#chosen")).to_have_text("已选 30 项")
    _tab_to(page, '[data-batch="claim"]')
    page.keyboard.press("Enter")
    told = page.locator("#batch-told")
    expect(told).to_contain_text("签收：成功 30 项")
    expect(page.locator("#count-mine")).to_have_text("30")
    expect(page.locator("#count-office")).to_have_text("10")
    desk.shot(page, "batch_claimed")
    _tab_to(page, "#batch-told button")
    page.keyboard.press("Enter")
    expect(told).to_contain_text("撤销签收：成功 30 项")

    # One case from search to finished step, no mouse.
    page.keyboard.press("/")
    page.keyboard.type("zjg")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=zjg**")
    expect(page.locator("tr[data-href]")).to_have_count(1)
    page.wait_for_selector("body[data-ready]")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.wait_for_selector("#form[data-ready]")
    _tab_to(page, 'input[type="radio"]')
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(CASE_PAGE)
    assert page.url.rsplit("/", 1)[1] not in [i.case_number for i in _open(desk, "check_papers")]

    _what_others_do_shows(desk, page, numbers[0])
    _a_filter_is_kept(desk, page)


def _what_others_do_shows(desk: Desk, page: Page, number: str) -> None:
    # What somebody else does is seen without loading the page again, and what is chosen is kept meanwhile.
    page.goto(f"/worklist?queue=office&q={number}")
    expect(page.locator("tr[data-href]")).to_have_count(1)
    item = cases.item_at(desk.stage, number, "check_papers")
    desk.stage.office.perform(
        ClaimTask(item.id, item.version), desk.stage.actor("window_clerk", cases.VILLAGE)
    )
    expect(page.locator("#queue")).to_contain_text("没有符合条件的待办", timeout=15_000)


def _a_filter_is_kept(desk: Desk, page: Page) -> None:
    page.goto("/worklist?queue=office&order=priority")
    page.get_by_role("button", name="列和常用筛选").click()
    page.get_by_label("项目", exact=True).last.check()
    page.wait_for_url("**columns=**")
    expect(page.locator("table.queue thead")).to_contain_text("项目")
    page.get_by_role("button", name="列和常用筛选").click()
    page.get_by_label("将当前条件存为").fill("急件")
    page.get_by_label("颜色").select_option("red")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".kept-filter")).to_contain_text("急件")
    desk.shot(page, "kept_filter")
    violations = Axe().run(page).response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []


def _open(desk: Desk, task: str) -> list[WorkItem]:
    with desk.stage.database.reading("") as session:
        query = select(WorkItem).where(WorkItem.task == task, WorkItem.status == "open")
        return list(session.scalars(query))


def test_hands_in_the_browser(desk: Desk) -> None:
    """A leader has an opinion countersigned; the county's clerk agrees; it is finished by itself."""
    number = cases.a_case(desk.stage, "township_opinion")
    leader = desk.sign_in("t1_leader")
    leader.goto(f"/worklist?queue=office&q={number}")
    leader.get_by_role("button", name="签收并办理").click()
    leader.wait_for_selector("#form[data-ready]")
    leader.get_by_label("同意上报").check()
    leader.locator('textarea[id*="field_statement"]').fill("建议纳入")
    leader.get_by_role("button", name="会签").click()
    leader.locator("#cosign-box").get_by_label("郑县办").check()
    leader.wait_for_timeout(400)
    desk.shot(leader, "cosign")
    violations = Axe().run(leader).response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
    leader.get_by_role("button", name="现在提交，会签通过后自动办结").click()
    leader.wait_for_url(CASE_PAGE)
    expect(leader.locator("main")).to_contain_text("会签中")
    clerk = desk.sign_in("county_clerk")
    expect(clerk.locator(".notices .badge")).to_have_text("1")
    clerk.goto("/worklist?queue=asked")
    desk.shot(clerk, "asked_one")
    clerk.get_by_role("button", name="同意", exact=True).click()
    expect(clerk.locator("main")).to_contain_text("没有需要您会签")
    leader.goto("/notices")
    expect(leader.locator("main")).to_contain_text("会签已通过")
    desk.shot(leader, "notices_one")
    assert [i.task for i in cases.open_items(desk.stage, number)] == ["post_notice"]
