"""A clerk brings a sheet of families, looks at what it says, registers them, and goes on after the network was away."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from processes.access import divisions
from processes.office.people import look_up
from processes.people.id_number import compose
from processes.people.models import Household
from tests.browser.conftest import Desk
from tests.web.test_household_sheet import GOOD, named, sheet_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def _brought(page: Any, content: bytes, folder: Path) -> None:
    file = folder / "名册.xlsx"
    file.write_bytes(content)
    page.set_input_files('input[name="file"]', file)
    page.get_by_role("button", name="上传核对").click()
    page.wait_for_selector("#families")


def test_more_numbers_than_a_minute_takes__follow_by_themselves(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look_up, "A_MINUTE", 3)
    with desk.stage.database.reading("") as session:
        village = divisions.villages(session, "340199101")[0].name
    numbers = [compose("340199", date(1978, 6, n), 11) for n in range(1, 6)]
    rows = [[n, village, "一组", "", f"马{n}", "户主", number, *[""] * 9] for n, number in enumerate(numbers)]
    page = desk.sign_in("t1_clerk")
    page.goto("/households/sheet")
    _brought(page, sheet_of(*rows), tmp_path)
    page.get_by_role("button", name="登记 5 户").click()
    expect(page.locator("#said")).to_contain_text("还有 2 户：每分钟登记的证件号码有上限，稍候自动继续")
    desk.stage.clock.now += timedelta(minutes=2)
    expect(page.locator("#said")).to_contain_text("已登记 5 户，共 5 户。", timeout=20_000)


def test_families_of_a_sheet__are_registered_one_after_the_other(desk: Desk, tmp_path: Path) -> None:
    page = desk.sign_in("t1_clerk")
    page.goto("/households")
    page.get_by_role("link", name="按表格登记").click()
    with page.expect_download() as blank:
        page.get_by_role("link", name="下载样表").click()
    assert blank.value.suggested_filename == "家庭登记样表.xlsx"
    with desk.stage.database.reading("") as session:
        before = session.scalars(select(func.count()).select_from(Household)).one()
        village = divisions.villages(session, "340199101")[0].name
    alone = [2, village, "三组", "", "李单", "户主", "无", "", "", "", "", "", "", "", "", ""]
    bad = [[3, *row[1:]] if row[0] else row for row in named(GOOD, "月亮村")]
    _brought(page, sheet_of(*named(GOOD, village), alone, *bad), tmp_path)
    expect(page.get_by_role("heading", level=2)).to_have_text("名册.xlsx：3 户，可以登记 1 户，需要修改 2 户")
    expect(page.locator('[data-family="1"]')).to_contain_text("第 4 行")
    expect(page.locator('[data-family="2"]')).to_contain_text("“月亮村”不在您的管辖范围内")
    desk.shot(page, "household_sheet")
    page.context.set_offline(True)
    page.get_by_role("button", name="登记 1 户").click()
    expect(page.locator("#said")).to_contain_text("还有 1 户未登记")
    page.context.set_offline(False)
    page.get_by_role("button", name="继续登记 1 户").click()
    expect(page.locator('[data-family="0"]')).to_contain_text("已登记")
    expect(page.locator("#said")).to_contain_text("已登记 1 户，共 1 户。")
    desk.shot(page, "household_sheet_done")
    page.locator('[data-family="0"] a').click()
    page.wait_for_url("**/households/*-H-*")
    with desk.stage.database.reading("") as session:
        assert session.scalars(select(func.count()).select_from(Household)).one() == before + 1
