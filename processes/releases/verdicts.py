"""Verdict rules: which values hold amount, reason and rules of a decision, and which steps give a verdict.

From `[decision.<process>]` in `programme.toml`. Without it a case has no decision card and nothing is
compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a sheet: `entitlement.monthly`."""

    sheet: str
    line: str

    @classmethod
    def read(cls, text: str) -> Place | None:
        """Parse the position that a text names, or None for an empty text."""
        sheet, _, line = text.partition(".")
        return cls(sheet, line) if line else None


@dataclass(frozen=True, slots=True)
class VerdictRule:
    """The verdict rule of a process.

    `grants`, `reason`, `article`, `level`, `exemptions`, `category` are expressions over the case's data;
    `rules` are lines that must be true for a grant. `steps` maps a step to the expression over its form that
    says whether it agrees; a form field `amount` is the amount that the step sets.
    """

    grants: str
    reason: str
    article: str
    amount: Place | None
    income: Place | None = None
    standard: Place | None = None
    persons: Place | None = None
    level: str = ""
    exemptions: str = ""
    category: str = ""
    rules: tuple[Place, ...] = ()
    steps: Mapping[str, str] = field(default_factory=dict)


def read(raw: Mapping[str, Any]) -> dict[str, VerdictRule]:
    """Read the verdict rules of a programme by process."""
    return {
        process: VerdictRule(
            grants=str(d["grants"]),
            reason=str(d["reason"]),
            article=str(d["article"]),
            amount=Place.read(str(d.get("amount", ""))),
            income=Place.read(str(d.get("income", ""))),
            standard=Place.read(str(d.get("standard", ""))),
            persons=Place.read(str(d.get("persons", ""))),
            level=str(d.get("level", "")),
            exemptions=str(d.get("exemptions", "")),
            category=str(d.get("category", "")),
            rules=tuple(p for p in map(Place.read, d.get("rules", ())) if p is not None),
            steps=dict(d.get("steps", {})),
        )
        for process, d in raw.items()
    }
