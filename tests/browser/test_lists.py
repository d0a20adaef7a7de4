"""Lists in a browser: a row that somebody else signed for, and what of a list is printed."""

from __future__ import annotations

import pytest

from processes.office.steps.claim import ClaimTask
from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_row_that_somebody_else_signed_for_is_said_once_and_renewed(desk: Desk) -> None:
    number = cases.a_case(desk.stage, "township_opinion")
    page = desk.sign_in("t1_leader2")
    page.goto("/worklist?queue=office")
    item = cases.item_at(desk.stage, number, "township_opinion")
    leader = desk.stage.actor("township_leader", cases.VILLAGE)
    desk.stage.office.perform(ClaimTask(item.id, item.version), leader)
    page.get_by_role("button", name="签收并办理").click()
    page.wait_for_selector("#batch-told [role=alert]")
    assert page.locator("#batch-told").inner_text() == "该事项已由赵分管签收。"
    page.wait_for_selector("text=没有等待签收的事项")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1
    desk.shot(page, "stale_claim")


def test_a_printed_list_is_the_list_alone(desk: Desk) -> None:
    cases.a_case(desk.stage, "township_opinion")
    page = desk.sign_in("t1_leader")
    for address in ("/worklist?queue=office", "/cases", "/households", "/oversight"):
        page.goto(address)
        page.emulate_media(media="print")
        for unseen in ("nav.bar", "form.filters", "button", ".w-tick"):
            for one in page.locator(unseen).all():
                assert not one.is_visible(), (address, unseen, one.inner_text())
        assert page.locator("main table").first.is_visible()
        page.emulate_media(media="screen")


def test_groups_of_the_bar_open_one_at_a_time_and_fit(desk: Desk) -> None:
    for username in ("county_clerk", "supervisor", "t1_clerk", "admin"):
        page = desk.sign_in(username)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 1, username
        assert page.locator("nav.bar").bounding_box()["height"] < 70, "one line"
        groups = page.locator("details.nav-group").all()
        for group in groups:
            group.locator("summary").click()
            assert page.locator("details.nav-group[open]").count() == 1
            assert group.locator(".nav-menu a").first.is_visible()
        if groups:
            desk.shot(page, f"bar_{username}")
            page.keyboard.press("Escape")
            assert page.locator("details.nav-group[open]").count() == 0
        page.set_viewport_size({"width": 390, "height": 844})
        if groups:
            page.locator("details.nav-group summary").last.click()
            assert page.locator("details.nav-group[open] a").last.is_visible()
        desk.shot(page, f"bar_{username}_phone")
        page.set_viewport_size({"width": 1366, "height": 768})


def test_people_are_narrowed_by_typing(desk: Desk) -> None:
    page = desk.sign_in("t1_investigator")
    page.goto("/absences")
    if page.locator("#substitute option").count() > 7:
        page.fill('input[aria-label="查找人员"]', "核查")
        shown = [o.inner_text() for o in page.locator("#substitute option:not([hidden])").all()]
        assert len(shown) == 2
        assert page.locator("#substitute").input_value() != ""
    else:
        assert page.locator("#substitute option").nth(1).inner_text().startswith("赵核查")


def test_signing_in_stands_on_the_whole_height(desk: Desk) -> None:
    context = desk.browser.new_context(
        viewport={"width": 1366, "height": 768}, base_url=desk.address, locale="zh-CN"
    )
    page = context.new_page()
    for address in ("/sign-in", "/verify"):
        page.goto(address)
        bottom = page.evaluate("document.querySelector('main').getBoundingClientRect().bottom - innerHeight")
        assert abs(bottom) <= 1, address
    page.goto("/sign-in")
    page.fill("#username", "t1_clerk")
    page.fill("#password", "not-the-password")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    assert page.evaluate("document.activeElement.id") == "password"
    page.goto("/nowhere")
    assert page.locator("h1").inner_text() == "页面不存在"
    assert "http_404" not in page.locator("body").inner_text()
