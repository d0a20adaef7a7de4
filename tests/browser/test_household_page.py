"""The household page: lines belong to persons, unusual families are confirmed, what another township says is seen."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from processes.people.models import Income, Person
from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

FAMILY = {
    "members": [
        {"name": "郭父", "relation": "本人", "birth": "1970-03-01", "sex": "男", "income": {"wages": 14400}},
        {
            "name": "郭妻",
            "relation": "配偶",
            "birth": "1972-03-01",
            "sex": "女",
            "income": {"transfer": 1200},
        },
        {"name": "郭子", "relation": "子女", "birth": "1998-03-01", "sex": "男", "income": {"wages": 9000}},
    ]
}


def member(page: Page, n: int) -> Locator:
    return page.locator('[data-lines="members"] tr').nth(n)


def wages(desk: Desk) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with desk.stage.database.reading("") as session:
        query = select(Person.name, Income.annual_amount).join(Income, Income.person_id == Person.id)
        for name, amount in session.execute(query):
            found.setdefault(name, []).append(str(amount))
    return found


def test_a_member_is_removed__the_lines_of_the_others_stay_theirs(desk: Desk) -> None:
    desk.stage.set_clock(datetime.fromisoformat("2026-07-01T09:00"))
    number = cases.a_household(desk.stage, raw=FAMILY)
    page = desk.sign_in("t1_clerk")
    page.goto(f"/households/{number}")
    page.wait_for_selector("#household[data-ready]")
    asked: list[str] = []

    def refuse(dialog: object) -> None:
        asked.append(dialog.message)  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    page.once("dialog", refuse)
    member(page, 1).get_by_label("删除本行").click()
    assert "郭妻" in asked[0]
    assert "收入 1 行" in asked[0]
    expect(page.locator('[data-lines="members"] tr')).to_have_count(
        3
    )  # a question that was denied removes nothing
    page.once("dialog", lambda dialog: dialog.accept())
    member(page, 1).get_by_label("删除本行").click()
    expect(page.locator('[data-lines="members"] tr')).to_have_count(2)
    expect(page.locator('[data-lines="incomes"] tr')).to_have_count(2)
    son = page.locator('[data-lines="incomes"] tr').nth(1)
    expect(son.locator('[data-name="member"] option:checked')).to_have_text("郭子")
    page.keyboard.press("Control+s")
    expect(page.locator("h1")).to_contain_text("郭父")
    expect(page.locator("#household")).to_have_attribute("data-version", "2")
    assert wages(desk) == {"郭父": ["14400.00"], "郭子": ["9000.00"]}


def test_an_unusual_family__is_confirmed_at_its_place(desk: Desk) -> None:
    desk.stage.set_clock(cases.noon())
    page = desk.sign_in("t1_clerk")
    page.goto("/households/new")
    page.wait_for_selector("#household[data-ready]")
    page.fill("#address", "东村三组12号")
    row = member(page, 0)
    row.locator('[data-name="name"]').fill("张 三")
    # pasted with blanks, full-width digits and a zero-width character, nothing is cut off
    pasted = "340199 19700302 ２０１\u200b9"
    number = row.locator('[data-name="id_number"]')
    number.fill(pasted)
    number.press("Tab")
    expect(number).to_have_value("340199197003022019")
    page.click('[data-add="members"]')
    spouse = member(page, 1)
    spouse.locator('[data-name="name"]').fill("小花")
    spouse.locator('[data-name="relation"]').select_option("配偶")
    spouse.locator('[data-name="id_number"]').fill("无")
    spouse.locator('[data-name="id_number"]').press("Tab")
    spouse.get_by_label("大约年龄").fill("3")
    spouse.get_by_label("性别").select_option("女")
    page.keyboard.press("Control+s")
    expect(page.locator("#doubts")).to_be_visible()
    expect(page.locator("#doubts li")).to_have_count(1)
    expect(page.locator("#doubts li")).to_contain_text("未到法定婚龄")
    desk.shot(page, "household_doubts")
    page.locator("#doubts input").check()
    page.click("#doubts button")
    page.wait_for_url("**/households/340199101-H-*")
    expect(page.locator("h1")).to_contain_text("张三家庭")
    desk.shot(page, "household_saved")
