"""From template and data to PDF bytes; runs inside a child process of the press."""

from __future__ import annotations

import io
from datetime import datetime
from functools import lru_cache
from typing import Any

import jinja2
import pikepdf
import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from documents import marks, qr, sandbox
from documents.errors import RenderingFailed, TemplateBroken, ValueMissing
from documents.sheets import Made, Sheet


class ClosedFetcher(URLFetcher):  # type: ignore[misc]
    """Templates reach nothing: no file, no address.  Pictures written into the page itself are nothing to reach."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Refused, but for a PNG in the address itself."""
        if url.startswith(qr.PICTURE):
            return super().fetch(url, headers)
        raise ValueError("模板不能读取外部文件或网址")


_fonts = FontConfiguration()
_fetcher = ClosedFetcher()


def html_of(sheet: Sheet) -> str:
    """The filled page; raises `ValueMissing` and `TemplateBroken`."""
    try:
        template = sandbox.environment(sheet.templates).get_template(sheet.template)
        return template.render(**sheet.data, qr=sandbox.qr_markup(sheet.address))
    except jinja2.UndefinedError as fault:
        raise ValueMissing(str(fault)) from fault
    except (jinja2.TemplateError, ValueError) as fault:
        raise TemplateBroken(f"模板 {sheet.template}：{fault}") from fault


@lru_cache(maxsize=16)
def _style(text: str) -> weasyprint.CSS:
    return weasyprint.CSS(string=text, font_config=_fonts, url_fetcher=_fetcher)


def pdf_of(sheet: Sheet) -> Made:
    """The PDF of a sheet: tagged PDF/A-3u with subset fonts."""
    page = weasyprint.HTML(string=html_of(sheet), url_fetcher=_fetcher, base_url="about:blank")
    document = page.render(stylesheets=[_style(sheet.templates.get("paper.css", ""))], font_config=_fonts)
    made_at = datetime.fromisoformat(sheet.made_at)
    document.metadata.created = document.metadata.modified = made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    # An identifier of WeasyPrint's would write everything twice; `_packed` gives the file one.
    content = document.write_pdf(
        pdf_variant="pdf/a-3u", pdf_tags=True, pdf_identifier=False, uncompressed_pdf=True
    )
    if content is None:
        raise RenderingFailed("没有生成内容")
    return Made(_packed(content, sheet.address), len(document.pages))


def _packed(content: bytes, address: str) -> bytes:
    """The file with its pages marked, compressed and identified by its content: same in, same out.

    qpdf does both in a fraction of the time that WeasyPrint takes.
    """
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if address:
            marks.stamp(pdf, address)
        pdf.save(
            packed,
            compress_streams=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return packed.getvalue()
