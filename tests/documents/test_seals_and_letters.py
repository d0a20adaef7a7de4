"""Seals, the end of a letter, names and lines as they come out on paper: measured on the finished page."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pikepdf
import pypdfium2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID

from documents import render, sign
from processes.releases.bundle import Bundle

MM = 72 / 25.4
OFFICE, DATE = "演示县城关镇人民政府", "2026年3月8日"
HEADER = {
    "office": OFFICE, "title": "不予确认同意告知书", "number": "城关镇民救否〔2026〕1号", "issued_on": "2026-03-08",
    "case_number": "340199101-DB-2026-00001", "code": "GOLDEN0000", "place": "城关镇", "decided": True,
}  # fmt: skip


def _pdf(bundle: Bundle, template: str, data: dict[str, Any]) -> bytes:
    sheet = render.RenderJob(
        bundle.templates(), template, data, "https://example.invalid/verify/X", "2026-03-08T00:00:00+00:00"
    )
    return render.to_pdf(sheet).content


def _refusal(bundle: Bundle, reason: str, **header: str) -> bytes:
    data = {
        "header": HEADER | header, "recipient": "张建国", "answers": {}, "decision": None,
        "fields": {"reason": reason, "article": "《社会救助暂行办法》第九条", "per_capita": "900.00", "standard": "768.00"},
    }  # fmt: skip
    return _pdf(bundle, "refusal_notice.html", data)


def _lines(content: bytes) -> list[list[str]]:
    document = pypdfium2.PdfDocument(content)
    return [p.get_textpage().get_text_range().replace("\r", "").split("\n") for p in document]


def _said(content: bytes) -> str:
    return "".join("".join(page) for page in _lines(content)).replace(" ", "")


@pytest.fixture(scope="module")
def holder() -> render.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "演示")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9000))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    packed = pkcs12.serialize_key_and_certificates(b"x", key, made, None, BestAvailableEncryption(b"p"))
    return render.Certificate(packed, "p")


def _box(content: bytes, words: str) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of the last time that words stand on the last page, in points."""
    document = pypdfium2.PdfDocument(content)
    text = document[len(document) - 1].get_textpage()
    search, found = text.search(words), None
    while (hit := search.get_next()) is not None:
        found = hit
    assert found is not None, words
    boxes = [text.get_charbox(n) for n in range(found[0], found[0] + found[1])]
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def _dark(content: bytes, box: tuple[float, float, float, float]) -> int:
    """How many dots of a place are black: red ink is bright in the red channel, black is not."""
    document, scale = pypdfium2.PdfDocument(content), 4
    document.init_forms()  # signatures are form fields: else they are not drawn
    page = document[len(document) - 1]
    left, bottom, right, top = box
    picture = page.render(scale=scale).to_pil().convert("RGB")
    high = page.get_height()
    part = picture.crop(
        (int(left * scale), int((high - top) * scale), int(right * scale), int((high - bottom) * scale))
    )
    return sum(n for value, n in enumerate(part.getchannel("R").histogram()) if value < 100)


def test_a_seal_covers_the_name_and_the_date_and_hides_no_digit(
    allowance: Bundle, holder: render.Certificate
) -> None:
    letter = _refusal(allowance, "家庭人均月收入高于标准。")
    assert "印章" not in _said(letter), "nothing stands where the seal goes"
    job = render.Signing(
        letter, holder, OFFICE, "印章", "2026-03-08T09:00:00+08:00", 1, True, (DATE,), over=True
    )
    sealed = sign.sign(job)
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        left, bottom, right, top = (float(v) for v in pdf.pages[-1].Annots[0].Rect)
    assert 42 <= round((right - left) / MM, 1) <= 45
    assert 42 <= round((top - bottom) / MM, 1) <= 45
    office, day = _box(letter, OFFICE), _box(letter, DATE)
    for line in (office, day):  # the middle of either line lies within the ring
        assert bottom < (line[1] + line[3]) / 2 < top
        assert left < (line[0] + line[2]) / 2 < right
    middle = ((office[1] + office[3]) / 2 + (day[1] + day[3]) / 2) / 2
    assert (bottom + top) / 2 > middle, "GB/T 9704: name and date lie below the middle of the seal"
    before = _dark(letter, day)
    assert before > 500
    assert _dark(sealed, day) >= 0.97 * before, "every digit is as black as it was printed"
    assert _dark(sealed, office) >= 0.97 * _dark(letter, office)


