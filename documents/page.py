"""From template and data to PDF bytes; runs in a child process of the renderer."""

from __future__ import annotations

import io
import json
import re
import struct
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import jinja2
import pikepdf
import pydyf
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from documents import attached, grid, marks, qr, sandbox, sentences, shapes
from documents.errors import GlyphMissing, RenderingFailed, TemplateBroken, ValueMissing
from documents.parsing import page_of
from documents.sheets import Made, RenderJob
from documents.slim import slimmed
from documents.subset import SubsetFonts


class ClosedFetcher(URLFetcher):  # type: ignore[misc]
    """Blocks all access from templates to files and addresses, except pictures embedded in the page."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Refuse everything except a PNG in a `data:` address."""
        if url.startswith(qr.PICTURE):
            return super().fetch(url, headers)
        raise ValueError(sentences.OUTSIDE_FILE)


_COMPRESSION: Final = 5
"""Level 9 would take 3 ms longer to save 400 bytes of an approval form."""
pikepdf.settings.set_flate_compression_level(_COMPRESSION)
shapes.keep()
_fonts = FontConfiguration()
_fetcher = ClosedFetcher()


def html_of(sheet: RenderJob) -> str:
    """Render the HTML; raises `ValueMissing` and `TemplateBroken`."""
    try:
        template = sandbox.environment(sheet.templates).get_template(sheet.template)
        return _kept_dots(template.render(**sheet.data, qr=sandbox.qr_markup(sheet.address)))
    except jinja2.UndefinedError as fault:
        raise ValueMissing(str(fault)) from fault
    except (jinja2.TemplateError, ValueError) as fault:
        raise TemplateBroken(
            sentences.TEMPLATE_BROKEN.format(template=sheet.template, fault=fault)
        ) from fault


_TEXT = re.compile(r"(?<=>)[^<>]*·[^<>]*(?=<)")
_DOTTED = re.compile(r"(?:&[^;\s]+;|[^\s·])·+")


def _kept_dots(page: str) -> str:
    """A middle dot of a name (古丽娜孜·阿不都热合曼) may end a line but not begin one (GB/T 15834:
    间隔号不居行首)."""
    if "·" not in page:
        return page
    head, body, rest = page.partition("<body")
    return head + body + _TEXT.sub(lambda t: _DOTTED.sub(_unbroken, t[0]), rest)


def _unbroken(match: re.Match[str]) -> str:
    return f'<span style="white-space:nowrap">{match[0]}</span>'


@lru_cache(maxsize=16)
def _style(text: str) -> weasyprint.CSS:
    return weasyprint.CSS(string=text, font_config=_fonts, url_fetcher=_fetcher)


def pdf_of(sheet: RenderJob) -> Made:
    """Return the PDF of a sheet: tagged PDF/A-3u with subset fonts, its data attached as JSON."""
    text = html_of(sheet)
    style = sheet.templates.get("paper.css", "")
    document = page_of(text, style, _fetcher).render(stylesheets=[_style(style)], font_config=_fonts)
    document.fonts = SubsetFonts()
    made_at = datetime.fromisoformat(sheet.made_at)
    document.metadata.created = document.metadata.modified = made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    # WeasyPrint would serialise everything twice for an identifier; `_packed` sets one.
    content = document.write_pdf(
        pdf_variant="pdf/a-3u",
        pdf_tags=True,
        pdf_identifier=False,
        uncompressed_pdf=True,
        finisher=_finished,
        attachments=[_data_of(sheet, text, made_at)],
    )
    if content is None:
        raise RenderingFailed(sentences.NOTHING_MADE)
    _demand_every_glyph(document)
    return Made(_packed(content, sheet.address if sheet.marked else ""), len(document.pages))


def _finished(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    grid.draw(document, pdf)
    slimmed(document, pdf)


def _demand_every_glyph(document: weasyprint.Document) -> None:
    """Raise `GlyphMissing`: a blank instead of a person's name is worse than no paper."""
    lacking = sorted({chr(point) for font in document.fonts.values() for point in font.missing})
    if lacking:
        characters = "、".join(f"{c}（U+{ord(c):04X}）" for c in lacking[:5])
        raise GlyphMissing(sentences.GLYPHS_MISSING.format(characters=characters))


def _data_of(sheet: RenderJob, page: str, made_at: datetime) -> weasyprint.Attachment:
    """The data shown on the page, for programs."""
    text = json.dumps(
        attached.shown(sheet.data, page, _read_by(sheet)), ensure_ascii=False, sort_keys=True, default=str
    )
    return weasyprint.Attachment(
        string=text,
        name="data.json",
        description="文书数据",
        relationship="Data",
        created=made_at,
        modified=made_at,
    )


_TAKEN_IN = re.compile(r"""{%-?\s*(?:include|extends|import|from)\s+["']([^"']+)""")


def _read_by(sheet: RenderJob) -> str:
    """The text of the template and of every template that it includes."""
    texts: dict[str, str] = {}
    waiting = [sheet.template]
    while waiting:
        name = waiting.pop()
        if name not in texts and name in sheet.templates:
            texts[name] = sheet.templates[name]
            waiting += _TAKEN_IN.findall(texts[name])
    return "\n".join(texts.values())


def _font_names(pdf: pikepdf.Pdf) -> list[str]:
    """The fonts in the file, by name, without the subset prefix."""
    names = {
        str(font.BaseFont).lstrip("/").split("+")[-1]
        for page in pdf.pages
        for font in page.Resources.get("/Font", {}).values()
    }
    return sorted(names)


_DIRECTORY, _ENTRY = 12, 16


def _slim(pdf: pikepdf.Pdf) -> None:
    """For OpenType fonts with CFF outlines a PDF needs only the outlines (ISO 32000-1, 9.9): the rest is removed."""
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Stream) or item.get("/Subtype") != pikepdf.Name.OpenType:
            continue
        face = item.read_bytes()
        for at in range(_DIRECTORY, _DIRECTORY + _ENTRY * int.from_bytes(face[4:6], "big"), _ENTRY):
            tag, _, start, length = struct.unpack(">4s3L", face[at : at + _ENTRY])
            if tag == b"CFF ":
                item.write(face[start : start + length])
                item["/Subtype"] = pikepdf.Name.CIDFontType0C


def _packed(content: bytes, address: str) -> bytes:
    """The file marked, compressed and identified by its content: equal input gives equal output.

    qpdf does this much faster than WeasyPrint.
    """
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if address:
            marks.stamp(pdf, address)
        _slim(pdf)
        pdf.docinfo["/Fonts"] = ", ".join(_font_names(pdf))
        # WeasyPrint lists each attached file twice.
        pdf.Root.AF = pikepdf.Array({a.objgen: a for a in pdf.Root.AF.as_list()}.values())
        pdf.save(
            packed,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
            fix_metadata_version=False,  # WeasyPrint writes none in XMP, so there is nothing to correct
        )
    return packed.getvalue()
