"""Reads scans: every page as an upright picture, with the codes on it.

Runs in a child process of the renderer, because libraries parse untrusted files here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import zxingcpp
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from documents import sentences
from documents.errors import ScanUnreadable
from documents.sheets import Counting, Previewing, Scan, ScannedPage

MAX_PAGES = 60
MAX_PIXELS = 80_000_000
DOTS_PER_INCH = 200
LONGEST_SIDE = 2600
_QUALITY = 80
_QUARTER = 90
_STRAIGHT = 1
_UNREADABLE = (
    UnidentifiedImageError, Image.DecompressionBombError, pypdfium2.PdfiumError, OSError, ValueError,
)  # fmt: skip
"""What the libraries raise for an invalid file."""


_PDF_END = b"%%EOF"
_PDF_TAIL = 2_048


def read(scan: Scan) -> tuple[ScannedPage, ...]:
    """Return the pages of a scan; raises `ScanUnreadable`."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    count(Counting(scan.content, scan.is_pdf))
    try:
        return tuple(_page(image) for image in _images(scan))
    except _UNREADABLE as fault:
        raise ScanUnreadable(sentences.UNREADABLE_FILE.format(kind=type(fault).__name__)) from fault


def preview(job: Previewing) -> bytes:
    """Return a picture of the first page, if the whole file can be read; raises `ScanUnreadable`."""
    count(Counting(job.content, job.is_pdf))
    try:
        image = _first(job)
    except _UNREADABLE as fault:
        raise ScanUnreadable(sentences.UNREADABLE_FILE.format(kind=type(fault).__name__)) from fault
    image.thumbnail((job.side, job.side))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _first(job: Previewing) -> Image.Image:
    if not job.is_pdf:
        with Image.open(io.BytesIO(job.content)) as opened:
            return ImageOps.exif_transpose(opened).convert("RGB")
    page = pypdfium2.PdfDocument(job.content)[0]
    # Scaled by the size of the page: one of several metres is not rendered in full before it is scaled.
    scale = job.side / max(page.get_width(), page.get_height(), 1)
    drawn: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    return drawn


def _images(scan: Scan) -> Iterator[Image.Image]:
    if not scan.is_pdf:
        with Image.open(io.BytesIO(scan.content)) as opened:
            yield ImageOps.exif_transpose(opened).convert("RGB")
        return
    document = pypdfium2.PdfDocument(scan.content)
    if len(document) > MAX_PAGES:
        raise ScanUnreadable(sentences.TOO_MANY_PAGES.format(pages=MAX_PAGES))
    for page in document:
        yield page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("RGB")


def _upright(image: Image.Image, degrees: int) -> Image.Image:
    """Rotate by the orientation of its code: exact quarter turns, other photographs by their angle."""
    if abs(degrees - round(degrees / _QUARTER) * _QUARTER) <= _STRAIGHT:
        degrees = round(degrees / _QUARTER) * _QUARTER
    if degrees % 360 == 0:
        return image
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def _page(image: Image.Image) -> ScannedPage:
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if codes:
        image = _upright(image, codes[0].orientation)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return ScannedPage(out.getvalue(), tuple(dict.fromkeys(f.text for f in codes)))


def count(job: Counting) -> int:
    """Return the number of pages of a complete file; a picture may have several (TIFF).

    Raises `ScanUnreadable` with the reason for a file that could not be read later: with a password,
    incomplete, or without pages.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    return _pages_of_pdf(job.content) if job.is_pdf else _frames_of_picture(job.content)


def _pages_of_pdf(content: bytes) -> int:
    """Pages are opened too: the library repairs truncated files, but then some pages are missing."""
    try:
        document = pypdfium2.PdfDocument(content)
        pages = len(document)
        # A file without its end marker was truncated, even if repaired; little may follow the marker.
        if _PDF_END not in content[-_PDF_TAIL:] or pages == 0:
            raise ScanUnreadable(sentences.HALF_PDF)
        for number in range(min(pages, MAX_PAGES)):
            document[number].close()
    except pypdfium2.PdfiumError as fault:
        if getattr(fault, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise ScanUnreadable(sentences.LOCKED_PDF) from fault
        raise ScanUnreadable(sentences.HALF_PDF) from fault
    except (OSError, ValueError) as fault:
        raise ScanUnreadable(sentences.HALF_PDF) from fault
    return pages


@contextmanager
def _strict() -> Iterator[None]:
    """The PDF library lets Pillow fill missing data with grey, which is not acceptable for evidence."""
    filled, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = filled


def _frames_of_picture(content: bytes) -> int:
    """Every frame is decoded, because truncation is not detected earlier."""
    try:
        with _strict(), Image.open(io.BytesIO(content)) as opened:
            frames = int(getattr(opened, "n_frames", 1))
            for number in range(min(frames, MAX_PAGES)):
                opened.seek(number)
                opened.load()
            return frames
    except Image.DecompressionBombError as fault:
        raise ScanUnreadable(sentences.TOO_MANY_PIXELS.format(millions=MAX_PIXELS // 1_000_000)) from fault
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as fault:
        raise ScanUnreadable(sentences.HALF_PICTURE) from fault
