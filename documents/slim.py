"""Reduces the size of a PDF: removes what WeasyPrint writes and no reader needs, before it is written.

An approval form of six may not exceed 120 KB, of which font outlines are five sixths. Nothing visible, read
aloud or searchable changes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pydyf
import weasyprint
from PIL import ImageCms

Elements = dict[bytes, dict[str, Any]]

_COORDINATE = re.compile(rb"(\d\d\.\d{3})\d+")
"""A thousandth of a pixel is 0.26 µm. Numbers below ten are unchanged, because a rotated matrix multiplies them."""
_NAMED = re.compile(rb"<[0-9a-f]+> <[0-9a-f]+>")
_FULL_WIDTH = 1000
"""The default width of a glyph (ISO 32000-1, 9.7.4.3), which is that of every Chinese character."""


def slimmed(_document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    """Reduce the parts, in place; passed to WeasyPrint as the finisher."""
    _structure(pdf)
    at = _numbered(pdf)
    for item in pdf.objects:
        if isinstance(item, pydyf.Dictionary) and item.get("Subtype") in ("/CIDFontType0", "/CIDFontType2"):
            item["W"] = _narrow(item["W"])
        elif isinstance(item, pydyf.Dictionary) and "ToUnicode" in item:
            _sort(at[item["ToUnicode"]])
    for intent in pdf.catalog.get("OutputIntents", ()):
        at[intent["DestOutputProfile"]].stream = [_srgb()]
    for page in pdf.page_references:
        for part in _listed(at[page]["Contents"]):
            _shorten(at[part])


def _numbered(pdf: pydyf.PDF) -> dict[bytes, Any]:
    return {item.reference: item for item in pdf.objects}


def _listed(value: Any) -> list[bytes]:
    """One reference, or an array of them."""
    if isinstance(value, bytes):
        return [value]
    return [b" ".join(_bytes(part) for part in value[n : n + 3]) for n in range(0, len(value), 3)]


def _bytes(value: Any) -> bytes:
    """Serialised as pydyf does."""
    if isinstance(value, pydyf.Object):
        return bytes(value.data)
    return value if isinstance(value, bytes) else str(value).encode()


def _shorten(page: pydyf.Stream) -> None:
    """Round coordinates to a thousandth of a pixel, unless text in brackets could be affected."""
    content = b"\n".join(_bytes(line) for line in page.stream)
    if b"(" not in content:
        content = _COORDINATE.sub(rb"\1", content)
    page.stream = [content]


def _sort(mapping: pydyf.Stream) -> None:
    """Sort the characters by glyph, which compresses better."""
    named = iter(sorted(line for line in mapping.stream if _NAMED.fullmatch(line)))
    mapping.stream = [next(named) if _NAMED.fullmatch(line) else line for line in mapping.stream]


def _structure(pdf: pydyf.PDF) -> None:
    """Put text directly into its cell or paragraph, without a separate element that has no meaning."""
    elements: Elements = {
        item.reference: item
        for item in pdf.objects
        if isinstance(item, pydyf.Dictionary) and item.get("Type") == "/StructElem"
    }
    kept = {reference: _keeper(reference, element, elements) for reference, element in elements.items()}
    for reference, element in elements.items():
        if kept[reference] != reference:
            element.free = "f"  # type: ignore[attr-defined]
            continue
        kids = element["K"]
        element["K"] = pydyf.Array(
            elements[kid]["K"][0] if isinstance(kid, bytes) and kept.get(kid, kid) != kid else kid
            for kid in kids
        )
    for numbers in _marked(pdf):
        numbers[:] = [kept.get(reference, reference) for reference in numbers]
    _attributes([e for reference, e in elements.items() if kept[reference] == reference])


def _keeper(reference: bytes, element: dict[str, Any], elements: Elements) -> bytes:
    """The element that takes over its content: the parent for bare text on the same page, else itself."""
    above = elements.get(element["P"])
    is_bare = element["S"] == "/Span" and len(element["K"]) == 1 and isinstance(element["K"][0], int)
    if not is_bare or above is None or above["S"] == "/Document" or above.get("Pg") != element.get("Pg"):
        return reference
    return (
        element["P"]
        if reference in above["K"] and not {"A", "Alt", "Lang", "ActualText"} & element.keys()
        else reference
    )


def _marked(pdf: pydyf.PDF) -> list[Any]:
    """By page and number of marked content, the element."""
    at = _numbered(pdf)
    tree = at[at[pdf.catalog["StructTreeRoot"]]["ParentTree"]]["Nums"]
    return [numbers for numbers in tree[1::2] if isinstance(numbers, list)]


def _attributes(elements: list[dict[str, Any]]) -> None:
    """Remove attributes without meaning: an empty list of headers, a page of an element without content."""
    heads = {_bytes(head) for e in elements for head in e.get("A", {}).get("Headers", ())}
    for element in elements:
        del element["Type"]
        if "A" in element:
            if not element["A"].get("Headers", True):
                del element["A"]["Headers"]
            if element["A"].keys() == {"O"}:
                del element["A"]
        if "ID" in element and _bytes(element["ID"]) not in heads:
            del element["ID"]
        if not any(isinstance(kid, int) for kid in element["K"]):
            element.pop("Pg", None)


def _narrow(widths: list[Any]) -> pydyf.Array:
    """Remove widths equal to the default width."""
    found = pydyf.Array()
    for first, run in zip(widths[::2], widths[1::2], strict=True):
        for glyph, width in enumerate(run, start=first):
            if width == _FULL_WIDTH:
                continue
            if found and found[-2] + len(found[-1]) == glyph:
                found[-1].append(width)
            else:
                found.extend([glyph, pydyf.Array([width])])
    return found


@cache
def _srgb() -> bytes:
    """The colour space sRGB by its formula (588 bytes instead of 3,024), without a date, so that output is
    reproducible."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[8:12] = (
        b"\x04\x20\x00\x00"  # version 4.2, which PDF 1.7 refers to; all its parts belong to that version
    )
    profile[24:36] = (2026).to_bytes(2) + b"\x00\x01\x00\x01" + bytes(6)
    profile[84:100] = bytes(16)
    return bytes(profile)
