"""A step dropped on a line of a drawing pushes what comes after it aside, and one undo takes all of it back."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PLACES = """() => Object.fromEntries([...document.querySelectorAll("#canvas .djs-container > svg .djs-shape")]
  .filter((g) => g.querySelector(":scope > .djs-visual > rect") && !/_label$/.test(g.dataset.elementId))
  .map((g) => { const b = g.querySelector(":scope > .djs-visual").getBoundingClientRect();
    return [g.dataset.elementId, [b.x, b.y, b.width, b.height].map(Math.round)]; })
  .filter(([, [, , width]]) => width < 400))"""
"""Steps and other shapes with a frame, by id; a lane is wider than any of them."""


def _overlapping(places: dict[str, list[int]], one: str) -> list[str]:
    x, y, width, height = places[one]
    return [
        name
        for name, (left, top, across, down) in places.items()
        if name != one and left < x + width and x < left + across and top < y + height and y < top + down
    ]


def _drop(page: Page, x: float, y: float) -> None:
    page.locator('[data-action="create.task"]').click()
    for step in range(8, -1, -1):
        page.mouse.move(x - 12 * step, y + 12 * step)
        page.wait_for_timeout(30)
    page.mouse.click(x, y)
    page.keyboard.press("Escape")


def test_a_step_dropped_on_a_line_lies_upon_nothing(desk: Desk) -> None:
    desk.stage.set_clock(datetime(2026, 3, 2, 9, 0))
    page = desk.sign_in("supervisor")
    page.goto("/studio")
    page.get_by_role("button", name="修改").first.click()
    page.get_by_role("link", name="apply.bpmn").click()
    page.wait_for_selector("#studio[data-ready]")
    page.get_by_role("button", name="从开头看清每一步").click()
    page.locator('[data-element-id="check_papers"]').first.click()
    page.keyboard.press("Control+f")
    page.locator(".djs-search-input input").press_sequentially("county_decision")
    page.locator('[data-result-id="county_decision"]').first.click()
    page.mouse.move(500, 450)
    page.mouse.wheel(450, 0)
    page.wait_for_timeout(300)
    before = page.evaluate(PLACES)
    drawn = page.locator('[data-element-id="county_decision_to_decision_made"] .djs-visual path')
    boxes = [box for n in range(drawn.count()) if (box := drawn.nth(n).bounding_box())]
    line = next(b for b in boxes if b["x"] > 0 and b["width"] > 20)
    _drop(page, line["x"] + line["width"] / 2, line["y"] + line["height"] / 2)
    page.wait_for_timeout(300)
    after = page.evaluate(PLACES)
    (made,) = set(after) - set(before)
    desk.shot(page, "made_room")
    assert _overlapping(after, made) == []
    assert any(after[name][0] > before[name][0] for name in before if name in after), (
        "nothing was pushed aside"
    )
    page.keyboard.press("Control+z")
    page.wait_for_timeout(300)
    assert page.evaluate(PLACES) == before, "one undo takes all of it back"
