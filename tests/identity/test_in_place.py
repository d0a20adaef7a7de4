"""In the browser: to the provider and back, once more in a window of its own, signing in again without losing the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from processes.access.models import SignedIn
from processes.rehearsal.stage import Stage
from processes.storage.unit_of_work import current_instant
from tests.browser.conftest import Desk, served
from tests.builders import cases
from tests.identity.conftest import serving

pytestmark = [pytest.mark.identity, pytest.mark.browser, pytest.mark.xdist_group("browser")]
ID_NUMBER = re.compile(r"^\d{17}[\dX]$")


@pytest.fixture
def desk(stage: Stage) -> Iterator[Desk]:
    """The desk, at which people sign in at a provider."""
    with served(stage) as made, serving(f"{made.address}/sign-in/provider/back") as provider:
        settings = replace(stage.office.settings, provider=provider, public_address=made.address)
        object.__setattr__(stage.office, "settings", settings)
        yield made


def at_the_provider(page: Page) -> None:
    """Type a name there, and agree where it asks."""
    page.fill('[name="login"]', "t1_clerk")
    page.fill('[name="password"]', "x")
    page.click("button[type=submit]")
    page.wait_for_load_state()
    if page.locator('[name="prompt"][value="consent"]').count():
        page.click("button[type=submit]")


def test_signed_in__proven_again_and_signed_in_again(desk: Desk, stage: Stage) -> None:
    number = cases.a_case(stage)
    page = desk.browser.new_context(
        viewport={"width": 1366, "height": 768}, base_url=desk.address, locale="zh-CN"
    ).new_page()
    page.set_default_timeout(20_000)
    page.goto(f"/sign-in?next=/cases/{number}")
    desk.shot(page, "sign_in_provider")
    page.click("text=通过统一身份认证登录")
    at_the_provider(page)
    page.wait_for_url(f"**/cases/{number}")

    with stage.database.unit_of_work() as uow:
        uow.session.execute(update(SignedIn).values(verified_at=current_instant() - timedelta(minutes=20)))
        uow.commit()
    page.goto(f"/cases/{number}#family")
    page.locator("[data-reveal]").first.click()
    expect(page.locator("#verify-again")).to_be_visible()
    desk.shot(page, "verify_at_the_provider")
    with page.expect_popup() as opened:
        page.click("text=到统一身份认证验证")
    at_the_provider(opened.value)
    expect(opened.value.locator("h1")).to_have_text("验证通过")
    opened.value.close()
    expect(page.locator("[data-masked]").first).to_have_text(ID_NUMBER)

    page.wait_for_load_state("networkidle")
    page.context.clear_cookies(name="yimen")
    page.locator("[data-reveal]").first.click()
    expect(page.locator("#sign-in-again")).to_be_visible()
    desk.shot(page, "sign_in_again_provider")
    with page.expect_popup() as opened:
        page.click("#sign-in-again >> text=通过统一身份认证登录")
    # Signed in there still: it leads back by itself, and the page goes on.
    expect(page.locator("#sign-in-again")).to_have_count(0)
    expect(page.locator("[data-masked]").nth(1)).to_have_text(ID_NUMBER)
