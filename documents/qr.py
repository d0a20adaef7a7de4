"""The QR code of a paper: its verification address, as an inline picture with one dot a module."""

from __future__ import annotations

import segno

PICTURE = "data:image/png;base64,"
_MASK = 4


def picture(address: str) -> str:
    """Return an `img` element for the address; level M survives a stamp or a fold over a corner.

    The mask is fixed: trying all eight takes longer than drawing, and readers accept any.
    """
    code = segno.make_qr(address, error="m", mask=_MASK)
    return f'<img class="qr" alt="核验二维码" src="{code.png_data_uri(border=0)}">'


def drawing(text: str) -> str:
    """Return the code as SVG, for a page on the screen."""
    return segno.make_qr(text, error="m").svg_inline(
        border=2, omitsize=True, lineclass=None, svgclass="qr-screen"
    )
