"""Scanned pages, which the press has made itself, as one PDF."""

from __future__ import annotations

import io

from PIL import Image

DOTS_PER_INCH = 200


def joined(pictures: list[bytes]) -> bytes:
    """Pictures as the pages of one PDF."""
    first, *others = [Image.open(io.BytesIO(p)) for p in pictures]
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=others, resolution=DOTS_PER_INCH)
    return out.getvalue()
