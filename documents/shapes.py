"""Text lines that are shaped once instead of twice, for layout and for drawing.

WeasyPrint discards a line's Pango layout after placing it and builds it again for drawing, so that long
documents hold few of them. Papers are short, or made in parts (`papers/runs.py`): here it lives until it is
drawn.
"""

from __future__ import annotations

from typing import Any

from weasyprint.text import line_break
from weasyprint.text.ffi import pango

_NO_WIDTH = -1


class Line(line_break.Layout):  # type: ignore[misc]
    """A line that keeps its layout; lines with widened spaces are shaped again."""

    _is_drawn = False

    def deactivate(self) -> None:
        """Release the layout once it is drawn."""
        if self._is_drawn and hasattr(self, "layout"):
            super().deactivate()

    def reactivate(self, style: Any) -> None:
        """Prepare for drawing."""
        if self.justification_spacing or not hasattr(self, "layout"):
            super().reactivate(style)
        else:
            pango.pango_layout_set_width(self.layout, _NO_WIDTH)
        self._is_drawn = True


def keep() -> None:
    """Make WeasyPrint use this class of lines in this process."""
    line_break.Layout = Line
