"""Commands on a whole case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from processes.commands.base import CaseCommand, Command, Weighty


@dataclass(frozen=True, slots=True)
class AnchorChains(Command):
    """Seal the events of the days that are over (每日封存)."""


@dataclass(frozen=True, slots=True)
class StartCase(Command):
    """Take an application: open a case of a programme for a household.

    `process` names one of the programme's processes; empty: its first.
    """

    programme: str
    household: str
    form: Mapping[str, Any]
    token: str = ""
    process: str = ""
    unsaved: str = ""
    """The token under which the page kept what was typed: it goes when this is handed in."""


@dataclass(frozen=True, slots=True)
class SuspendCase(CaseCommand):
    """Let a case rest: nobody works on it, its clocks stand still."""


@dataclass(frozen=True, slots=True)
class ResumeCase(CaseCommand):
    """Let a resting case go on."""


@dataclass(frozen=True, slots=True)
class EndCase(CaseCommand, Weighty):
    """End a case before its end: withdrawn by the applicant, opened by mistake, the applicant died."""


@dataclass(frozen=True, slots=True)
class WatchCase(Command):
    """Follow a case, or stop following it (关注)."""

    case_number: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class ExtendClock(Command):
    """Extend a statutory limit once, with a reason."""

    case_number: str
    clock: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddAttachment(Command):
    """File an uploaded document with a case; the bytes are checked by content."""

    case_number: str
    name: str
    content: bytes = field(repr=False)
    material: str = ""
    """Which of the programme's materials it is; empty for any other paper."""


@dataclass(frozen=True, slots=True)
class FireDue(Command):
    """Fire the timers of a case that are due."""

    batched_flush: ClassVar[bool] = True

    case_id: int


@dataclass(frozen=True, slots=True)
class WarnClock(Command):
    """Note that a clock has turned yellow, red or overdue."""

    clock_id: int


@dataclass(frozen=True, slots=True)
class RetryIncident(Command):
    """Try again what failed."""

    incident_id: int


@dataclass(frozen=True, slots=True)
class MoveCase(CaseCommand):
    """Leave the step `ref` and enter the step with id `to`; `version` is the case's as the person saw it.

    Back to a step that was done before: at once.  Forward: asked for, until a second person has confirmed it.
    """

    ref: str
    to: str
    version: int


@dataclass(frozen=True, slots=True)
class DecideMove(Command):
    """Carry out a forward move that somebody else asked for, or refuse it with a reason; who asked may take it back so."""

    move_id: int
    accept: bool
    reason: str = ""

    def needs_verification(self) -> bool:
        """To carry it out."""
        return self.accept
