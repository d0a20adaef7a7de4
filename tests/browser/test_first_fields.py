"""Getting to the first field, presets by age, and fields for files that speak Chinese."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk
from tests.builders import cases, files

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


def test_files_go_up_under_their_material_and_a_step_begins_in_its_first_field(desk: Desk) -> None:
    number = cases.a_case(desk.stage, "check_papers")
    page = desk.sign_in("t1_clerk")
    page.goto(f"/cases/{number}#files")
    line = page.locator('[data-material="identity"]')
    line.locator("input[type=file]").first.set_input_files(
        [{"name": f"户口簿{n}.pdf", "mimeType": "application/pdf", "buffer": files.a_pdf()} for n in (1, 2)]
    )
    expect(page.locator("#upload-said")).to_have_text("已上传 2 个文件", timeout=20_000)
    expect(line).to_contain_text("户口簿1.pdf")
    expect(line).to_contain_text("户口簿2.pdf")
    expect(line).to_contain_text("✓ 已提交")
    expect(line.locator(".thumb img").first).to_have_js_property("complete", True)
    page.keyboard.press("Escape")
    page.locator("[role=tab]", has_text="文书材料").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#flow")).to_be_visible()
    expect(page.locator("#files")).to_be_hidden()
    assert page.url.endswith("#flow")
    page.get_by_role("button", name="签收并办理").first.click()
    page.wait_for_selector("#form[data-ready]")
    assert page.evaluate("document.activeElement.matches('#form input, #form select, #form textarea')")


def test_a_list_of_choices_is_one_tab_away_and_closed(desk: Desk) -> None:
    """The first field of the application is a list: open by itself it lay over the next two fields."""
    household = cases.a_household(desk.stage)
    page = desk.sign_in("t1_clerk")
    page.goto(f"/households/{household}/apply/minimum_living_allowance")
    page.wait_for_selector("#form[data-ready]")
    assert page.evaluate("document.activeElement.matches('.fjs-form-field-select')")
    expect(page.locator(".fjs-dropdownlist")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(page.locator(".fjs-dropdownlist")).to_have_count(1)
