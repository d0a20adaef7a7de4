"""Joins scanned pages, or several papers, to one PDF; all inputs were made by the renderer."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pikepdf
from PIL import Image

DOTS_PER_INCH = 200


def joined(pictures: list[bytes]) -> bytes:
    """Return a PDF with the pictures as pages."""
    first, *others = [Image.open(io.BytesIO(p)) for p in pictures]
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=others, resolution=DOTS_PER_INCH)
    return out.getvalue()


def bound(files: Iterable[bytes]) -> bytes:
    """Concatenate PDFs; each is held in memory only while it is added."""
    with pikepdf.new() as joined_pdf:
        for content in files:
            with pikepdf.open(io.BytesIO(content)) as part:
                joined_pdf.pages.extend(part.pages)
        out = io.BytesIO()
        joined_pdf.save(out, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
