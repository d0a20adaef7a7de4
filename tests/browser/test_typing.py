"""What happens around a form while somebody types: sessions that end, refusals, drafts, dialogs, dates."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from processes.access.models import FormDraft
from processes.cases.models import WorkItem
from processes.office.steps.claim import ClaimTask
from processes.rehearsal.county import PASSWORD
from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
REST = 3_000  # milliseconds: twice what the page waits before it saves


def _step(desk: Desk, step: str, role: str) -> tuple[str, int]:
    """A claimed step; its page and number."""
    number = cases.a_case(desk.stage, step)
    item = cases.item_at(desk.stage, number, step)
    desk.stage.office.perform(ClaimTask(item.id, item.version), desk.stage.actor(role, cases.VILLAGE))
    return f"/cases/{number}/tasks/{item.id}", item.id


def _opened(desk: Desk, place: str, username: str) -> Page:
    page = desk.sign_in(username)
    page.goto(place)
    page.wait_for_selector("#form[data-ready]")
    return page


def _draft(desk: Desk, item_id: int) -> str:
    with desk.stage.database.reading("") as session:
        return str(session.get_one(WorkItem, item_id).draft or "")


def _until_kept(page: Page, desk: Desk, item_id: int, text: str) -> None:
    """The page says 已自动保存 from before, too: what counts is what lies in the database."""
    for _ in range(100):
        if text in _draft(desk, item_id):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not kept: {text}")


def test_a_session_that_ended__is_taken_up_in_place(desk: Desk) -> None:
    place, item_id = _step(desk, "check_papers", "window_clerk")
    page = _opened(desk, place, "t1_clerk")
    page.get_by_label("不予受理", exact=True).check()
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    desk.end_sessions("t1_clerk")
    page.locator(".fjs-textarea").fill("会话结束后才写的理由")
    dialog = page.locator("#sign-in-again")
    expect(dialog).to_contain_text("您填写的内容还在本页")
    desk.shot(page, "sign_in_again")
    page.fill("#again-password", "wrong-password")
    page.keyboard.press("Enter")
    expect(dialog.locator(".fault")).not_to_be_empty()
    page.fill("#again-password", PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    _until_kept(page, desk, item_id, "会话结束后才写的理由")
    desk.end_sessions("t1_clerk")
    page.click("#complete")
    page.fill("#again-password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    with desk.stage.database.reading("") as session:
        assert session.get_one(WorkItem, item_id).status == "done"


def test_put_off__the_text_stays_in_the_window_until_the_server_has_it(desk: Desk) -> None:
    place, item_id = _step(desk, "check_papers", "window_clerk")
    page = _opened(desk, place, "t1_clerk")
    desk.end_sessions("t1_clerk")
    page.get_by_label("不予受理", exact=True).check()
    page.locator(".fjs-textarea").fill("还没有保存的理由")
    page.get_by_role("button", name="稍后再登录").click()
    expect(page.locator("#saved")).to_contain_text("尚未保存")
    page.locator(".fjs-textarea").fill("还没有保存的理由，又写一句")
    page.wait_for_timeout(REST)
    expect(page.locator("#sign-in-again")).to_have_count(0)  # not asked with every key
    page.goto(place)
    page.fill("#username", "t1_clerk")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#form[data-ready]")
    expect(page.locator(".fjs-textarea")).to_have_value("还没有保存的理由，又写一句")
    _until_kept(page, desk, item_id, "又写一句")
    # somebody else at the same window finds nothing of what was typed
    page.evaluate("sessionStorage.setItem('yimen-typed:1:/x', '1')")
    desk.end_sessions("t1_clerk")
    page.goto("/sign-in")
    page.fill("#username", "t1_investigator")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.bar")
    assert page.evaluate("Object.keys(sessionStorage).filter((k) => k.startsWith('yimen-typed'))") == []


def test_a_page_of_one_person__never_acts_as_another(desk: Desk) -> None:
    place, item_id = _step(desk, "check_papers", "window_clerk")
    page = _opened(desk, place, "t1_clerk")
    desk.end_sessions("t1_clerk")
    other = page.context.new_page()
    other.goto("/sign-in")
    other.fill("#username", "t1_investigator")
    other.fill("#password", PASSWORD)
    other.keyboard.press("Enter")
    other.wait_for_selector("nav.bar")
    page.bring_to_front()
    page.get_by_label("不予受理", exact=True).check()
    expect(page.locator("#sign-in-again")).to_contain_text("其他账号登录")
    page.get_by_role("button", name="稍后再登录").click()
    page.locator(".fjs-textarea").fill("这一页是赵窗口的")
    page.wait_for_timeout(REST)
    expect(page.locator("#saved")).to_contain_text("尚未保存")
    assert _draft(desk, item_id) == ""
    page.click("#complete")  # asked again, not done as the other
    expect(page.locator("#sign-in-again")).to_be_visible()
    with desk.stage.database.reading("") as session:
        assert session.get_one(WorkItem, item_id).status == "open"


def test_the_reason_of_a_refusal__stays_while_the_page_saves(desk: Desk) -> None:
    place, _ = _step(desk, "check_papers", "window_clerk")
    page = _opened(desk, place, "t1_clerk")
    page.click("#complete")
    expect(page.locator("#said")).to_contain_text("处填写有误")
    page.get_by_label("不予受理", exact=True).check()
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    expect(page.locator("#said")).to_contain_text("处填写有误")


def test_looking_at_a_form__is_no_draft__and_back_brings_what_was_typed(desk: Desk) -> None:
    place, item_id = _step(desk, "check_papers", "window_clerk")
    page = _opened(desk, place, "t1_clerk")
    page.wait_for_timeout(REST)
    with desk.stage.database.reading("") as session:
        item = session.get_one(WorkItem, item_id)
        assert (item.draft_version, item.draft) == (0, None)
    number = cases.a_household(desk.stage, raw=cases.OTHER_HOUSEHOLD)
    form = f"/households/{number}/apply/minimum_living_allowance"
    page.goto(form)
    page.wait_for_selector("#form[data-ready]")
    page.wait_for_timeout(REST)
    kept = select(func.count()).select_from(FormDraft)
    with desk.stage.database.reading("") as session:
        assert session.scalar(kept) == 0
    page.locator(".fjs-textarea").first.fill("写到一半的理由")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    page.goto("/worklist")
    page.go_back()
    page.wait_for_selector("#form[data-ready]")
    expect(page.locator(".fjs-textarea").first).to_have_value("写到一半的理由")
    page.goto(form)
    page.wait_for_selector("#form[data-ready]")
    expect(page.locator(".fjs-textarea").first).to_have_value("写到一半的理由")
    with desk.stage.database.reading("") as session:
        assert session.scalar(kept) == 1


def test_what_is_done_with_a_step__opens_in_view__and_dates_are_chinese(desk: Desk) -> None:
    place, _ = _step(desk, "investigate_household", "investigator")
    page = _opened(desk, place, "t1_investigator")
    for button, title in [
        ("转办", "转办"),
        ("委派", "委派"),
        ("沟通", "沟通"),
        ("抄送", "抄送"),
        ("退回", "退回"),
    ]:
        page.locator("[data-dialog]", has_text=button).click()
        dialog = page.get_by_role("dialog", name=title)
        expect(dialog).to_be_in_viewport(ratio=1)
        if button == "退回":
            desk.shot(page, "return_dialog")
        dialog.get_by_role("button", name="取消").click()
        expect(dialog).to_be_hidden()
    day = page.locator(".flatpickr-input").first
    day.scroll_into_view_if_needed()
    day.focus()
    page.keyboard.press("ArrowDown")
    week = page.locator(".flatpickr-calendar.open .flatpickr-weekday").all_inner_texts()
    assert [w.strip() for w in week] == ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
    desk.shot(page, "date_picker")
    assert "yyyy" not in page.content()


def test_a_day_of_the_household_page_that_cannot_be_read__comes_back_and_is_not_saved(desk: Desk) -> None:
    page = desk.sign_in("t1_clerk")
    page.goto("/households/new")
    page.get_by_role("button", name="登记去世").click()
    page.wait_for_selector('[data-name="died_on"].flatpickr-input')
    died, said = page.locator('[data-name="died_on"]'), page.locator('[data-name="died_on"] + .fault')
    died.fill("2026-13-45")
    page.locator("h1").first.click()
    expect(said).to_have_text("没有这一天，请核对年、月、日。")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    page.reload()
    expect(died).to_have_value("2026-13-45")
    expect(said).to_have_text("没有这一天，请核对年、月、日。")
    desk.shot(page, "wrong_day_of_death")
    page.locator("button", has_text="保存 (Ctrl+S)").click()
    expect(died).to_have_value("2026-13-45")
    expect(died).to_have_attribute("aria-invalid", "true")
    assert "/households/new?" in page.url, "nothing is saved"
