"""Page marks: a small QR code in the corner, by which a signed page is filed (退件归位)."""

from __future__ import annotations

import pikepdf
import segno

_MM = 72 / 25.4
_SIZE = 11 * _MM
_RIGHT = 194 * _MM
"""From the left edge of the paper to the right edge of the mark: inside the type area of every form."""
_BOTTOM = 5 * _MM
_MASK = 4


def stamp(pdf: pikepdf.Pdf, address: str) -> None:
    """Mark every page with `address/PAGE-PAGES`, as an artifact (not read aloud)."""
    pages = len(pdf.pages)
    for number, page in enumerate(pdf.pages, start=1):
        drawn = _drawn(f"{address}/{number}-{pages}")
        # Inserted before the content: WeasyPrint transforms the axes and does not restore them.
        page.contents_add(pdf.make_stream(drawn), prepend=True)


def _drawn(text: str) -> bytes:
    """The code as filled rows of modules, in units of modules, without the quiet zone."""
    rows = [list(row) for row in segno.make_qr(text, error="m", mask=_MASK).matrix]
    step = _SIZE / len(rows)
    runs = []
    for n, row in enumerate(rows):
        y = len(rows) - 1 - n
        at = 0
        while at < len(row):
            end = at
            while end < len(row) and row[end]:
                end += 1
            if end > at:
                runs.append(f"{at} {y} {end - at} 1 re")
            at = end + 1
    place = f"{step:.4f} 0 0 {step:.4f} {_RIGHT - _SIZE:.3f} {_BOTTOM:.3f} cm"
    return f"/Artifact BMC q {place} 0 g\n{chr(10).join(runs)}\nf Q EMC".encode()
