"""Scripts in English: what they say is English, and what they store is what a page in Chinese stores."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from processes.office.studio.drafts import OpenDraft
from processes.people.models import Membership, Person
from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CHINESE = re.compile(r"[㐀-鿿　-〿＀-￯]")
SAID = """(place) => [...document.querySelectorAll(place)].flatMap((top) => [top, ...top.querySelectorAll("*")])
  .filter((n) => !n.closest("[data-said]") && !n.matches("svg *"))
  .flatMap((n) => [...["title", "placeholder", "aria-label", "data-title"].map((a) => n.getAttribute(a) || ""),
    ...[...n.childNodes].filter((c) => c.nodeType === Node.TEXT_NODE).map((c) => c.data)])"""


def chinese(page: Page, place: str) -> list[str]:
    """What is said in Chinese at a place of the page: texts, titles, hints, names for screen readers."""
    said: list[str] = page.evaluate(SAID, place)
    assert "".join(said).strip(), f"nothing is said at {place}"
    return [text for text in said if CHINESE.search(text)]


def test_a_household__is_entered_in_english_and_stored_as_ever(desk: Desk) -> None:
    desk.stage.set_clock(datetime.fromisoformat("2026-07-01T09:00"))
    number = cases.a_household(desk.stage)
    page = desk.sign_in("t1_clerk", "en-GB")
    page.goto(f"/households/{number}")
    page.wait_for_selector("#household[data-ready]")
    page.keyboard.press("?")
    expect(page.locator("#keys h2")).to_have_text("Keyboard shortcuts")
    assert chinese(page, "#keys") == []
    page.keyboard.press("Escape")

    page.locator('[data-add="members"]').click()
    row = page.locator('[data-lines="members"] tr').last
    row.get_by_label("Name", exact=True).fill("郭新")
    row.get_by_label("ID number").fill("无")
    row.get_by_label("ID number").press("Tab")
    expect(row.locator('[data-name="document"]')).to_have_value("none")
    row.get_by_label("Sex").select_option(label="Female")
    row.get_by_label("Approximate age").fill("30")
    row.locator('[data-name="relation"]').select_option("其他")
    row.get_by_text("Register death").click()
    row.get_by_label("Date of death").click()
    expect(page.locator(".flatpickr-calendar.open .flatpickr-weekday").first).to_have_text("Mon")
    assert chinese(page, ".flatpickr-calendar.open") == []
    row.get_by_label("Date of death").fill("2026年6月31日")
    row.get_by_label("Date of death").press("Tab")
    expect(row.locator(".fault").last).to_have_text("There is no such day; check year, month and day.")
    row.get_by_label("Date of death").fill("")
    row.get_by_label("Date of death").press("Tab")

    with page.expect_event("load"):
        page.keyboard.press("Control+s")
    with desk.stage.database.reading("") as session:
        member = session.scalars(select(Membership).join(Person).where(Person.name == "郭新")).one()
        assert (member.person.sex, member.relation) == ("女", "其他")


def test_a_form__says_in_english_what_is_missing(desk: Desk) -> None:
    number = cases.a_household(desk.stage)
    page = desk.sign_in("t1_clerk", "en-GB")
    page.goto(f"/households/{number}/apply/minimum_living_allowance/apply")
    page.wait_for_selector("#form[data-ready]")
    page.locator("#complete").click()
    expect(page.locator("#said")).to_contain_text("Entries to correct: ")
    expect(page.locator(".fjs-form-field-error").first).to_have_text("Field is required.")


def test_the_page_of_visits__is_kept_with_its_english_files(desk: Desk) -> None:
    page = desk.sign_in("t1_investigator", "en-GB")
    page.goto("/field")
    page.wait_for_selector('body[data-offline="1"]')
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#state")).to_have_text("This device has no forms taken along.")
    scripts: list[str] = page.evaluate("[...document.scripts].map((s) => s.src).filter((s) => s)")
    assert scripts and all("/static/en/assets/" in address for address in scripts)


def opened(desk: Desk, file: str) -> Any:
    """A file of a draft in its editor."""
    supervisor = desk.stage.actor("supervisor", cases.VILLAGE)
    draft = desk.stage.office.perform(OpenDraft("minimum_living_allowance"), supervisor).draft
    page = desk.sign_in("supervisor", "en-GB")
    page.goto(f"/studio/{draft}/file/{file}")
    page.wait_for_selector("#studio[data-ready]")
    return page


def test_the_editor_of_diagrams__speaks_its_own_english(desk: Desk) -> None:
    page = opened(desk, "apply.bpmn")
    expect(page.locator("#problem-list li").first).to_have_text("The check found no problems.")
    assert "do not wait for each other" in page.locator("#problem-list").inner_text()
    page.locator('[data-element-id="check_papers"]').first.click()
    page.wait_for_selector(".djs-context-pad.open")
    assert chinese(page, ".djs-palette, .djs-context-pad.open, .zoom-buttons, .bts-toggle-mode") == []
    assert chinese(page, "#panel label") == []
    page.locator('.djs-context-pad.open [data-action="replace"]').first.click()
    page.wait_for_selector(".djs-popup")
    assert chinese(page, ".djs-popup") == []


def test_the_editor_of_tables__speaks_its_own_english(desk: Desk) -> None:
    page = opened(desk, "eligibility.dmn")
    page.locator("td.input-cell").first.click(button="right")
    page.wait_for_selector(".context-menu")
    assert chinese(page, ".context-menu, .view-drd-button, .hit-policy") == []


def test_the_editor_of_forms__speaks_its_own_english(desk: Desk) -> None:
    page = opened(desk, "forms/application.form")
    page.wait_for_selector(".fjs-palette")
    assert chinese(page, ".fjs-palette") == []
    assert chinese(page, ".fjs-properties-panel, .fjs-properties-container") == []
