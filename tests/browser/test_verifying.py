"""Proving who one is in the browser: an app and a passkey enrolled, shown after the password, and once more in place."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from processes.access import sessions
from processes.access.models import AccessLog
from processes.cases.models import WorkItem
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.storage.unit_of_work import current_instant
from tests.browser.conftest import Desk, served
from tests.browser.forms import CASE_PAGE, take
from tests.builders import cases
from tests.builders.factors import code, make_real

ID_NUMBER = re.compile(r"^\d{17}[\dX]$")
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How much later it is by the wall clock, which stands still: no code ends between its reading and its typing."""
    now = current_instant().replace(second=1, microsecond=0)
    passed = [timedelta(0)]
    monkeypatch.setattr(sessions, "wall", lambda: now + passed[0])
    return passed


@pytest.fixture
def named_desk(stage: Stage) -> Iterator[Desk]:
    """The desk under a name, as passkeys want it."""
    with served(stage) as made:
        made.address = made.address.replace("127.0.0.1", "localhost")
        settings = replace(stage.office.settings, public_address=made.address)
        object.__setattr__(stage.office, "settings", settings)
        yield made


def authenticator(page: Page) -> None:
    """A key of the browser's own, in software, that a finger is always on."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def arrive(page: Page, username: str) -> None:
    page.goto("/sign-in")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")


def both(desk: Desk, page: Page, name: str) -> None:
    """At a desk and on a telephone."""
    desk.shot(page, name)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    desk.shot(page, f"{name}_narrow")
    page.set_viewport_size({"width": 1366, "height": 768})


def entries(stage: Stage, action: str) -> int:
    with stage.database.reading("") as session:
        query = select(func.count()).select_from(AccessLog).where(AccessLog.action == action)
        return session.scalar(query) or 0


def enrol_app(desk: Desk, page: Page) -> str:
    page.goto("/factors")
    both(desk, page, "factors_none")
    page.fill("#totp-password", PASSWORD)
    page.get_by_role("button", name="登记动态口令").click()
    expect(page.locator("svg.qr-screen")).to_be_visible()
    both(desk, page, "factors_scan")
    secret = page.locator("#secret").inner_text()
    # What a telephone sees on the screen.
    seen = zxingcpp.read_barcode(Image.open(io.BytesIO(page.locator("svg.qr-screen").screenshot())))
    assert seen is not None and f"secret={secret}" in seen.text
    page.fill("#code", code(secret, -1))
    page.fill("#label", "本人手机")
    page.click("text=完成登记")
    expect(page.locator("#new-codes li")).to_have_count(10)
    both(desk, page, "factors_codes")
    page.click("text=已经保存，继续")
    expect(page.locator("#new-codes")).to_have_count(0)
    return secret


def test_an_app__enrolled_and_shown_after_the_password(desk: Desk, stage: Stage) -> None:
    page = desk.sign_in("t1_clerk")
    secret = enrol_app(desk, page)
    page.goto("/factors")
    expect(page.get_by_role("cell", name="本人手机", exact=True)).to_be_visible()
    both(desk, page, "factors_one")
    page.click("text=退出")
    arrive(page, "t1_clerk")
    expect(page.locator("h1")).to_have_text("双因素认证")
    both(desk, page, "factor_shown")
    page.fill("#code", "000000")
    page.keyboard.press("Enter")
    expect(page.locator(".alert-danger")).to_contain_text("验证没有通过")
    page.fill("#code", code(secret))
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.bar")


def test_a_passkey__enrolled__shown_and_used_in_place(
    named_desk: Desk, stage: Stage, later: list[timedelta]
) -> None:
    number = cases.a_case(stage)
    page = named_desk.sign_in("t1_clerk")
    authenticator(page)
    page.goto("/factors")
    page.fill("#passkey-password", "不对")
    page.click("#add-passkey button")
    expect(page.locator("#add-passkey .fault")).to_contain_text("密码不正确")
    page.fill("#passkey-password", PASSWORD)
    page.fill("#passkey-label", "办公室电脑")
    page.click("#add-passkey button")
    expect(page.locator("#new-codes li")).to_have_count(10)
    page.click("text=退出")

    arrive(page, "t1_clerk")
    page.click("#show-passkey")
    page.wait_for_selector("nav.bar")
    assert entries(stage, "verified") == 1

    later[0] = timedelta(minutes=20)
    page.goto(f"/cases/{number}#family")
    page.locator("[data-reveal]").first.click()
    expect(page.locator("#verify-again")).to_be_visible()
    both(named_desk, page, "verify_again_passkey")
    page.click("#verify-again >> text=使用通行密钥")
    expect(page.locator("#verify-again")).to_have_count(0)
    expect(page.locator("[data-masked]").first).to_have_text(ID_NUMBER)
    assert entries(stage, "verified") == 2


def test_a_leader_decides__is_asked_in_place__and_nothing_typed_is_lost(
    desk: Desk, stage: Stage, later: list[timedelta]
) -> None:
    number = cases.a_case(stage, at="township_opinion")
    item = cases.item_at(stage, number, "township_opinion")
    page = take(desk, "t1_leader", number, "乡镇审核意见")
    page.get_by_label("同意上报，建议纳入", exact=True).check()
    page.locator('[id*="statement"]').first.fill("经集体研究，建议纳入")
    later[0] = timedelta(minutes=20)
    page.click("#complete")
    box = page.locator("#verify-again")
    expect(box).to_be_visible()
    both(desk, page, "verify_again")
    page.fill("#verify-proof", "不对")
    page.keyboard.press("Enter")
    expect(box.locator(".fault")).to_contain_text("密码不正确")
    page.fill("#verify-proof", PASSWORD)
    page.keyboard.press("Enter")
    expect(box).to_have_count(0)
    page.wait_for_url(CASE_PAGE)
    with stage.database.reading("") as session:
        row = session.get_one(WorkItem, item.id)
    assert (row.status, (row.submission or {})["statement"]) == ("done", "经集体研究，建议纳入")


def test_who_declines_keeps_the_page(desk: Desk, stage: Stage, later: list[timedelta]) -> None:
    cases.a_case(stage)
    page = desk.sign_in("t1_clerk")
    page.goto("/households")
    later[0] = timedelta(minutes=20)
    page.locator("form[data-verify] button").first.click()
    expect(page.locator("#verify-again")).to_be_visible()
    page.click("text=暂不办理")
    expect(page.locator("#verify-again")).to_have_count(0)
    assert entries(stage, "list_exported") == 0
    # A file follows once it was proven; the page stays.
    page.locator("form[data-verify] button").first.click()
    page.fill("#verify-proof", PASSWORD)
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert taken.value.suggested_filename.endswith(".xlsx")
    assert entries(stage, "list_exported") == 1


def test_a_session_that_ended__password_and_second_factor_in_place(desk: Desk, stage: Stage) -> None:
    number = cases.a_case(stage)
    page = desk.sign_in("t1_clerk")
    secret = enrol_app(desk, page)
    page.goto(f"/cases/{number}#family")
    desk.end_sessions("t1_clerk")
    page.locator("[data-reveal]").first.click()
    page.fill("#again-password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#verify-again")).to_be_visible()
    both(desk, page, "factor_in_place")
    page.fill("#verify-proof", code(secret))
    page.keyboard.press("Enter")
    expect(page.locator("[data-masked]").first).to_have_text(ID_NUMBER)


def test_where_the_role_asks_for_it__enrolment_comes_first(desk: Desk, stage: Stage) -> None:
    make_real(stage, "supervisor")
    settings = replace(stage.office.settings, second_factor_roles=frozenset({"supervisor"}))
    object.__setattr__(stage.office, "settings", settings)
    page = desk.browser.new_context(
        viewport={"width": 1366, "height": 768}, base_url=desk.address, locale="zh-CN"
    ).new_page()
    page.set_default_timeout(20_000)
    arrive(page, "supervisor")
    page.wait_for_url("**/factors")
    page.goto("/studio")
    page.wait_for_url("**/factors")
    enrol_app(desk, page)
    page.goto("/studio")
    page.wait_for_selector("nav.bar")
    assert page.url.endswith("/studio")
