"""Getting to the first field, presets by age, and fields for files that speak Chinese."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def _aged(page: Page, n: int, age: str) -> None:
    row = page.locator('[data-lines="members"] tr').nth(n)
    row.locator('[data-name="id_number"]').fill("无")
    row.locator('[data-name="id_number"]').press("Tab")
    row.get_by_label("大约年龄").fill(age)
    row.get_by_label("大约年龄").press("Tab")


def test_children_and_old_people_are_not_preset_as_able_to_work(whole_desk: Desk) -> None:
    whole_desk.stage.set_clock(cases.noon())
    page = whole_desk.sign_in("t1_clerk")
    page.goto("/households/new")
    page.wait_for_selector("#household[data-ready]")
    page.click('[data-add="members"]')
    page.click('[data-add="members"]')
    ability = page.locator('[data-lines="members"] [data-name="work_ability"]')
    for n, (age, wanted) in enumerate([("78", "none"), ("14", "none"), ("40", "able")]):
        _aged(page, n, age)
        expect(ability.nth(n)).to_have_value(wanted)
    ability.nth(2).select_option("hindered")
    _aged(page, 2, "70")
    expect(ability.nth(2)).to_have_value("hindered")  # what a person chose stays


def test_the_first_field_of_a_step_is_three_tabs_away(desk: Desk) -> None:
    number = cases.a_case(desk.stage, "check_papers")
    page = desk.sign_in("t1_clerk")
    page.goto(f"/cases/{number}")
    expect(page.locator("#attachments .file-choice")).to_contain_text("选择文件")
    expect(page.locator("#attachments .file-choice")).to_contain_text("未选择文件")
    page.set_input_files(
        "#attachments input[type=file]", {"name": "户口簿.pdf", "mimeType": "application/pdf", "buffer": b"x"}
    )
    expect(page.locator("#attachments .file-choice")).to_contain_text("户口簿.pdf")
    page.get_by_role("button", name="签收并办理").first.click()
    page.wait_for_selector("#form input, #form select, #form textarea")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('#form input, #form select, #form textarea')")
