"""Lines of text that are set up once, not once to be placed and once more to be drawn.

WeasyPrint takes a line's Pango layout apart when the line is placed and builds it anew when it is drawn, so that long
documents hold few of them.  Papers are short, or made part by part (`papers/runs.py`): here it lives until it is drawn.
"""

from __future__ import annotations

from typing import Any

from weasyprint.text import line_break
from weasyprint.text.ffi import pango

_NO_WIDTH = -1


class Line(line_break.Layout):  # type: ignore[misc]
    """A line as WeasyPrint's own, which keeps what it was placed with; spaces that are widened are set up anew."""

    _is_drawn = False

    def deactivate(self) -> None:
        """Let go of what is only needed to draw, once it is drawn."""
        if self._is_drawn and hasattr(self, "layout"):
            super().deactivate()

    def reactivate(self, style: Any) -> None:
        """Be ready to be drawn."""
        if self.justification_spacing or not hasattr(self, "layout"):
            super().reactivate(style)
        else:
            pango.pango_layout_set_width(self.layout, _NO_WIDTH)
        self._is_drawn = True


def keep() -> None:
    """Have WeasyPrint make its lines of this kind, in this process."""
    line_break.Layout = Line
