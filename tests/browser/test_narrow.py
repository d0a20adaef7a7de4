"""Long unbroken words on a telephone, and what screen readers are told of lists of choices."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from processes.access.models import Account
from processes.cases import notices
from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]
LONG = "GZ340199101" * 12


def test_a_long_word__makes_no_page_wider_than_the_telephone(desk: Desk) -> None:
    cases.a_case(desk.stage, "check_papers")
    with desk.stage.database.unit_of_work() as uow:
        clerk = uow.session.scalars(select(Account).where(Account.username == "t1_clerk")).one()
        notices.tell(uow, [clerk.id], "account", f"编号{LONG}")
        uow.commit()
    page = desk.sign_in("t1_clerk")
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/notices", "/", "/worklist?queue=office", "/cases"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
        wide = page.evaluate(
            "[...document.querySelectorAll('main .table[data-rows]')].map((t) => t.scrollWidth - t.clientWidth)"
        )
        assert all(n <= 0 for n in wide), address


def test_a_list_of_choices__says_nothing_in_english_behind_what_is_seen(desk: Desk) -> None:
    household = cases.a_household(desk.stage)
    page = desk.sign_in("t1_clerk")
    page.goto(f"/households/{household}/apply/minimum_living_allowance")
    page.wait_for_selector("#form[data-ready], #form .fjs-form")
    box = page.locator("#form")
    expect(box.locator(".fjs-select-placeholder").first).to_have_text("请选择")
    assert page.evaluate("document.querySelector('#form').textContent").count("Select") == 0


def test_numbers_say_what_they_are__and_the_bar_shows_where_one_is(desk: Desk) -> None:
    page = desk.sign_in("supervisor")
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/sessions", "/parameters", "/studio", "/funds"):
        page.goto(address)
        for here in page.locator(".navbar-nav .active:visible").all():
            expect(here, address).to_be_in_viewport(ratio=1)
        for table in page.locator("main .table").all():
            assert table.evaluate("t => t.scrollWidth - t.clientWidth") <= 0, address
        desk.shot(page, f"narrow{address.replace('/', '_')}")
    money = page.locator("main tbody tr").first.locator("td[data-label]")
    said = money.evaluate_all("all => all.map((td) => getComputedStyle(td, '::before').content)")
    assert [text.strip('"') for text in said[:3]] == ["余额：", "待核销：", "定额："]


def test_what_may_be_looked_for__is_read_to_its_end(desk: Desk) -> None:
    page = desk.sign_in("county_clerk")
    for address in ("/worklist", "/cases", "/households"):
        page.goto(address)
        cut = page.evaluate("""() => [...document.querySelectorAll(".scan input[name=q], input.search")].filter((box) => {
          const style = getComputedStyle(box), pen = document.createElement("canvas").getContext("2d");
          pen.font = style.font;
          const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
          return pen.measureText(box.placeholder).width > room;
        }).map((box) => box.placeholder)""")
        assert cut == [], address
