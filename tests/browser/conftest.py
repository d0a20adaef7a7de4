"""A served desk and the system's Chromium."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from werkzeug.serving import make_server

from processes.office.accounts.sessions import EndSessionsOf
from processes.rehearsal.county import COUNTY, PASSWORD
from processes.rehearsal.stage import Stage
from tests.builders import browsers
from tests.builders.desks import desk_over

PATIENCE_MS = 20_000
"""What a page is waited for: a machine that does much else is slow, and not wrong."""
expect.set_options(timeout=PATIENCE_MS)
SHOTS = Path(__file__).parent.parent.parent / "var" / "screenshots"


@dataclass
class Desk:
    """The desk at an address, and a page per person."""

    stage: Stage
    playwright: Playwright
    browser: Browser
    address: str

    def sign_in(self, username: str, language: str = "zh-CN") -> Page:
        """A page of somebody's own in a browser of a language, signed in; any script error fails the test."""
        context = self.browser.new_context(
            viewport={"width": 1366, "height": 768}, base_url=self.address, locale=language
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        page.on(
            "console", lambda m: self.faults.append(m.text) if "Content Security Policy" in m.text else None
        )
        page.goto("/sign-in")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("nav.bar")
        return page

    def end_sessions(self, username: str) -> None:
        """Somebody's sessions end.  At the desk, not in the browser: an answer under way brings a cookie back."""
        self.stage.office.perform(EndSessionsOf(username), self.stage.actor("administrator", COUNTY))

    def shot(self, page: Page, name: str) -> None:
        """A screenshot to look at, under var/screenshots."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")

    faults: list[str] = None  # type: ignore[assignment]


@contextmanager
def served(stage: Stage) -> Iterator[Desk]:
    """The desk over a stage, served on loopback."""
    server = make_server("127.0.0.1", 0, desk_over(stage), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with browsers.browser() as (playwright, browser):
        made = Desk(stage, playwright, browser, f"http://127.0.0.1:{server.server_port}")
        made.faults = []
        yield made
    assert made.faults == []
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(stage: Stage) -> Iterator[Desk]:
    """The desk with one programme."""
    with served(stage) as made:
        yield made


@pytest.fixture
def whole_desk(whole_stage: Stage) -> Iterator[Desk]:
    """The desk with every programme of the content folder."""
    with served(whole_stage) as made:
        yield made