@pytest.mark.parametrize("sentences", range(1, 14, 2))
def test_the_end_of_a_letter_never_stands_alone(allowance: Bundle, sentences: int) -> None:
    """Whatever the length of the reason: a page with the signature has a line of the letter above it."""
    content = _refusal(
        allowance, "家庭人均月收入高于当地最低生活保障标准，且家庭存款超过规定限额。" * sentences
    )
    last = _lines(content)[-1]
    assert last.index(DATE) >= 3, "name and date with at least two lines of the letter above"
    assert any("起六个月内" in line or "提起行政诉讼" in line for line in last), (
        "the last sentence stays with it"
    )


@pytest.mark.parametrize("sentences", range(1, 14))
def test_a_line_on_whom_to_ask_never_stands_alone_with_the_signature(
    allowance: Bundle, sentences: int
) -> None:
    """联系方式 is one line: the sentence on remedies goes over the page with it, two lines of it at least."""
    reason = "家庭人均月收入高于当地最低生活保障标准，且家庭存款超过规定限额。" * sentences
    last = _lines(_refusal(allowance, reason, phone="0551-12345678"))[-1]
    asked = next(n for n, line in enumerate(last) if line.startswith("联系方式"))
    assert asked >= 2
    assert last[asked - 1].endswith("提起行政诉讼。")


def test_reasons_keep_their_lines(allowance: Bundle) -> None:
    lines = [line for page in _lines(_refusal(allowance, "第一点理由。\n\n第二点理由。")) for line in page]
    assert "第一点理由。" in lines
    assert "第二点理由。" in lines


def test_the_remedy_names_who_hears_it(allowance: Bundle) -> None:
    named = _said(_refusal(allowance, "理由", review_body="演示县人民政府", court="演示县人民法院"))
    assert "六十日内向演示县人民政府申请行政复议" in named
    assert "六个月内向演示县人民法院提起行政诉讼" in named
    general = _said(_refusal(allowance, "理由"))
    assert "向有管辖权的行政复议机关申请行政复议" in general
    assert "向有管辖权的人民法院提起行政诉讼" in general


@pytest.mark.parametrize("width", [3, 4, 5, 8, 12])
def test_a_middle_dot_never_begins_a_line(width: int) -> None:
    name = "古丽娜孜·阿不都热合曼·买买提"
    page = f'<html><body><p style="width:{width}em">申请人：{{{{ name }}}}</p></body></html>'
    sheet = render.RenderJob(
        {"x.html": page}, "x.html", {"name": name}, "", "2026-03-08T00:00:00+00:00", False
    )
    lines = _lines(render.to_pdf(sheet).content)[0]
    assert len(lines) > 1
    assert not [line for line in lines if line.startswith("·")]
    assert "".join(lines) == "申请人：" + name


def test_both_codes_are_explained(allowance: Bundle) -> None:
    said = _said(_refusal(allowance, "理由"))
    assert "扫左侧码可核验本文书真伪和当前效力；右下角小码供签字件扫描归档用" in said


@pytest.mark.parametrize("is_seal", [True, False])
def test_a_name_is_written_as_it_stands__whatever_it_holds(holder: render.Certificate, is_seal: bool) -> None:
    name = "<b>民政&局"
    job = render.Signing(b"", holder, name, "分管<i>", "2026-03-02T10:00:00", 1, is_seal, ())
    said = "".join(pypdfium2.PdfDocument(sign.appearance(job))[0].get_textpage().get_text_range().split())
    assert sorted(name) == sorted(c for c in said if c in name) if is_seal else name in said
