"""One household from the window to the printed approval form, one to refusal, each role in turn."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from processes.people.id_number import compose
from processes.worker import jobs
from tests.browser.conftest import Desk
from tests.browser.forms import CASE_PAGE, choose, day, finish, take

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def register(desk: Desk, page: Page, name: str, serial: int, wages: str) -> None:
    """Fill in the household page by keyboard alone."""
    page.goto("/households/new")
    page.wait_for_selector("#household[data-ready]")
    page.fill("#address", "东村三组12号")
    page.fill("#phone", "13800000001")
    row = page.locator('[data-lines="members"] tr').first
    row.locator('[data-name="name"]').fill(name)
    number = row.locator('[data-name="id_number"]')
    number.fill("110105194912310021")
    number.press("Tab")
    expect(row.locator(".fault")).to_contain_text("校验位不符")
    number.fill(compose("340199", date(1978, 6, 15), serial))
    number.press("Tab")
    expect(row.locator(".hint")).to_contain_text("47 岁")
    page.click('[data-add="incomes"]')
    line = page.locator('[data-lines="incomes"] tr').first
    line.locator('[data-name="amount"]').fill(wages)
    line.locator('[data-name="evidence"]').fill("收入证明")
    desk.shot(page, "household")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/households/340199101-H-*")


def apply(desk: Desk, page: Page) -> str:
    """Hand in the application; a missing field is told at its place first."""
    page.click("text=申请最低生活保障")
    page.wait_for_selector("#form[data-ready]")
    page.click("#complete")
    expect(page.locator("#said")).to_contain_text("处填写有误")
    expect(page.locator(".fjs-form-field-error").first).to_contain_text("填写")
    page.locator('textarea[id*="field_reason"]').fill("身体患病，收入微薄")
    choose(page, "field_cause", "因病")
    page.get_by_label("否", exact=True).check()
    desk.shot(page, "application")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(CASE_PAGE)
    page.wait_for_selector("#diagram[data-ready]", state="attached")
    return page.url.rsplit("/", 1)[1]


def to_the_township(desk: Desk, number: str) -> None:
    """Comparison and investigation."""
    page = take(desk, "comparison", number, "家庭经济状况核对")
    page.get_by_label("与申报一致", exact=True).check()
    page.locator('input[id*="report_number"]').fill("核2026-1")
    finish(page)
    page = take(desk, "t1_investigator", number, "入户调查")
    day(page, "field_visited_on", "2026/03/02")
    choose(page, "second_investigator", "赵核查（乡镇调查员）")
    page.locator('input[id*="householder_present"]').fill("户主本人")
    page.locator('textarea[id*="field_living"]').fill("砖房两间")
    page.locator('textarea[id*="income_found"]').fill("打零工")
    page.get_by_label("否", exact=True).check()
    page.locator('input[type="checkbox"][id*="householder_signed"]').check()
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    desk.shot(page, "investigation")
    finish(page)


def test_from_the_window_to_the_printed_approval_form(desk: Desk) -> None:
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    clerk = desk.sign_in("t1_clerk")
    register(desk, clerk, "张建国", 201, "3000")
    number = apply(desk, clerk)
    desk.shot(clerk, "case")
    page = take(desk, "t1_clerk", number, "受理审查")
    page.get_by_label("予以受理", exact=True).check()
    finish(page)
    to_the_township(desk, number)
    page = take(desk, "t1_leader", number, "乡镇审核意见")
    page.get_by_label("同意上报，建议纳入").check()
    page.locator('textarea[id*="statement"]').fill("情况属实，建议纳入")
    desk.shot(page, "opinion")
    finish(page)
    page = take(desk, "t1_village1", number, "张贴公示")
    day(page, "field_posted_on", "2026/03/02")
    page.locator('input[id*="field_place"]').fill("村务公开栏")
    finish(page)
    desk.stage.move("8 days")
    page = take(desk, "county_clerk", number, "县级审查")
    page.get_by_label("材料齐全，提请确认").check()
    page.locator('textarea[id*="statement"]').fill("材料齐全，提请确认")
    finish(page)
    page = take(desk, "county_leader", number, "县级确认")
    page.get_by_label("确认同意", exact=True).check()
    page.locator('textarea[id*="statement"]').fill("同意")
    finish(page)
    # one person: 3000 − 600 = 2400; 768 − 200 = 568
    expect(page.locator("body")).to_contain_text("每月 568.00 元")
    jobs.make_papers(desk.stage.office)
    page.reload()
    address = page.locator("#files a", has_text="最低生活保障审核确认表").first.get_attribute("href")
    pdf = page.request.get(str(address))
    assert pdf.body().startswith(b"%PDF")
    desk.shot(page, "confirmed")
    page = take(desk, "t1_clerk", number, "送达确认通知书")
    day(page, "field_served_on", "2026/03/10")
    page.get_by_label("直接送达", exact=True).check()
    page.locator('input[id*="receiver"]').fill("张建国")
    finish(page)
    page = take(desk, "t1_village1", number, "张贴公布")
    day(page, "field_posted_on", "2026/03/10")
    page.locator('input[id*="field_place"]').fill("村务公开栏")
    finish(page)
    expect(page.locator("body")).to_contain_text("办结，结果：确认同意")


def test_to_refusal_and_back_once(desk: Desk) -> None:
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    clerk = desk.sign_in("t1_clerk")
    register(desk, clerk, "周富", 203, "60000")
    number = apply(desk, clerk)
    page = take(desk, "t1_clerk", number, "受理审查")
    page.get_by_label("予以受理", exact=True).check()
    finish(page)
    to_the_township(desk, number)
    page = take(desk, "t1_leader", number, "乡镇审核意见")
    page.click("text=退回 >> nth=0")
    page.select_option("#return-to", label="入户调查（赵调查）")
    page.fill("#return-reason", "收入核实不够具体。")
    desk.shot(page, "return")
    page.click("text=确认退回")
    page.wait_for_selector("#diagram[data-ready]", state="attached")
    again = desk.sign_in("t1_investigator")
    expect(again.locator("main")).to_contain_text("优先办理")
    again.goto("/worklist")
    again.get_by_role("link", name="办理", exact=True).first.click()
    again.wait_for_selector("#form[data-ready]")
    expect(again.locator("body")).to_contain_text("退回原因：收入核实不够具体。 上次填写")
    expect(again.locator('textarea[id*="income_found"]')).to_have_value("打零工")
    finish(again)
    page = take(desk, "t1_leader", number, "乡镇审核意见")
    page.get_by_label("建议不予纳入").check()
    page.locator('textarea[id*="statement"]').fill("收入高于标准")
    finish(page)
    page = take(desk, "county_clerk", number, "县级审查")
    page.get_by_label("材料齐全，提请确认").check()
    page.locator('textarea[id*="statement"]').fill("提请不予确认")
    finish(page)
    page = take(desk, "county_leader", number, "县级确认")
    page.get_by_label("不予确认同意", exact=True).check()
    page.locator('textarea[id*="statement"]').fill("不予确认")
    finish(page)
    page = take(desk, "t1_clerk", number, "送达不予确认告知书")
    day(page, "field_served_on", "2026/03/02")
    page.get_by_label("留置送达", exact=True).check()
    page.locator('input[id*="receiver"]').fill("周富")
    finish(page)
    expect(page.locator("body")).to_contain_text("办结，结果：不予确认同意")
    desk.shot(page, "refused")


def test_pages_can_be_read_by_everyone(desk: Desk) -> None:
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    clerk = desk.sign_in("t1_clerk")
    register(desk, clerk, "张建国", 201, "3000")
    apply(desk, clerk)
    found = {}
    for path in (
        "/worklist?queue=office",
        "/households",
        "/households/new",
        "/cases",
        "/parameters",
        "/sign-in",
    ):
        clerk.goto(path)
        report = Axe().run(clerk, options={"runOnly": ["wcag2a", "wcag2aa"]})
        bad = [v["id"] for v in report.response["violations"] if v["impact"] in ("serious", "critical")]
        if bad:
            found[path] = bad
    assert found == {}
