"""The system's Chromium, started once in a process for the browser tests that follow each other.

It ends before a test that wants none: Playwright leaves an event loop running in the thread that started it, where
`asyncio.run` is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Browser, Playwright, sync_playwright

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_running = ExitStack()
_started: list[tuple[Playwright, Browser]] = []


@contextmanager
def browser() -> Iterator[tuple[Playwright, Browser]]:
    """The driver and the browser; what a test opens in it is closed after the test."""
    if _started and not _started[0][1].is_connected():
        stop()
    if not _started:
        playwright = _running.enter_context(sync_playwright())
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        _running.callback(chromium.close)
        _started.append((playwright, chromium))
    try:
        yield _started[0]
    finally:
        for context in _started[0][1].contexts:
            context.close()


def stop() -> None:
    """End the browser and its driver."""
    _started.clear()
    _running.close()
