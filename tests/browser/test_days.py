"""Days and times as people type them: read in every usual way, and kept with a sentence where nobody can read them."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from processes.cases.models import WorkItem
from processes.office.steps.claim import ClaimTask
from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def _type(page: Page, field: str, text: str) -> None:
    """Types as a person does: once the picker stands, into the field that was clicked."""
    page.locator(f"{field}.flatpickr-input").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    expect(page.locator(field)).to_have_value(text)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-13-45", "没有这一天，请核对年、月、日。"),
        ("２０２６年２月３０日", "没有这一天，请核对年、月、日。"),
        ("明天", "日期无法识别，请按“年-月-日”填写，如 2026-03-02，或者从日历中选择。"),
    ],
)
def test_a_day_that_cannot_be_read__stays_with_a_sentence_at_its_field(
    desk: Desk, typed: str, sentence: str
) -> None:
    page = desk.sign_in("t1_clerk")
    page.goto("/cases")
    since, said = page.locator("#since"), page.locator("#since + .fault")
    _type(page, "#since", typed)
    page.locator("#until").click()
    expect(said).to_have_text(sentence)
    expect(since).to_have_value(typed)
    expect(since).to_have_attribute("aria-invalid", "true")
    desk.shot(page, "wrong_day")
    page.locator("form.filters button", has_text="查找").click()
    expect(since).to_be_focused()
    assert page.url.endswith("/cases"), "nothing is looked for with a day that nobody can read"
    since.fill("２０２６年３月２日")
    page.keyboard.press("Tab")
    expect(since).to_have_value("2026-03-02")
    expect(said).to_have_text("")
    page.locator("form.filters button", has_text="查找").click()
    page.wait_for_url("**/cases?*since=2026-03-02*")


def test_a_day_that_is_picked__takes_the_place_of_what_was_typed(desk: Desk) -> None:
    page = desk.sign_in("t1_clerk")
    page.goto("/cases")
    since, said = page.locator("#since"), page.locator("#since + .fault")
    _type(page, "#since", "明天")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("日期无法识别")
    expect(since).to_have_value("明天")
    since.click()
    page.locator(".flatpickr-calendar.open .flatpickr-day:not(.prevMonthDay)").first.click()
    assert re.fullmatch(r"\d{4}-\d\d-01", since.input_value())
    expect(said).to_have_text("")
    expect(since).to_have_attribute("aria-invalid", "false")


def test_a_time_that_cannot_be_read__is_not_made_another_one(desk: Desk) -> None:
    page = desk.sign_in("t1_clerk")
    page.goto("/reach")
    start, said = page.locator("#quiet_from"), page.locator("#quiet_from + .fault")
    _type(page, "#quiet_from", "25:99")
    page.locator("h1").first.click()
    expect(said).to_have_text("时间无法识别，请按“时:分”填写，如 08:30。")
    expect(start).to_have_value("25:99")
    desk.shot(page, "wrong_time")
    start.fill("２１点３０分")
    page.locator("#quiet_until").click()
    expect(start).to_have_value("21:30")
    expect(said).to_have_text("")


def _visit(desk: Desk, language: str = "zh-CN") -> tuple[Page, str, int]:
    """A browser of a language, the page of a visit that waits for it, and its step."""
    number = cases.a_case(desk.stage, "investigate_household")
    item = cases.item_at(desk.stage, number, "investigate_household")
    desk.stage.office.perform(
        ClaimTask(item.id, item.version), desk.stage.actor("investigator", cases.VILLAGE)
    )
    page = desk.sign_in("t1_investigator", language)
    if language != "zh-CN":
        page.get_by_role("button", name="中文").click()
        page.wait_for_selector('html[lang="zh-CN"]')
    return page, f"/cases/{number}/tasks/{item.id}", item.id


def _day(page: Page, place: str) -> Locator:
    page.goto(place)
    page.wait_for_selector("#form[data-ready]")
    return page.locator(".fjs-form-field-datetime", has_text="入户日期")


def _type_day(page: Page, box: Locator, text: str) -> None:
    box.locator("input.fjs-input").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text)
    page.keyboard.press("Tab")


def _drafted(desk: Desk, item_id: int) -> dict[str, object]:
    with desk.stage.database.reading("") as session:
        draft = session.get_one(WorkItem, item_id).draft
    return json.loads(draft) if isinstance(draft, str) else dict(draft or {})


def _until_kept(page: Page, desk: Desk, item_id: int, day: str | None) -> None:
    for _ in range(100):
        kept = _drafted(desk, item_id)
        if kept and kept.get("visited_on") == day:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"kept: {_drafted(desk, item_id)}")


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_a_day_in_the_form_of_a_step__is_read_as_written_and_never_becomes_another(
    desk: Desk, language: str
) -> None:
    """The viewer by itself takes 2026-13-45 for 2027-02-14, and 3/2 by the language of the browser."""
    page, place, item_id = _visit(desk, language)
    box = _day(page, place)
    day, said = box.locator("input.fjs-input"), box.locator(".fault")
    expect(day).to_have_attribute("placeholder", "年-月-日")
    for text, read in (
        ("2026年3月4日", "2026-03-04"),
        ("２０２６．３．５", "2026-03-05"),
        ("20260306", "2026-03-06"),
        ("2026/3/3", "2026-03-03"),
    ):
        _type_day(page, box, text)
        expect(day).to_have_value(read)
        _until_kept(page, desk, item_id, read)
    for text, sentence in (
        ("2026-13-45", "没有这一天，请核对年、月、日。"),
        ("上周三", "日期无法识别，请按“年-月-日”填写，如 2026-03-02，或者从日历中选择。"),
        ("1899-12-31", "这一天不在可以填写的范围内，请核对。"),
    ):
        _type_day(page, box, text)
        expect(said).to_have_text(sentence)
        expect(day).to_have_value(text)
        expect(day).to_have_attribute("aria-invalid", "true")
        _until_kept(page, desk, item_id, None)
    if language == "zh-CN":
        desk.shot(page, "wrong_day_in_a_form")
    page.click("#complete")
    expect(page.get_by_text("处填写有误，请按提示修改后再提交；已填写的内容已保留。")).to_be_visible()
    expect(day).to_have_value("1899-12-31")
    _type_day(page, box, "2026-03-02")
    expect(said).to_have_text("")
    expect(day).to_have_value("2026-03-02")
    expect(day).to_have_attribute("aria-invalid", "false")
    _until_kept(page, desk, item_id, "2026-03-02")


def test_a_day_that_nobody_can_read__holds_a_step_that_does_not_ask_for_one(desk: Desk) -> None:
    """A field that may be empty is not empty when something stands in it."""
    page, place, item_id = _visit(desk)

    def asks_for_no_day(route: Route) -> None:
        answer = route.fetch()
        page_text, asked = answer.text(), re.compile(r'("key": ?"visited_on".*?"required": ?)true')
        assert asked.search(page_text)
        route.fulfill(response=answer, body=asked.sub(r"\1false", page_text, count=1))

    page.route(f"**{place}", asks_for_no_day)
    box = _day(page, place)
    faults = page.get_by_text(re.compile(r"^有 \d+ 处填写有误"))
    page.click("#complete")
    expect(faults).to_be_visible()
    empty = int(re.findall(r"\d+", faults.inner_text())[0])
    _type_day(page, box, "2026-02-30")
    page.click("#complete")
    expect(faults).to_have_text(f"有 {empty + 1} 处填写有误，请按提示修改后再提交；已填写的内容已保留。")
    expect(box.locator("input.fjs-input")).to_have_value("2026-02-30")
    with desk.stage.database.reading("") as session:
        assert session.get_one(WorkItem, item_id).status != "done"
