"""Lists in a browser: a row that somebody else signed for, and what of a list is printed."""

from __future__ import annotations

import pytest

from processes import commands as c
from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_row_that_somebody_else_signed_for_is_said_once_and_renewed(desk: Desk) -> None:
    number = cases.a_case(desk.stage, "township_opinion")
    page = desk.sign_in("t1_leader2")
    page.goto("/worklist?queue=office")
    item = cases.item_at(desk.stage, number, "township_opinion")
    leader = desk.stage.actor("township_leader", cases.VILLAGE)
    desk.stage.office.perform(c.ClaimTask(item.id, item.version), leader)
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
