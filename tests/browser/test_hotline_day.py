"""A call at the window: noted in a minute, called back, the family registered, everything routed (C41)."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from processes.people.id_number import compose
from tests.browser.conftest import Desk
from tests.browser.forms import choose, day, finish, take, tick
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_call_becomes_an_application(whole_desk: Desk) -> None:
    whole_desk.stage.set_clock(cases.noon())
    page = whole_desk.sign_in("t1_clerk")
    page.goto("/calls")
    page.wait_for_selector("#form[data-ready]")
    page.get_by_label("来电号码").fill("139-0000-0001")
    page.get_by_label("来电人姓名").fill("周先生")
    page.get_by_label("反映的困难").fill("邻居独居老人断粮，请上门看看")
    expect(page.get_by_placeholder("输入文字查找")).to_be_visible()
    choose(page, "place", "东村")
    whole_desk.shot(page, "calls_form")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/calls?noted=*")
    expect(page.locator("tbody")).to_contain_text("周先生")
    whole_desk.shot(page, "calls")
    page.set_viewport_size({"width": 390, "height": 844})
    whole_desk.shot(page, "calls_phone")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.get_by_role("link", name="周先生").click()
    page.wait_for_load_state()
    whole_desk.shot(page, "call_case")
    number = page.url.rsplit("/", 1)[1]
    page.locator("a[href='#family']").click()
    page.locator("main a[href^='/households/']").first.click()
    expect(page.get_by_text("还没有登记家庭成员").first).to_be_visible()
    whole_desk.shot(page, "call_household")
    page.wait_for_selector("#household[data-ready]")
    page.locator("[data-add=members]").click()
    row = page.locator('[data-lines="members"] tr').first
    row.get_by_label("姓名").fill("周大海")
    row.get_by_label("证件号码").fill(compose("340199", date(1951, 1, 9), 201))
    page.fill("#address", "东村三组")
    page.keyboard.press("Control+s")
    expect(page.locator("h1")).to_contain_text("周大海家庭")
    step = take(whole_desk, "t1_clerk", number, "热线回拨")
    tick(step, "reached", "已联系上")
    day(step, "called_on", "2026/03/02")
    step.get_by_label("回拨情况").fill("本人接听，情况属实")
    finish(step)
    step = take(whole_desk, "t1_clerk", number, "登记家庭和需求")
    tick(step, "basic_living", "是")
    choose(step, "cause", "缺乏劳动能力")
    tick(step, "relative_of_official", "否")
    step.get_by_label("情况说明").fill("独居老人，无收入来源")
    whole_desk.shot(step, "caller_needs")
    finish(step)
    step.goto(f"/cases/{number}")
    expect(step.locator("main")).to_contain_text("已联系上，转一门受理")
    expect(step.locator("main")).to_contain_text("已受理并分流")
    # the place by its name, as it was chosen
    expect(step.locator("main")).to_contain_text("演示县城关镇东村")
    whole_desk.shot(step, "call_taken")
