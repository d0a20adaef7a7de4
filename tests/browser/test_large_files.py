"""A file that is larger than the desk takes is refused on the page, in Chinese: sent, its connection would be cut."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SENTENCE = "上传的文件过大，单个附件不能超过 20 MB，请压缩或分开扫描。"


def test_a_file_that_is_too_large__is_told_and_not_sent(desk: Desk, tmp_path: Path) -> None:
    def large(name: str) -> Path:
        file = tmp_path / name
        file.write_bytes(b"%PDF-1.4" + b"0" * 27_000_000)
        return file

    number = cases.a_case(desk.stage)
    page = desk.sign_in("t1_clerk")
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    page.goto(f"/cases/{number}")
    page.locator('.materials input[type="file"]').first.set_input_files(large("户口簿.pdf"))
    expect(page.locator("#upload-said")).to_contain_text(f"户口簿.pdf：{SENTENCE}")
    desk.shot(page, "large_attachment")
    page.goto("/scan/returns")
    page.locator("#files").set_input_files(large("签字件.pdf"))
    expect(page.locator("#faults, body").last).to_contain_text(SENTENCE)
    page.goto("/verify")
    page.set_input_files('input[name="file"]', large("文书.pdf"))
    page.get_by_role("button", name="核验").last.click()
    expect(page.locator("main .fault")).to_have_text(SENTENCE)
    desk.shot(page, "large_verification")
    assert sent == []
