"""Paper and screen: a form printed, signed, photographed crooked and filed; one signed electronically and checked."""

from __future__ import annotations

import io
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from processes.papers.models import IssuedPaper
from processes.storage import file_store
from processes.worker import jobs
from tests.browser.conftest import Desk
from tests.builders import cases

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def _paper(desk: Desk) -> tuple[IssuedPaper, bytes]:
    with desk.stage.database.reading("") as session:
        paper = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "approval_form")).one()
    folder = desk.stage.office.settings.papers
    return paper, file_store.get(folder, paper.signed_sha256 or paper.sha256 or "")


def test_a_photographed_form_and_an_electronic_one(desk: Desk, tmp_path: Path) -> None:
    number = cases.a_case(desk.stage, "serve_confirmation")
    jobs.make_papers(desk.stage.office)
    paper, content = _paper(desk)
    page = desk.sign_in("t1_clerk")
    page.goto("/scan/returns")
    expect(page.locator("main")).to_contain_text(paper.number)
    sheet = pypdfium2.PdfDocument(content)[0].render(scale=200 / 72).to_pil().convert("RGB")
    photo, blank = tmp_path / "审核表.jpg", tmp_path / "空白.png"
    sheet.rotate(96, Image.Resampling.BICUBIC, expand=True, fillcolor=(80, 70, 60)).save(photo, quality=75)
    Image.new("RGB", (600, 800), "white").save(blank)
    page.set_input_files("#files", [photo, blank])
    expect(page.locator("#results")).to_contain_text(number)
    expect(page.locator("#results")).to_contain_text("齐全")
    expect(page.locator("#results")).to_contain_text("没有找到二维码")
    desk.shot(page, "returns")
    violations = Axe().run(page).response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
    page.goto(f"/cases/{number}")
    expect(page.locator("main")).to_contain_text("签字件")

    for username, title in (
        ("t1_leader", "乡镇分管领导签名"), ("county_clerk", "县民政局经办签名"),
        ("county_leader", "县民政局分管局长签名"), ("county_clerk", "加盖县民政局印章"),
    ):  # fmt: skip
        signer = desk.sign_in(username)
        signer.goto(f"/cases/{number}#files")
        button = signer.get_by_role("button", name=f"{title}：最低生活保障审核确认表", exact=True)
        button.click()
        expect(button).to_have_count(0)
        expect(signer.locator("main")).to_contain_text("✓")
    desk.shot(signer, "signed_case")
    _, signed = _paper(desk)
    whole, changed = tmp_path / "原件.pdf", tmp_path / "改过.pdf"
    whole.write_bytes(signed)
    altered = bytearray(signed)
    altered[len(signed) // 2] ^= 1
    changed.write_bytes(altered)
    page.goto("/verify")
    page.set_input_files("input[type=file]", whole)
    page.get_by_role("button", name="核验").click()
    expect(page.locator("main")).to_contain_text("逐字节一致")
    expect(page.locator(".alert-success")).to_have_count(5)
    desk.shot(page, "verified")
    page.set_input_files("input[type=file]", changed)
    page.get_by_role("button", name="核验").click()
    expect(page.locator("main")).to_contain_text("都不一致")
    desk.shot(page, "verified_changed")
    assert io.BytesIO(signed).read(5) == b"%PDF-"
    assert desk.faults == []
