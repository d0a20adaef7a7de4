"""Commands of the archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from processes.commands.base import Command, Weighty


@dataclass(frozen=True, slots=True)
class TakeInOldFile(Command):
    """Take in an old paper file of a household: its cover; the scans follow."""

    number: str
    household: str
    title: str
    closed_on: date
    retention: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AddOldSheet(Command):
    """A scanned piece of an old file, behind those that are there."""

    number: str
    name: str
    content: bytes = field(repr=False)
    pages: int = 1


@dataclass(frozen=True, slots=True)
class DropOldSheet(Command):
    """Set a piece aside that was added by mistake, and say why; it stays to be seen."""

    number: str
    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class ProposeDestruction(Command):
    """Propose to destroy a file whose time is over; somebody else decides."""

    kind: str
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class DecideDestruction(Weighty):
    """Destroy a proposed file, or keep it: either way the second person's word is final."""

    destruction_id: int
    destroy: bool
