"""The database goes away while a clerk fills in a form: it is said, nothing typed is lost, and what waits is saved by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from processes.cases.models import WorkItem
from processes.rehearsal.stage import Stage
from tests.browser.conftest import served
from tests.builders import cases
from tests.builders.outages import away

ACCEPT = "予以受理"

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("any_stage", ["postgresql"], indirect=True)
def test_the_database_is_away_for_a_while(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    item = cases.item_at(any_stage, number, "check_papers")
    with served(any_stage) as desk:
        page = desk.sign_in("t1_clerk")
        page.goto(f"/cases/{number}/tasks/{item.id}")
        page.wait_for_selector("#form[data-ready]")
        with away(any_stage):
            page.get_by_label(ACCEPT, exact=True).check()
            expect(page.locator("#saved")).to_contain_text("数据库暂时不能使用")
            page.locator("#complete").click()
            expect(page.locator("#complete")).to_be_enabled()
            expect(page.locator("#said")).to_contain_text("已填写的内容没有丢失")
            expect(page.get_by_label(ACCEPT, exact=True)).to_be_checked()
            desk.shot(page, "outage")
            other = desk.browser.contexts[0].new_page()
            other.goto("/worklist")
            expect(other.locator(".alert")).to_contain_text("数据库暂时不能使用")
            desk.shot(other, "outage_page")
            other.close()
        # No key is touched: what waited is saved by itself.
        expect(page.locator("#saved")).to_contain_text("已自动保存", timeout=15_000)
        with any_stage.database.reading("") as session:
            draft = session.get_one(WorkItem, item.id).draft
        assert draft is not None
        assert draft["decision"] == "accept"
        page.locator("#complete").click()
        page.wait_for_url(f"**/cases/{number}")
    assert "check_papers" in cases.done_tasks(any_stage, number)
