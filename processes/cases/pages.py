"""Pages of long lists, counted only up to a limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PAGE = 30
MOST_COUNTED = 300


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `total` stops at `MOST_COUNTED`, so that counting stays fast."""

    rows: Sequence[Any]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """The number of pages."""
        return max((self.total + PAGE - 1) // PAGE, 1)
