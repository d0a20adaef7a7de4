"""Reading scans: every page as a picture the right way up, with the codes that stand on it.

Runs in a child process of the press: what people upload is read by libraries that parse hostile formats.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2
import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from documents.errors import ScanUnreadable
from documents.sheets import Counting, Scan, ScannedPage

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
"""What the libraries raise for a file that is none."""


def read(scan: Scan) -> tuple[ScannedPage, ...]:
    """The pages of a scan; raises `ScanUnreadable`."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        return tuple(_page(image) for image in _images(scan))
    except _UNREADABLE as fault:
        raise ScanUnreadable(f"文件不能读取：{type(fault).__name__}") from fault


def _images(scan: Scan) -> Iterator[Image.Image]:
    if not scan.is_pdf:
        with Image.open(io.BytesIO(scan.content)) as opened:
            yield ImageOps.exif_transpose(opened).convert("RGB")
        return
    document = pypdfium2.PdfDocument(scan.content)
    if len(document) > MAX_PAGES:
        raise ScanUnreadable(f"一个文件不能超过 {MAX_PAGES} 页")
    for page in document:
        yield page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("RGB")


def _upright(image: Image.Image, degrees: int) -> Image.Image:
    """Turned as its code stands: whole quarters exactly, a crooked photograph by its angle."""
    if abs(degrees - round(degrees / _QUARTER) * _QUARTER) <= _STRAIGHT:
        degrees = round(degrees / _QUARTER) * _QUARTER
    if degrees % 360 == 0:
        return image
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


def _page(image: Image.Image) -> ScannedPage:
    if max(image.size) > LONGEST_SIDE:
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    if found:
        image = _upright(image, found[0].orientation)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return ScannedPage(out.getvalue(), tuple(dict.fromkeys(f.text for f in found)))


def count(job: Counting) -> int:
    """How many pages a file has; a picture may have several (TIFF).  Raises `ScanUnreadable`."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        if job.is_pdf:
            return len(pypdfium2.PdfDocument(job.content))
        with Image.open(io.BytesIO(job.content)) as opened:
            return int(getattr(opened, "n_frames", 1))
    except _UNREADABLE as fault:
        raise ScanUnreadable(f"文件不能读取：{type(fault).__name__}") from fault
