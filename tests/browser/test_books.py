"""The county's books in a browser: what is wrong is told at its field, and two people put a value in force."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_a_value_of_the_county__typed_wrong_then_right__confirmed_by_another(desk: Desk) -> None:
    page = desk.sign_in("supervisor")
    page.goto("/parameters")
    page.select_option("#name", "allowance.standard")
    page.fill("#value", "1e5")
    page.fill("#since", "2026-09-01")
    page.fill("#source", "演示县民发〔2026〕9号")
    page.get_by_role("button", name="提出，由另一人确认").click()
    expect(page.locator("#value-fault")).to_contain_text("科学记数法")
    expect(page.locator("#source")).to_have_value("演示县民发〔2026〕9号")
    desk.shot(page, "parameter_refused")
    page.fill("#value", "830")
    page.get_by_role("button", name="提出，由另一人确认").click()
    expect(page.locator("#waiting")).to_contain_text("1")
    other = desk.sign_in("supervisor2")
    other.goto("/parameters")
    expect(other.locator("main")).to_contain_text("830 元/人/月")
    desk.shot(other, "parameter_waiting")
    other.get_by_role("button", name="确认", exact=True).click()
    expect(other.locator("#waiting")).to_contain_text("0")
    expect(other.locator("main")).to_contain_text("已确认（沈督查）")


def test_a_notice_of_holidays_that_no_year_has__is_told_at_its_fields(desk: Desk) -> None:
    page = desk.sign_in("supervisor")
    page.goto("/holidays")
    page.fill('[name="year"]', "2027")
    page.fill('[name="document_number"]', "自拟")
    page.fill('[name="days_off"]', "2027-01-01")
    page.get_by_role("button", name="提出").click()
    expect(page.locator("main")).to_contain_text("文号")
    expect(page.locator('[name="days_off"]')).to_have_value("2027-01-01")
    desk.shot(page, "holidays_refused")
