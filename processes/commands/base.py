"""What every command is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Command:
    """Root of all commands."""

    batched_flush: ClassVar[bool] = False
    """Whether its rows are written in one trip (`storage.batched_flush`): for the few that people wait for all day."""

    def needs_verification(self) -> bool:
        """Whether a person at the desk must have proven lately who they are (再次验证身份).

        The door asks it of every command, so that no second route leads round it (docs/adr/0050).  What a command
        cannot know by itself (whether a step decides) its handler demands with `office.verifying.demand`.
        """
        return False


@dataclass(frozen=True, slots=True)
class Weighty(Command):
    """A command that always needs it: it signs, approves, reveals, takes data out or gives somebody rights."""

    def needs_verification(self) -> bool:
        """Always."""
        return True


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
