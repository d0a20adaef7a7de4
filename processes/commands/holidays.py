"""Commands on a year's holiday notice: one person proposes, another confirms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from processes.commands.base import Command, Weighty


@dataclass(frozen=True, slots=True)
class ProposeHolidays(Command):
    """Propose a version of a year's notice; it outranks what the program knows once somebody else confirms it."""

    year: int
    days_off: tuple[date, ...]
    worked_weekends: tuple[date, ...]
    document_number: str


@dataclass(frozen=True, slots=True)
class ConfirmHolidays(Weighty):
    """Let a proposed version stand; every running limit is counted anew."""

    version_id: int


@dataclass(frozen=True, slots=True)
class RejectHolidays(Command):
    """Refuse a proposed version, or take one's own back."""

    version_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class AskUndoHolidays(Command):
    """Ask that the standing version be undone, so that the one before stands again."""

    version_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class DecideUndoHolidays(Command):
    """Undo the standing version as somebody else asked, or leave it."""

    version_id: int
    accept: bool

    def needs_verification(self) -> bool:
        """To undo it."""
        return self.accept
