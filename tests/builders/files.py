"""Files that people bring: whole ones, and what goes wrong with them."""

from __future__ import annotations

import io
import random

import pikepdf
from PIL import Image


def a_pdf(pages: int = 1, password: str = "", text: bytes = b"") -> bytes:
    """A PDF with blank pages; `text` stands in it as a comment of the first page's content."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            page = pdf.add_blank_page()
            page.contents_add(b"% " + text + b"\n")
        locked = pikepdf.Encryption(owner=password, user=password) if password else None
        pdf.save(out, encryption=locked or False, compress_streams=False)
    return out.getvalue()


def a_photo(kind: str = "JPEG", progressive: bool = False) -> bytes:
    """A picture that is not all of one colour, so that half a file is half a picture."""
    pixels = random.Random(1).randbytes(120 * 90 * 3)
    out = io.BytesIO()
    options = {"progressive": True} if progressive else {}
    Image.frombytes("RGB", (120, 90), pixels).save(out, kind, **options)
    return out.getvalue()
