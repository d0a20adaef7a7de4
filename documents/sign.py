"""Signing and sealing a PDF: PAdES, several signatures on one file, each visible at its position.

Runs in a child process of the renderer. A signature never changes earlier content: it is appended.
"""

from __future__ import annotations

import io
import math
from datetime import datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf
import pypdfium2
import weasyprint
from asn1crypto import x509
from pyhanko.pdf_utils import layout
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import TimestampRequestError
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import ValidationError

from documents import holders, sentences
from documents.errors import RenderingFailed, SigningFailed
from documents.page import ClosedFetcher
from documents.sheets import Signing

_MM = 72 / 25.4
_NAME_BOX = (34 * _MM, 11 * _MM)
_SEAL_BOX = (42 * _MM, 42 * _MM)
"""Seals of counties and townships measure 42 mm (国务院关于国家行政机关和企业事业单位社会团体印章管理的规定)."""
_ABOVE = 5 * _MM
"""How far the seal's centre is above the middle of the lines that it covers (GB/T 9704: 居印章中心偏下)."""
_EDGE = 5 * _MM
_FALLBACK = (30 * _MM, 24 * _MM)
"""Position of the first signature on a page without a place for it, from the lower left corner."""
_RESERVED = 20_000
_WHOLE = layout.SimpleBoxLayoutRule(
    x_align=layout.AxisAlignment.ALIGN_MID,
    y_align=layout.AxisAlignment.ALIGN_MID,
    margins=layout.Margins(0, 0, 0, 0),
)
"""A seal keeps its measured size: no margin and no scaling."""
_SIZES = ((12, 46), (16, 38), (200, 30))
"""Maximum length of an office's name, and the size of its characters on the seal."""
_NAME = """<style>@page {{ size: 34mm 11mm; margin: 0 }} body {{ margin: 0; font-family: "LXGW WenKai", 楷体, KaiTi, "Noto Serif CJK SC", serif; text-align: center; color: #12306b }}
b {{ display: block; font-weight: normal; font-size: {size}pt; line-height: 17pt; white-space: nowrap }} p {{ margin: 0; font-size: 4.5pt; line-height: 6pt; white-space: nowrap; color: #555 }}</style><b>{name}</b><p>{role}<br>电子签名 {on}</p>"""
_SEAL = """<style>@page {{ size: 42mm 42mm; margin: 0 }} body {{ margin: 0 }} svg {{ width: 42mm; height: 42mm }}</style>
<svg viewBox="0 0 360 360"><g fill="none" stroke="#d4261e" stroke-width="8"><circle cx="180" cy="180" r="176"/></g><path fill="#d4261e" d="{star}"/><g fill="#d4261e" font-family="FandolSong, SimSun, serif" font-size="{size}" font-weight="bold" text-anchor="middle">{letters}</g></svg>"""


def sign(job: Signing) -> bytes:
    """Return the file with one more signature; raises `SigningFailed`."""
    with holders.signer_of(job.holder) as signer:
        return _signed(job, signer)


def _signed(job: Signing, signer: signers.Signer) -> bytes:
    page, box = _place(job)
    name = f"signature_{job.position}"
    try:
        with TemporaryDirectory() as folder:
            look = Path(folder) / "look.pdf"
            look.write_bytes(_inked(appearance(job)) if job.is_seal else appearance(job))
            writer = IncrementalPdfFileWriter(io.BytesIO(job.content))
            fields.append_signature_field(writer, fields.SigFieldSpec(name, on_page=page, box=box))
            style = StaticStampStyle.from_pdf_file(
                str(look), border_width=0, background_opacity=1, background_layout=_WHOLE
            )
            stamper = timestamps.HTTPTimeStamper(job.long_term.address) if job.long_term.address else None
            made = signers.PdfSigner(
                _meta(job, name), signer=signer, stamp_style=style, timestamper=stamper
            ).sign_pdf(writer, bytes_reserved=_RESERVED)
    except (PdfError, SigningError, ValidationError, TimestampRequestError, ValueError, OSError) as fault:
        raise SigningFailed(sentences.SIGNING_FAILED.format(fault=fault)) from fault
    signed: bytes = made.getvalue()
    return signed


def _meta(job: Signing, field_name: str) -> signers.PdfSignatureMetadata:
    """Metadata of the signature; with a time-stamp service, for long-term validation (PAdES-B-LTA)."""
    lasting = bool(job.long_term.address)
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(r) for r in job.long_term.roots],
        allow_fetching=True, revocation_mode="soft-fail",
    ) if lasting else None  # fmt: skip
    return signers.PdfSignatureMetadata(
        field_name=field_name, name=job.name, reason=job.role, subfilter=fields.SigSeedSubFilter.PADES,
        embed_validation_info=lasting, use_pades_lta=lasting, validation_context=context,
    )  # fmt: skip


