"""Draws the lines of a form's table at once for all its cells.

WeasyPrint draws the four borders of each cell separately, with colour comparison and graphics state, for 130
cells of an approval form. Cells with `--grid` in their style have no border for WeasyPrint; the line width is
part of their padding, so that the layout is unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pydyf
import weasyprint
from weasyprint.formatting_structure import boxes

_ASKED: Final = "__grid"
"""WeasyPrint's name of the property `--grid`."""
_POINTS: Final = 0.75
"""A CSS pixel in points, the unit in which a page is drawn."""
_LINE: Final = 0.35
"""Half a line, in points: the neighbouring cell draws the other half."""


def draw(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    """Draw the lines on the pages, in place, as artifacts (not read aloud)."""
    at = {item.reference: item for item in pdf.objects}
    for page, reference in zip(document.pages, pdf.page_references, strict=True):
        drawn = b"\n".join(_cells(page._page_box))
        if drawn:
            at[at[reference]["Contents"]].stream.append(b"/Artifact BMC q 0 g\n" + drawn + b"\nf* Q EMC")


def _cells(page: Any) -> Iterator[bytes]:
    """The outer and inner edge of each cell; the area between them is filled.

    The axes are as WeasyPrint set them for the page: from its upper left corner, downwards.
    """
    waiting = [page]
    while waiting:
        box = waiting.pop()
        waiting += (child for child in reversed(box.children) if isinstance(child, boxes.ParentBox))
        if isinstance(box, boxes.TableCellBox) and box.style[_ASKED]:
            x, y = box.border_box_x() * _POINTS, box.border_box_y() * _POINTS
            width, height = box.border_width() * _POINTS, box.border_height() * _POINTS
            inner = f"{x + _LINE:.3f} {y + _LINE:.3f} {width - 2 * _LINE:.3f} {height - 2 * _LINE:.3f} re"
            yield f"{x:.3f} {y:.3f} {width:.3f} {height:.3f} re {inner}".encode()
