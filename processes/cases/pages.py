"""Pages of long lists, counted only as far as people read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PAGE = 30
MOST_COUNTED = 300


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a queue; `total` stops at `MOST_COUNTED`, so that counting stays quick."""

    rows: Sequence[Any]
    number: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max((self.total + PAGE - 1) // PAGE, 1)
