"""A family whose house burnt down: money in five screens, departments, follow-up, the fund's statement."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from processes.office.cases.start import StartCase
from processes.worker import jobs
from tests.browser.conftest import Desk
from tests.browser.forms import CASE_PAGE, choose, day, finish, take, tick
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

FAMILY = {
    "members": [
        {"name": "张建国", "relation": "本人", "birth": "1978-06-15", "sex": "男", "income": {"wages": 12000}},
        {"name": "李秀英", "relation": "配偶", "birth": "1980-02-20", "sex": "女"},
        {"name": "张小明", "relation": "子女", "birth": "2012-09-01", "sex": "男", "is_student": True,
         "work_ability": "none"},
    ]
}  # fmt: skip


def number_of(page: Page, programme: str) -> str:
    """The number of a linked case on the case page."""
    row = page.locator('table[aria-label="关联办件"] tr', has_text=programme)
    return row.first.get_by_role("link").inner_text()


def register_needs(desk: Desk, clerk: Page, household: str) -> None:
    """Screens one and two: the household, then all its needs at once beside the screening."""
    clerk.goto(f"/households/{household}")
    clerk.click("text=一门受理登记")
    clerk.wait_for_selector("#form[data-ready]")
    expect(clerk.locator(".screening")).to_contain_text("拟符合")
    tick(clerk, "field_urgent", "是")
    choose(clerk, "field_event", "火灾、房屋倒塌")
    day(clerk, "field_event_on", "2026/03/02")
    clerk.locator('input[id*="field_persons"]').fill("3")
    clerk.get_by_label("上学", exact=True).check()
    clerk.get_by_label("自然灾害、火灾受损", exact=True).check()
    clerk.locator('textarea[id*="field_description"]').fill("昨夜房屋烧毁，无处居住")
    desk.shot(clerk, "registration")
    clerk.keyboard.press("Control+Enter")
    clerk.wait_for_url(CASE_PAGE)
    clerk.wait_for_selector("#diagram[data-ready]", state="attached")


def top_up(desk: Desk) -> None:
    """The county's money: one finance officer writes it down, the other confirms it."""
    first = desk.sign_in("finance")
    first.goto("/funds/340199101")
    first.fill("#amount", "50000")
    first.fill("#memo", "年度备用金")
    first.click("text=录入，待复核")
    expect(first.locator("body")).not_to_contain_text("复核入账")
    second = desk.sign_in("finance2")
    second.goto("/funds/340199101")
    second.click("text=复核入账")
    expect(second.locator("body")).to_contain_text("50,000.00")


def test_house_burnt_down(whole_desk: Desk) -> None:
    desk = whole_desk
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    household = cases.a_household(desk.stage, raw=FAMILY)
    top_up(desk)
    clerk = desk.sign_in("t1_clerk")
    register_needs(desk, clerk, household)
    registration = clerk.url
    expect(clerk.locator('table[aria-label="关联办件"] tbody tr')).to_have_count(3)
    desk.shot(clerk, "registered")
    emergency = number_of(clerk, "急难型临时救助")

    # Screen three: 768 × 3 people × 3 months = 6912.00, above the township's limit: the county decides.
    page = take(desk, "county_leader", emergency, "县级快速审批")
    page.get_by_label("同意先行救助", exact=True).check()
    page.locator('textarea[id*="statement"]').fill("情况紧急，同意")
    desk.shot(page, "county_emergency")
    finish(page)
    expect(page.locator("body")).to_contain_text("救助金 6912.00 元")
    # Screen four: the money is handed over.
    page = take(desk, "t1_clerk", emergency, "发放救助金")
    day(page, "field_handed_on", "2026/03/02")
    page.locator('input[id*="field_receiver"]').fill("张建国")
    page.locator('input[id*="field_witness"]').fill("村主任")
    page.locator('input[type="checkbox"][id*="receipt_signed"]').check()
    finish(page)
    jobs.make_papers(desk.stage.office)
    page.reload()
    for title in ("先行救助登记表", "备用金发放表"):
        address = page.get_by_role("link", name=title, include_hidden=True).get_attribute("href")
        assert page.request.get(str(address)).body().startswith(b"%PDF")
    desk.shot(page, "handed_over")

    the_department_answers(desk, registration)
    the_paper_follows(desk, emergency)
    the_family_is_asked_again(desk, emergency)
    the_statement_balances(desk)


