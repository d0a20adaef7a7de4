"""The result of a scenario."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from processes.policy import values

_INNER = (
    "flows", "open", "values", "refused", "linked", "fund", "relief", "screening", "papers", "register_differences",
    "number", "division",
)  # fmt: skip


@dataclass(slots=True)
class Result:
    """The result of a scenario."""

    scenario: str
    file: str
    passed: bool = False
    number: str = ""
    division: str = ""
    outcome: str | None = None
    award: dict[str, Any] | None = None
    path: list[str] = field(default_factory=list)
    clocks: dict[str, Any] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    flows: dict[str, list[str]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    refused: str | None = None
    linked: list[dict[str, Any]] = field(default_factory=list)
    fund: dict[str, Any] = field(default_factory=dict)
    relief: dict[str, Any] | None = None
    screening: dict[str, dict[str, str]] = field(default_factory=dict)
    """Screening results of each member (by name), by programme title; only if the scenario expects some."""
    papers: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    """Template and data of one paper of each kind (`programme/kind`) that the cases made or may make."""
    register_differences: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return plain values for `--json`."""
        shown: dict[str, Any] = values.plain(asdict(self))
        return {k: v for k, v in shown.items() if k not in _INNER}
