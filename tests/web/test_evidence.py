"""Evidence is whole when it is taken: what nobody could open later is refused with the reason, at every door."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from documents import render
from documents.errors import RenderingFailed
from processes.cases.models import Attachment, CaseEvent
from processes.cli import main as cli
from processes.papers.models import ReturnedPage
from processes.rehearsal.stage import Stage
from processes.storage.file_names import file_name, shown
from tests.builders import cases, files
from tests.builders.desks import Person

HALF_PDF = "这个 PDF 不完整或者已损坏"
HALF_PICTURE = "图片不完整或者已损坏"
BROKEN = [
    pytest.param(files.a_pdf(password="1234"), "设有打开密码", id="password"),
    pytest.param(files.a_pdf(3)[: len(files.a_pdf(3)) // 2], HALF_PDF, id="half a PDF"),
    pytest.param(files.a_pdf(40)[:-40], HALF_PDF, id="a PDF without its end"),
    pytest.param(b"%PDF-1.4\n", HALF_PDF, id="nine bytes"),
    pytest.param(b"%PDF-1.4\n%%EOF", HALF_PDF, id="nothing between head and end"),
    pytest.param(files.a_photo()[: len(files.a_photo()) // 2], HALF_PICTURE, id="half a JPEG"),
    pytest.param(files.a_photo(progressive=True)[:3_000], HALF_PICTURE, id="half a progressive JPEG"),
    pytest.param(files.a_photo("PNG")[:9_000], HALF_PICTURE, id="half a PNG"),
    pytest.param(files.a_photo("WEBP")[:1_000], HALF_PICTURE, id="half a WebP"),
    pytest.param(files.a_photo("TIFF")[:9_000], HALF_PICTURE, id="half a TIFF"),
]
WHOLE = [
    files.a_pdf(3), files.a_pdf() + b"\n\n", files.a_photo(), files.a_photo(progressive=True),
    files.a_photo("PNG"), files.a_photo("TIFF"), files.a_photo("WEBP"),
]  # fmt: skip
STEERING = "户口\u202e簿\u2066\u200b\x1b[2J\r\n\x00.pdf"
"""Turns the rest around, is invisible, clears a terminal, starts a line, ends a text."""
UPLOADED = "户口\u202e簿\u2066\u200b\x1b[2J.pdf"
"""What of it passes a form."""


@pytest.mark.parametrize(("content", "words"), BROKEN)
def test_what_is_not_whole_is_no_evidence(stage: Stage, content: bytes, words: str) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    answer = clerk.post(f"/cases/{number}/attachments", {"file": (io.BytesIO(content), "证明.pdf")})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Error" not in answer.text
    with stage.database.reading("") as session:
        assert session.scalars(select(Attachment)).all() == []


@pytest.mark.parametrize(("content", "words"), BROKEN)
def test_nor_a_signed_scan(stage: Stage, content: bytes, words: str) -> None:
    answer = Person(stage, "window_clerk").post("/scan/returns", {"file": (io.BytesIO(content), "签字.pdf")})
    assert answer.status_code == 422
    assert words in answer.text
    with stage.database.reading("") as session:
        assert session.scalars(select(ReturnedPage)).all() == []


def test_whole_files_are_taken(stage: Stage) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    for content in WHOLE:
        answer = clerk.post(f"/cases/{number}/attachments", {"file": (io.BytesIO(content), "证明.pdf")})
        assert answer.status_code == 302, answer.text
    with stage.database.reading("") as session:
        assert len(session.scalars(select(Attachment)).all()) == len(WHOLE)


def test_a_file_that_takes_too_long_is_refused__and_not_called_a_paper(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(job: render.Previewing) -> bytes:
        raise RenderingFailed("超过 10 秒仍未完成")

    monkeypatch.setattr(render, "preview", slow)
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    answer = clerk.post(f"/cases/{number}/attachments", {"file": (io.BytesIO(files.a_pdf()), "证明.pdf")})
    assert answer.status_code == 422
    assert "没有在限定的时间和内存内读完" in answer.text
    assert "自动重试" not in answer.text


def test_names_lose_what_steers(stage: Stage) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    answer = clerk.post(f"/cases/{number}/attachments", {"file": (io.BytesIO(files.a_pdf()), UPLOADED)})
    assert answer.status_code == 302
    with stage.database.reading("") as session:
        kept = session.scalars(select(Attachment)).one()
        told = session.scalars(select(CaseEvent).where(CaseEvent.kind == "attached")).one()
    assert shown(kept.name) == kept.name
    assert kept.name.startswith("户口簿")
    assert kept.name.endswith(".pdf")
    assert "\u202e" not in f"{told.title}{told.payload}"
    page = clerk.get(f"/cases/{number}")
    assert "\u202e" not in page.text
    opened = clerk.get(f"/cases/{number}/attachments/{kept.id}")
    assert "%E2%80%AE" not in opened.headers["Content-Disposition"]
    verified = Person(stage).post("/verify", {"file": (io.BytesIO(files.a_pdf()), UPLOADED)})
    assert "\u202e" not in verified.text


@pytest.mark.parametrize(
    ("brought", "kept"),
    [
        (STEERING, "户口簿[2J.pdf"), ("../../etc/passwd", ".._.._etc_passwd"), ("a\\b.pdf", "a_b.pdf"),
        ("\u202e\u200f", "附件"), ("", "附件"), ("证 明　一.pdf", "证 明 一.pdf"), ("x" * 300 + ".pdf", "x" * 156 + ".pdf"),
        ("\ud800.pdf", ".pdf"),
    ],
)  # fmt: skip
def test_names_as_they_are_kept(brought: str, kept: str) -> None:
    assert file_name(brought) == kept


@pytest.mark.parametrize("content", [b"", b"no pdf", b"\x1b[2J"])
def test_the_shell_says_what_is_no_pdf(
    stage: Stage, content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "open_office", lambda: stage.office)
    file = tmp_path / "form.pdf"
    file.write_bytes(content)
    said = CliRunner().invoke(cli.main, ["verify", str(file)])
    assert said.exit_code != 0
    assert "这不是 PDF 文件，或者是空文件" in str(said.exception) + said.output
    assert "自动重试" not in str(said.exception) + said.output