def the_department_answers(desk: Desk, registration: str) -> None:
    officer = desk.sign_in("department")
    officer.goto("/worklist?queue=office")
    expect(officer.locator("tr[data-href]")).to_have_count(1)  # the school's referral is not theirs
    officer.get_by_role("button", name="签收并办理").click()
    officer.wait_for_selector("#form[data-ready]")
    officer.get_by_label("受理承办", exact=True).check()
    officer.locator('input[id*="field_officer"]').first.fill("蒋应急")
    finish(officer)
    expect(officer.locator("body")).not_to_contain_text("李秀英")  # least data: no members, no ID numbers
    assert officer.goto(registration).status == 404  # type: ignore[union-attr]
    officer.goto("/worklist?queue=office")
    officer.get_by_role("button", name="签收并办理").click()
    officer.wait_for_selector("#form[data-ready]")
    officer.get_by_label("已给予救助帮扶", exact=True).check()
    officer.locator('textarea[id*="field_content"]').fill("发放棉被、帐篷，安排过渡安置")
    day(officer, "field_finished_on", "2026/03/02")
    desk.shot(officer, "department")
    finish(officer)
    clerk = desk.sign_in("t1_clerk")
    clerk.goto("/worklist?queue=office")
    row = clerk.locator("tr[data-href]", has_text="告知申请人")
    row.get_by_role("button", name="签收并办理").click()
    clerk.wait_for_selector("#form[data-ready]")
    day(clerk, "field_told_on", "2026/03/02")
    clerk.get_by_label("当面", exact=True).check()
    clerk.get_by_label("无异议", exact=True).check()
    finish(clerk)
    expect(clerk.locator("body")).to_contain_text("部门已给予救助帮扶")


def the_paper_follows(desk: Desk, emergency: str) -> None:
    page = take(desk, "t1_investigator", emergency, "确认急难情形缓解")
    day(page, "field_eased_on", "2026/03/02")
    page.locator('textarea[id*="field_note"]').fill("暂住安置点")
    finish(page)
    page = take(desk, "t1_investigator", emergency, "补办手续")
    for label in ("社会救助申请书", "身份证、户口簿", "急难情形证明材料", "领款签字"):
        page.get_by_label(label, exact=True).check()
    day(page, "field_investigated_on", "2026/03/02")
    choose(page, "second_investigator", "赵核查（乡镇调查员）")
    page.locator('textarea[id*="field_finding"]').fill("房屋烧毁属实")
    finish(page)
    page = take(desk, "t1_leader", emergency, "乡镇确认补办手续")
    page.locator('textarea[id*="statement"]').fill("手续齐全")
    finish(page)
    page = take(desk, "t1_clerk", emergency, "事后公示救助结果")
    day(page, "field_posted_on", "2026/03/02")
    page.locator('input[id*="field_place"]').fill("村务公开栏")
    finish(page)


def the_family_is_asked_again(desk: Desk, emergency: str) -> None:
    """Three months later: still in hardship, one step opens the application with everything filled in."""
    desk.stage.move("92 days")
    page = take(desk, "t1_investigator", emergency, "回访")
    day(page, "field_visited_on", "2026/06/02")
    tick(page, "field_still_hard", "是")
    page.get_by_label("最低生活保障", exact=True).check()
    choose(page, "field_cause", "灾害")
    tick(page, "field_relative_of_official", "否")
    page.locator('textarea[id*="field_note"]').fill("房屋未修好，收入不足")
    finish(page)
    expect(page.locator("body")).to_contain_text("已救助，转申请基本生活救助")
    page.get_by_role("link", name="-DB-").first.click()
    page.wait_for_selector("#diagram[data-ready]", state="attached")
    expect(page.locator("body")).to_contain_text("房屋未修好，收入不足")
    expect(page.locator("body")).to_contain_text("受理审查")


