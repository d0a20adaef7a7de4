"""The lines of a form's table, drawn at once for all its cells.

WeasyPrint draws the four borders of each cell as a drawing of their own: colours compared, state kept and put back, for
130 cells of an approval form.  Cells whose style says `--grid` have no border for WeasyPrint; the width of their line is
part of their padding, so that everything stands where it stood.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pydyf
import weasyprint
from weasyprint.formatting_structure import boxes

_ASKED: Final = "__grid"
"""As WeasyPrint names the property `--grid`."""
_POINTS: Final = 0.75
"""A CSS pixel in points, in which a page is drawn."""
_LINE: Final = 0.35
"""Half a line, in points: the cell beyond it draws the other half."""


def draw(document: weasyprint.Document, pdf: pydyf.PDF) -> None:
    """Add the lines to the pages, in place; for reading aloud they are no content."""
    at = {item.reference: item for item in pdf.objects}
    for page, told in zip(document.pages, pdf.page_references, strict=True):
        drawn = b"\n".join(_cells(page._page_box))
        if drawn:
            at[at[told]["Contents"]].stream.append(b"/Artifact BMC q 0 g\n" + drawn + b"\nf* Q EMC")


def _cells(page: Any) -> Iterator[bytes]:
    """For each cell its outer and its inner edge; between both it is filled.

    The axes are as WeasyPrint has turned them for the page: from its upper left corner, downwards.
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
