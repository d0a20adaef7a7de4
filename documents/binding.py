"""Binding: scanned pages as one PDF, several papers as one PDF; all of them files that the press has made."""

from __future__ import annotations

import io
from collections.abc import Iterable

import pikepdf
from PIL import Image

DOTS_PER_INCH = 200


def joined(pictures: list[bytes]) -> bytes:
    """Pictures as the pages of one PDF."""
    first, *others = [Image.open(io.BytesIO(p)) for p in pictures]
    out = io.BytesIO()
    first.save(out, "PDF", save_all=True, append_images=others, resolution=DOTS_PER_INCH)
    return out.getvalue()


def bound(files: Iterable[bytes]) -> bytes:
    """PDFs one after the other as one file; each is held only while it is taken in."""
    with pikepdf.new() as whole:
        for content in files:
            with pikepdf.open(io.BytesIO(content)) as part:
                whole.pages.extend(part.pages)
        out = io.BytesIO()
        whole.save(out, compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
