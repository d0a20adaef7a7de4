"""The browser is killed in the middle of typing: what was typed more than five seconds before is there again."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from processes.office.steps.claim import ClaimTask
from processes.rehearsal.county import PASSWORD
from tests.browser.conftest import Desk
from tests.builders import cases
from tests.builders.browsers import ARGUMENTS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
MOST_LOST = 5.0


def _own_browser(desk: Desk, profile: Path) -> Page:
    """A browser that may be killed, apart from the one that the tests share; signed in as the window clerk."""
    context = desk.playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path="/usr/bin/chromium",
        args=ARGUMENTS,
        base_url=desk.address,
        locale="zh-CN",
        viewport={"width": 1366, "height": 768},
    )
    page = context.pages[0]
    page.goto("/sign-in")
    page.fill("#username", "t1_clerk")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.bar")
    return page


def _kill(profile: Path) -> None:
    """End at once, without a word to the pages, the processes of the browser with this profile."""
    mark = str(profile).encode()
    killed = 0
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes()
        except OSError:
            continue
        if mark in command and b"chrom" in command:
            os.kill(int(entry.parent.name), signal.SIGKILL)
            killed += 1
    assert killed > 0


def _typed_through(page: Page, selector: str) -> list[tuple[float, str]]:
    """Type without a pause for some seconds; answers what stood there at which moment."""
    seen, text = [], ""
    begun = time.monotonic()
    while time.monotonic() - begun < MOST_LOST + 3:
        text += "字"
        page.locator(selector).press_sequentially("字")
        seen.append((time.monotonic(), text))
        time.sleep(0.2)
    return seen


def _due_at_death(seen: list[tuple[float, str]], died: float) -> str:
    return [text for at, text in seen if at <= died - MOST_LOST][-1]


def test_a_household_half_typed__is_there_again(desk: Desk, tmp_path: Path) -> None:
    page = _own_browser(desk, tmp_path / "one")
    page.goto("/households/new")
    page.wait_for_selector("#household[data-ready]")
    page.locator('[data-name="name"]').fill("张建国")
    seen = _typed_through(page, "#address")
    died = time.monotonic()
    _kill(tmp_path / "one")
    again = desk.sign_in("t1_clerk")
    again.goto("/households/new")
    expect(again.locator(".alert-warning")).to_contain_text("张建国")
    desk.shot(again, "unfinished")
    again.get_by_role("link", name="继续填写").click()
    again.wait_for_selector("#household[data-ready]")
    expect(again.locator('[data-name="name"]')).to_have_value("张建国")
    kept = again.locator("#address").input_value()
    assert kept.startswith(_due_at_death(seen, died))
    assert seen[-1][1].startswith(kept)
    desk.shot(again, "unfinished_again")


def test_a_step_half_typed__is_there_again(desk: Desk, tmp_path: Path) -> None:
    number = cases.a_case(desk.stage)
    item = cases.item_at(desk.stage, number, "check_papers")
    desk.stage.office.perform(
        ClaimTask(item.id, item.version), desk.stage.actor("window_clerk", cases.VILLAGE)
    )
    place = f"/cases/{number}/tasks/{item.id}"
    page = _own_browser(desk, tmp_path / "two")
    page.goto(place)
    page.wait_for_selector("#form[data-ready]")
    page.get_by_label("不予受理", exact=True).check()
    seen = _typed_through(page, ".fjs-textarea")
    died = time.monotonic()
    _kill(tmp_path / "two")
    again = desk.sign_in("t1_clerk")
    again.goto(place)
    again.wait_for_selector("#form[data-ready]")
    kept = again.locator(".fjs-textarea").input_value()
    assert kept.startswith(_due_at_death(seen, died))
    assert seen[-1][1].startswith(kept)