def _place(job: Signing) -> tuple[int, tuple[int, int, int, int]]:
    """Page and box: over or beside the nth position that the paper has for it, else in a row at the bottom."""
    width, height = _SEAL_BOX if job.is_seal else _NAME_BOX
    document = pypdfium2.PdfDocument(job.content)
    places = next((f for anchor in job.anchors if (f := _found(document, anchor, job.over))), [])
    if not places:
        x = _FALLBACK[0] + (job.position - 1) * (width + 2 * _MM)
        return len(document) - 1, _box(x, _FALLBACK[1], width, height)
    if job.over:
        number, centre, middle = places[-1]
        signed = [f for f in _found(document, job.name, True) if f[0] == number and f[2] > middle]
        if signed:  # the office's name is above its date: the seal covers both
            middle = (signed[-1][2] + middle) / 2
        return number, _box(centre - width / 2, middle + _ABOVE - height / 2, width, height)
    number, right, middle = places[min(job.position, len(places)) - 1]
    if job.is_seal:
        beside = min(right + 8 * _MM, document[number].get_width() - width - _EDGE)
        return number, _box(beside, middle - height / 2, width, height)
    return number, _box(right + _MM, middle - height / 2, width, height)


def _found(document: pypdfium2.PdfDocument, anchor: str, over: bool) -> list[tuple[int, float, float]]:
    """Page, middle or right end, and height of every occurrence of a text on the paper, in reading order."""
    places = []
    for number, page in enumerate(document):
        text = page.get_textpage()
        search = text.search(anchor)
        while (hit := search.get_next()) is not None:
            start, count = hit
            _, bottom, right, top = text.get_charbox(start + count - 1)
            first = text.get_charbox(start)[0]
            places.append((number, (first + right) / 2 if over else right, (bottom + top) / 2))
    return places


def _box(x: float, y: float, width: float, height: float) -> tuple[int, int, int, int]:
    return round(x), round(y), round(x + width), round(y + height)


def appearance(job: Signing) -> bytes:
    """Return the visible signature as a page of its own size: one page, however long the name."""
    on = datetime.fromisoformat(job.at).strftime("%Y-%m-%d %H:%M")
    page = _SEAL.format(star=_star(), letters=_arc(job.name), size=_size(job.name)) if job.is_seal else (
        _NAME.format(name=escape(job.name), role=escape(job.role), on=on, size=min(16, 90 // len(job.name)))
    )  # fmt: skip
    made = weasyprint.HTML(string=page, base_url="about:blank", url_fetcher=ClosedFetcher()).write_pdf()
    if made is None:
        raise RenderingFailed(sentences.NO_SIGNATURE_PICTURE)
    content: bytes = made
    return content


def _inked(seal: bytes) -> bytes:
    """Draw the seal transparently, so that the text under it stays readable: no digit of a date is hidden."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(seal)) as pdf:
        page = pdf.pages[0]
        states = page.resources.get("/ExtGState", pikepdf.Dictionary())
        states["/Ink"] = pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, BM=pikepdf.Name.Multiply)
        page.resources["/ExtGState"] = states
        page.contents_add(b"/Ink gs\n", prepend=True)
        if "/Group" in page.obj:  # an isolated group would not be blended with the page
            del page.obj["/Group"]
        pdf.save(out)
    return out.getvalue()


def _size(name: str) -> int:
    return next(size for longest, size in _SIZES if len(name) <= longest)


def _arc(name: str) -> str:
    """The office's name along the upper rim of the seal, one character after the other."""
    radius, spread = 142 - (46 - _size(name)) / 4, min(250, 22 * len(name))
    letters = []
    for n, character in enumerate(name):
        degrees = -spread / 2 + spread * (n + 0.5) / len(name)
        angle = math.radians(degrees)
        x, y = 180 + radius * math.sin(angle), 180 - radius * math.cos(angle)
        letters.append(
            f'<text transform="translate({x:.1f} {y:.1f}) rotate({degrees:.1f})" y="14">{escape(character)}</text>'
        )
    return "".join(letters)


def _star() -> str:
    points = []
    for n in range(10):
        radius, angle = (52 if n % 2 == 0 else 20), math.radians(36 * n)
        points.append(f"{180 + radius * math.sin(angle):.1f} {175 - radius * math.cos(angle):.1f}")
    return f"M{' L'.join(points)} Z"
