"""At the home visit the householder writes on the screen; it stands on the printed form."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from processes.papers.models import Handwriting
from tests.browser.conftest import Desk
from tests.browser.forms import take
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_writing_on_the_screen(desk: Desk) -> None:
    number = cases.a_case(desk.stage, "investigate_household")
    page = take(desk, "t1_investigator", number, "入户调查")
    page.get_by_role("button", name="保存签名").click()
    expect(page.locator("#written")).to_have_text("还没有签名")
    box = page.locator("#pad").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 120)
    page.mouse.down()
    for x, y in ((120, 40), (200, 130), (300, 60), (420, 110)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="保存签名").click()
    expect(page.locator("#written")).to_have_text("已保存")
    page.locator("#handwriting").scroll_into_view_if_needed()
    desk.shot(page, "handwriting")
    with desk.stage.database.reading("") as session:
        row = session.scalars(select(Handwriting)).one()
    assert row.by == "赵调查"
    assert len(row.picture["png"]) > 1_000
    assert desk.faults == []
