"""What the renderer is asked for, and what becomes of its errors: signing, checking, masked copies, scans."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from documents import binding, render
from documents.errors import RendererBusy, RendererError, RenderingFailed, ScanUnreadable
from processes.errors import AttachmentRefused, RenderFailed, VerificationBusy
from processes.papers import masked, return_scan, signing
from processes.papers.models import ReturnedPage
from processes.papers.signing import Hand, Next, Spot
from processes.storage import file_store
from processes.storage.certificate import KeyDevice, KeyFile, OfficeCertificate

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
FILE_KEY = OfficeCertificate(
    b"der", KeyFile(b"p12", "secret"), "https://stamps.example", (b"root",), (b"signer",)
)
DEVICE_KEY = OfficeCertificate(b"der", KeyDevice("lib.so", "token", "key", "1234"), "", (), ())
LEADER = Next(2, "township_leader", "township_leader", "签名")
SEAL = Next(3, "seal", "window_clerk", "盖章")
HAND, SPOT = Hand("钱镇长", "乡镇分管领导"), Spot(("签字：",), over=True)


def failing(fault: Exception) -> Callable[..., Any]:
    def fail(*_: Any) -> Any:
        raise fault

    return fail


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> list[render.Signing]:
    """The jobs given to the renderer, which answers with the content and a word behind it."""
    jobs: list[render.Signing] = []

    def sign(job: render.Signing) -> bytes:
        jobs.append(job)
        return job.content + b" signed"

    monkeypatch.setattr(render, "renderer", lambda: SimpleNamespace(sign=sign))
    return jobs


def test_signed_file__with_the_key_of_a_file(signed: list[render.Signing]) -> None:
    assert signing.signed_file(b"pdf", LEADER, HAND, FILE_KEY, NOW, SPOT) == b"pdf signed"
    assert signed == [
        render.Signing(
            b"pdf", render.Certificate(b"p12", "secret"), "钱镇长", "乡镇分管领导", "2026-03-02T09:30:00+08:00", 2, False,
            ("签字：",), True, render.LongTerm("https://stamps.example", (b"root",)),
        )
    ]  # fmt: skip


def test_signed_file__a_seal_with_the_key_of_a_device(signed: list[render.Signing]) -> None:
    signing.signed_file(b"pdf", SEAL, HAND, DEVICE_KEY, NOW, Spot((), over=False))
    (job,) = signed
    assert job.holder == render.Token("lib.so", "token", "key", b"der", "1234")
    assert (job.is_seal, job.position, job.over, job.long_term) == (True, 3, False, render.LongTerm("", ()))


def test_signed_file__a_failure_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    fail = failing(RendererError("证书不能使用"))
    monkeypatch.setattr(render, "renderer", lambda: SimpleNamespace(sign=fail))
    with pytest.raises(RenderFailed) as failed:
        signing.signed_file(b"pdf", LEADER, HAND, FILE_KEY, NOW, SPOT)
    assert "证书不能使用" in failed.value.message


def seen(text: str) -> render.SignatureSeen:
    return render.SignatureSeen(text, text, "at", text, True, True, True, False, "", text)


def test_check__without_characters_that_turn_the_text_round(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[render.Checking] = []

    def check(job: render.Checking) -> tuple[render.SignatureSeen, ...]:
        jobs.append(job)
        return (seen("钱\u202e镇长"),)

    monkeypatch.setattr(render, "check_signatures", check)
    assert signing.check(b" \n%PDF-1.7", FILE_KEY) == (seen("钱镇长"),)
    assert jobs == [render.Checking(b" \n%PDF-1.7", (b"root",), (b"signer",))]


def test_check__what_is_no_pdf_or_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (b"", b"PK", b"x%PDF"):
        with pytest.raises(AttachmentRefused) as refused:
            signing.check(content, FILE_KEY)
        assert refused.value.message == "附件未能上传：这不是 PDF 文件，或者是空文件"
    monkeypatch.setattr(render, "check_signatures", failing(ScanUnreadable("x")))
    assert signing.check(b"%PDF", FILE_KEY) is None
    monkeypatch.setattr(render, "check_signatures", failing(RendererBusy("x")))
    with pytest.raises(VerificationBusy):
        signing.check(b"%PDF", FILE_KEY)
    monkeypatch.setattr(render, "check_signatures", failing(RenderingFailed("x")))
    with pytest.raises(AttachmentRefused):
        signing.check(b"%PDF", FILE_KEY)


def test_masked_copy__without_signatures_decision_and_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[render.RenderJob] = []

    def to_screen(job: render.RenderJob) -> render.Made:
        jobs.append(job)
        return render.Made(b"page", 1)

    monkeypatch.setattr(render, "to_screen", to_screen)
    row: Any = SimpleNamespace(
        code="ABCDE12345", template="form.html", issued_at=NOW,
        contract={"members": [{"id_number": "340199197001011234"}]},
    )  # fmt: skip
    bundle: Any = SimpleNamespace(templates=lambda: {"form.html": "x"})
    assert masked.make(row, bundle, "https://office.example") == b"page"
    assert jobs == [
        render.RenderJob(
            {"form.html": "x"}, "form.html",
            {"handwriting": [], "decision": None, "members": [{"id_number": "3401**********1234"}]},
            "https://office.example/verify/ABCDE12345", NOW.isoformat(), marked=False,
        )
    ]  # fmt: skip
    monkeypatch.setattr(render, "to_screen", failing(RendererError("缺字")))
    with pytest.raises(RenderFailed) as failed:
        masked.make(row, bundle, "https://office.example")
    assert "缺字" in failed.value.message


def test_scan__is_read_by_the_renderer_and_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = (render.ScannedPage(b"p", ("code",)),)
    monkeypatch.setattr(render, "read_scan", lambda job: pages if job == render.Scan(b"x", True) else ())
    assert return_scan.read(b"x", True) is pages
    monkeypatch.setattr(render, "read_scan", failing(ScanUnreadable("不是图片")))
    with pytest.raises(AttachmentRefused) as refused:
        return_scan.read(b"x", True)
    assert "不是图片" in refused.value.message


def test_signed_pages__are_joined_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path("scans")
    monkeypatch.setattr(file_store, "get", lambda place, sha256: f"{place}/{sha256}".encode())
    monkeypatch.setattr(binding, "joined", lambda parts: b"+".join(parts))
    pages = [ReturnedPage(page=1, sha256="a"), ReturnedPage(page=2, sha256="b")]
    assert return_scan.signed_file(pages, folder) == b"scans/a+scans/b"
