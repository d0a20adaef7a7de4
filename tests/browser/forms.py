"""Filling in form-js forms and finishing steps, as people do."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser.conftest import Desk

CASE_PAGE = re.compile(r"/cases/[0-9]+-[A-Z]+-[0-9]+-[0-9]+$")


def tick(page: Page, field: str, label: str) -> None:
    """Check a choice of one field, however often its label stands on the page."""
    box = page.locator(".fjs-form-field", has=page.locator(f'[id*="{field}"]')).last
    box.get_by_label(label, exact=True).check()


def choose(page: Page, field: str, label: str) -> None:
    """Pick from a form-js select."""
    page.locator(f'[id*="{field}"]').first.click()
    page.locator(".fjs-dropdownlist-item", has_text=label).first.click()


def take(desk: Desk, username: str, number: str, title: str) -> Page:
    """Sign in, claim the step from the office's queue and open its form."""
    page = desk.sign_in(username)
    page.goto(f"/worklist?queue=office&q={number}")
    row = page.locator("tr[data-href]", has_text=title)
    row.get_by_role("button", name="签收并办理").click()
    page.wait_for_selector("#form[data-ready]")
    return page


def finish(page: Page) -> None:
    """Submit the form and come back to the case."""
    page.keyboard.press("Control+Enter")
    page.wait_for_url(CASE_PAGE)
    page.wait_for_selector("#diagram[data-ready]", state="attached")


def day(page: Page, field: str, value: str) -> None:
    """Type a date into a form-js date field."""
    box = page.locator(f'[id*="{field}"]').first
    box.fill(value)
    box.press("Enter")
