"""What people copy from a spreadsheet or write with commas is taken as they mean it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from processes.office.personal.phrases import KeepPhrase
from processes.people.models import Income, Person
from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PASTE = """([selector, text]) => {
  const field = document.querySelector(selector), clipboard = new DataTransfer();
  clipboard.setData("text/plain", text);
  field.focus();
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
}"""


def _values(page: Any, name: str) -> list[str]:
    found = page.evaluate(f"[...document.querySelectorAll('[data-name={name}]')].map((f) => f.value)")
    return [str(v) for v in found]


@pytest.mark.parametrize(
    "text",
    [
        "姓名\t与户主关系\t身份证号码\n马成\t本人\t340199197806150118\n马红\t女儿\t34019920140220002X\n",
        "马成\t本人\t340199197806150118\n马红\t女儿\t34019920140220002X\n",
        "340199197806150118\t马成\t本人\n34019920140220002X\t马红\t女儿\t2014年生\n",
    ],
)
def test_pasted_rows_become_rows(desk: Desk, text: str) -> None:
    page = desk.sign_in("t1_clerk")
    page.goto("/households/new")
    page.wait_for_selector("#household[data-ready]")
    page.evaluate(PASTE, ['[data-lines="members"] [data-name="name"]', text])
    assert _values(page, "name") == ["马成", "马红"]
    assert _values(page, "relation") == ["本人", "子女"]
    assert _values(page, "id_number") == ["340199197806150118", "34019920140220002X"]
    said = page.locator("#said").inner_text()
    assert "已粘贴 2 行" in said
    assert ("2014年生" in said) == ("2014年生" in text), "what fits nowhere is told"


def test_amounts_with_commas_are_stored(desk: Desk) -> None:
    page = desk.sign_in("t1_clerk")
    page.goto("/households/new")
    page.wait_for_selector("#household[data-ready]")
    page.fill('[data-name="name"]', "马成")
    page.fill('[data-name="id_number"]', "无")
    page.locator('[data-name="id_number"]').blur()
    page.fill('[data-name="estimated_age"]', "40")
    page.fill("#address", "东村 1 号")
    page.click('[data-add="incomes"]')
    page.evaluate(
        PASTE, ['[data-lines="incomes"] [data-name="amount"]', "马成\t工资性收入\t１８，０００\t流水\n"]
    )
    page.click("#save")
    for _ in range(2):
        page.wait_for_timeout(600)
        if page.locator("#doubts:not([hidden])").count():
            for tick in page.locator("#doubts input").all():
                tick.check()
            page.locator("#doubts button").click()
    page.wait_for_url("**/households/*-H-*")
    with desk.stage.database.reading("") as session:
        assert session.scalars(select(Person.name)).all() == ["马成"]
        assert [str(i.annual_amount) for i in session.scalars(select(Income))] == ["18000.00"]


def test_number_fields_of_forms_take_commas_and_wide_digits(whole_desk: Desk) -> None:
    household = cases.a_household(whole_desk.stage)
    page = whole_desk.sign_in("t1_clerk")
    page.goto(f"/households/{household}/apply/temporary_relief/expenditure")
    page.wait_for_selector("#form[data-ready]")
    field = page.locator(".fjs-form-field-number input").first
    page.evaluate(PASTE, [f"#{field.get_attribute('id')}", "１８，０００元"])
    assert field.input_value() == "18000"
    field.fill("")
    field.focus()
    page.keyboard.insert_text("９")
    assert field.input_value() == "9"


def test_an_opinion_is_chosen_instead_of_typed(desk: Desk) -> None:
    number = cases.a_case(desk.stage, "township_opinion")
    leader = desk.stage.actor("township_leader", cases.VILLAGE)
    desk.stage.office.perform(KeepPhrase("情况属实，建议纳入。", is_shared=True), leader)
    item = cases.item_at(desk.stage, number, "township_opinion")
    page = desk.sign_in("t1_leader2")
    page.goto("/worklist?queue=office")
    page.get_by_role("button", name="签收并办理").click()
    page.wait_for_selector("#form[data-ready]")
    summary = page.locator("details.phrases summary").first
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    field = page.locator(".fjs-form-field-textarea textarea").first
    assert field.input_value() == "情况属实，建议纳入。"
    field.fill("另写一条")
    summary.click()
    page.locator("details.phrases button", has_text="存为常用意见").first.click()
    page.wait_for_selector("details.phrases li:has-text('另写一条')")
    desk.shot(page, "phrases")
    page.wait_for_selector("#saved:has-text('已自动保存')")
    assert item.task == "township_opinion"
