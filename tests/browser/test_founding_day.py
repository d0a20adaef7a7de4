"""A newcomer founds an office with 3 townships and 40 villages, opens it and takes the first application in it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyotp
import pytest
import xlsxwriter
from playwright.sync_api import Page, expect

from processes.people.id_number import compose
from tests.browser.conftest import SHOTS
from tests.browser.forms import CASE_PAGE, choose
from tests.builders import browsers, releases
from tests.conftest import CONTENT

ROOT = CONTENT.parent
YIMEN = str(Path(sys.executable).with_name("yimen"))
OWN_PASSWORD = "春风又绿江南岸，明月何时"
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def places_file(folder: Path) -> Path:
    """青山县, 3 townships, 40 villages, as a county hands them over."""
    rows: list[tuple[str, str]] = [("341599", "青山县")]
    for t, (town, villages) in enumerate((("城关镇", 14), ("大河镇", 13), ("云岭乡", 13)), start=1):
        code = f"341599{100 + t}"
        rows += [(code, town), *((f"{code}{200 + v}", f"{town[:2]}{v}村") for v in range(1, villages + 1))]
    assert len(rows) == 1 + 3 + 40
    file = folder / "区划.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("代码", "名称"))
        for n, row in enumerate(rows, start=1):
            sheet.write_row(n, 0, row)
    return file


def small_content(folder: Path) -> Path:
    """The content of the installation with one programme and few scenarios, so that publishing is quicker."""
    content = folder / "bpmn"
    content.mkdir()
    shutil.copy(CONTENT / "clauses.toml", content)
    for name in ("common", "minimum_living_allowance"):
        shutil.copytree(CONTENT / name, content / name)
    for file in content.rglob("scenarios/*.yaml"):
        if not releases.is_played(str(file)):
            file.unlink()
    return content


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[str]:
    """The office served as `./run --office` does it; ends with 0 when it is asked to stop."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    server = subprocess.Popen(
        [sys.executable, "scripts/serve.py", "office"], cwd=ROOT, env=environment | {"YIMEN_LISTEN": address}
    )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"http://{address}/healthz", timeout=5):
                    break
            except OSError:
                time.sleep(0.2)
        yield f"http://{address}"
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=60) == 0


def signed_in(page: Page, username: str, password: str) -> None:
    """Sign in with a one-time password and replace it by one's own."""
    page.goto("/sign-in")
    expect(page.locator(".demo-banner")).to_have_count(0)
    page.fill("#username", username)
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/password")
    page.goto("/worklist")
    page.wait_for_url("**/password")  # nothing else opens before
    page.fill("#old", password)
    page.fill("#new", OWN_PASSWORD)
    page.fill("#again", OWN_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/password"))


def enrolled(page: Page) -> None:
    """An administrator must have a second factor: nothing else opens before."""
    page.goto("/accounts")
    page.wait_for_url("**/factors")
    page.screenshot(path=SHOTS / "factors_due.png")
    page.fill("#totp-password", OWN_PASSWORD)
    page.get_by_role("button", name="登记动态口令").click()
    page.fill("#code", pyotp.TOTP(page.locator("#secret").inner_text()).now())
    page.get_by_role("button", name="完成登记").click()
    expect(page.locator("#new-codes li")).to_have_count(10)


def first_application(clerk: Page) -> None:
    """Register a household of the clerk's own township and take its application."""
    clerk.goto("/households/new")
    clerk.wait_for_selector("#household[data-ready]")
    assert clerk.locator("#division option").count() == 13
    clerk.fill("#address", "一组3号")
    clerk.fill("#phone", "13800000001")
    row = clerk.locator('[data-lines="members"] tr').first
    row.locator('[data-name="name"]').fill("张守田")
    row.locator('[data-name="id_number"]').fill(compose("341599", date(1966, 6, 15), 21))
    clerk.keyboard.press("Control+s")
    clerk.wait_for_url("**/households/341599102-H-000001")
    clerk.click("text=申请最低生活保障")
    clerk.wait_for_selector("#form[data-ready]")
    clerk.locator('textarea[id*="field_reason"]').fill("身体患病，收入微薄")
    choose(clerk, "field_cause", "因病")
    clerk.get_by_label("否", exact=True).check()
    clerk.keyboard.press("Control+Enter")
    clerk.wait_for_url(CASE_PAGE)
    assert re.search(r"/cases/341599102-DB-\d{4}-00001$", clerk.url)
    clerk.wait_for_selector("#diagram[data-ready]", state="attached")
    clerk.screenshot(path=SHOTS / "first_case.png")


def test_from_founding_to_the_first_application(tmp_path: Path) -> None:
    environment = {
        **os.environ, "YIMEN_VAR": str(tmp_path / "var"), "YIMEN_CONTENT": str(small_content(tmp_path)),
    }  # fmt: skip
    command = [YIMEN, "found", "--divisions", str(places_file(tmp_path)), "--administrator", "王管理"]
    founded = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert founded.returncode == 0, founded.stderr
    assert "已建立青山县民政局，区划 44 个" in founded.stdout
    found = re.search(r"一次性密码 (\S+)（", founded.stdout)
    assert found is not None
    with serving(environment) as address, browsers.browser() as (_, browser):

        def person() -> Page:
            viewport = {"width": 1366, "height": 768}
            page = browser.new_context(viewport=viewport, base_url=address, locale="zh-CN").new_page()  # type: ignore[arg-type]
            page.set_default_timeout(20_000)
            return page

        SHOTS.mkdir(parents=True, exist_ok=True)
        admin = person()
        signed_in(admin, "admin", found[1])
        enrolled(admin)
        admin.goto("/accounts")
        admin.fill("#username", "ck01")
        admin.fill("#name", "李窗口")
        admin.select_option("#role", "window_clerk")
        admin.select_option("#division", "341599102")
        admin.screenshot(path=SHOTS / "accounts_office.png")
        admin.get_by_role("button", name="增加").click()
        password = admin.locator(".alert-success code").inner_text()
        clerk = person()
        signed_in(clerk, "ck01", password)
        first_application(clerk)
        # With the first case founding is over.
        admin.goto("/accounts")
        admin.fill("#username", "ck02")
        admin.fill("#name", "陈窗口")
        admin.select_option("#role", "window_clerk")
        admin.select_option("#division", "341599101")
        admin.get_by_role("button", name="增加").click()
        expect(admin.locator(".alert-success")).to_contain_text("须由另一名管理员确认后才能使用")
        expect(admin.locator("tr", has_text="ck02")).to_contain_text("待另一名管理员确认")


def test_a_lone_data_folder_is_told_how_to_begin(tmp_path: Path) -> None:
    environment = {**os.environ, "YIMEN_VAR": str(tmp_path / "var")}
    # Installing without founding is no failure; serving nothing is one.
    for command, code in (([YIMEN, "setup"], 0), ([sys.executable, "-m", "web"], 1)):
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code
        assert "还没有单位" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
