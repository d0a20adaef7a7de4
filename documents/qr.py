"""The QR code of a paper: its verification address, as inline SVG."""

from __future__ import annotations

import segno


def svg(address: str) -> str:
    """An SVG element of the address; level M survives a stamp or a fold over a corner."""
    text: str = segno.make(address, error="m", micro=False).svg_inline(
        border=0, omitsize=True, svgclass="qr", lineclass=None
    )
    return text