def the_statement_balances(desk: Desk) -> None:
    page = desk.sign_in("finance")
    page.goto("/funds/340199101?month=2026-03")
    # 50000 − 6912 = 43088; advanced 6912, accounted for 6912
    expect(page.locator("body")).to_contain_text("43,088.00")
    desk.shot(page, "fund")
    assert page.request.get("/funds/340199101/statement-2026-03.pdf").body().startswith(b"%PDF")
    assert page.request.get("/funds/340199101/statement-2026-03.xlsx").body().startswith(b"PK")
    found = Axe().run(page).response["violations"]
    assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
    page.click("text=结账（结账后不能再改）")
    expect(page.locator("body")).to_contain_text("已结账")
    page.goto("/funds")
    desk.shot(page, "funds")


def test_a_slip_comes_back_by_post__and_an_offer_is_matched(whole_desk: Desk) -> None:
    desk = whole_desk
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    household = cases.a_household(desk.stage, raw=FAMILY)
    clerk_actor = desk.stage.actor("window_clerk", cases.VILLAGE)
    form = {
        "source": "counter", "residence": "local", "basic_living": "no", "urgent": "no", "rigid": "no",
        "needs": ["roaming", "charity"], "description": "在集镇流浪", "phone": "138", "consent": True,
    }  # fmt: skip
    desk.stage.office.perform(StartCase("one_window", household, form), clerk_actor)
    jobs.make_papers(desk.stage.office)
    clerk = desk.sign_in("t1_clerk")
    clerk.goto("/offers")
    clerk.fill("#organisation", "县慈善总会")
    clerk.fill("#description", "助学金")
    clerk.click("text=登记 >> nth=-1")
    expect(clerk.locator("body")).to_contain_text("县慈善总会")
    desk.shot(clerk, "offers")
    clerk.goto("/worklist?queue=office&q=张建国")
    row = clerk.locator("tr[data-href]", has_text="录入部门回执")
    row.get_by_role("link").first.click()
    clerk.wait_for_selector("#diagram[data-ready]", state="attached")
    code = (
        str(clerk.get_by_role("link", name="转办单", include_hidden=True).get_attribute("href"))
        .rsplit("/", 1)[1]
        .removesuffix(".pdf")
    )
    clerk.fill('form.scan input[name="q"]', f"http://127.0.0.1:8000/verify/{code}")
    clerk.keyboard.press("Enter")
    clerk.wait_for_selector("#form[data-ready]")
    expect(clerk.locator("h1")).to_contain_text("录入部门回执")


def test_money_that_is_not_there__is_told_and_nothing_is_lost(whole_desk: Desk) -> None:
    desk = whole_desk
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    page = desk.sign_in("finance")
    page.goto("/funds/340199101")
    page.select_option("#kind", "return")
    page.fill("#amount", str(Decimal("1.00")))
    page.fill("#memo", "缴回")
    page.click("text=录入，待复核")
    expect(page.locator("body")).to_contain_text("余额 0.00 元，不足支付 1.00 元")
    expect(page.locator("#memo")).to_have_value("缴回")


def test_a_person_without_a_number_is_taken_in(whole_desk: Desk) -> None:
    desk = whole_desk
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    page = desk.sign_in("t1_clerk")
    page.goto("/households/new")
    page.wait_for_selector("#household[data-ready]")
    page.fill("#address", "集镇车站")
    row = page.locator('[data-lines="members"] tr').first
    row.locator('[data-name="name"]').fill("自称老王")
    row.locator('[data-name="id_number"]').fill("无")
    row.locator('[data-name="id_number"]').press("Tab")
    row.locator('[data-name="estimated_age"]').fill("60")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/households/340199101-H-*")
    expect(page.locator("body")).to_contain_text("无证件")
    page.click("text=已查明身份")
    page.fill('input[aria-label="查明后的姓名"]', "王大山")
    page.fill('input[aria-label="查明后的身份证号"]', "110105194912310021")
    page.fill('input[aria-label="查明经过"]', "指纹比对")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_contain_text("校验位不符")
    expect(page.locator('input[aria-label="查明后的姓名"]')).to_have_value("王大山")  # nothing typed is lost
    desk.shot(page, "provisional")
