"""Two administrators and somebody who gets other work, then leaves; and a stranger who guesses passwords."""

from __future__ import annotations

from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk
from tests.builders.desks import colleague

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PHONE, WINDOW = {"width": 390, "height": 844}, {"width": 1366, "height": 768}


def _both(desk: Desk, page: Page, name: str) -> None:
    """Looked at in both widths: nothing runs out of the window."""
    for size, suffix in ((PHONE, "_phone"), (WINDOW, "")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        desk.shot(page, f"{name}{suffix}")
        wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
        assert wide <= 0, (name, suffix)


def test_other_work_and_leaving(desk: Desk) -> None:
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    colleague(desk.stage, "admin", "admin2", "钱管理")
    first, second = desk.sign_in("admin"), desk.sign_in("admin2")
    first.goto("/accounts")
    _both(desk, first, "accounts_list")
    first.get_by_role("link", name="赵调查").click()
    first.get_by_label("乡镇调查员").uncheck()
    first.get_by_label("乡镇窗口受理员").check()
    first.get_by_label("变更原因").fill("轮岗")
    _both(desk, first, "account")
    first.get_by_role("button", name="提出变更").click()
    expect(first.locator("main")).to_contain_text("待确认的变更")
    expect(first.get_by_role("button", name="撤回")).to_be_visible()
    found = [v for v in Axe().run(first).response["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
    second.goto("/accounts/t1_investigator")
    _both(desk, second, "account_to_confirm")
    second.on("dialog", lambda dialog: dialog.accept())
    second.get_by_role("button", name="确认", exact=True).click()
    expect(second.locator("dl")).to_contain_text("乡镇窗口受理员")
    second.get_by_label("停用原因").fill("调离")
    second.get_by_role("button", name="停用", exact=True).click()
    expect(second.locator("dl")).to_contain_text("停用")
    first.goto("/notices")
    expect(first.locator("main")).to_contain_text("停用了赵调查的账号")


def test_guessing(desk: Desk) -> None:
    page = desk.browser.new_context(viewport=WINDOW, base_url=desk.address, locale="zh-CN").new_page()  # type: ignore[arg-type]
    for _ in range(6):
        page.goto("/sign-in")
        page.fill("#username", "t1_clerk")
        page.fill("#password", "wrong")
        page.keyboard.press("Enter")
        page.wait_for_selector(".alert-danger")
    expect(page.locator(".alert-danger")).to_contain_text("登录失败次数过多，请 1 分钟后再试")
    _both(desk, page, "sign_in_delayed")
