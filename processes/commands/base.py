"""What every command is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """Root of all commands."""


@dataclass(frozen=True, slots=True)
class CaseCommand(Command):
    """Something done to a whole case, with a reason."""

    case_number: str
    reason: str


@dataclass(frozen=True, slots=True)
class ItemCommand(Command):
    """Something done to one work item, under the version that the person saw."""

    item_id: int
    version: int
