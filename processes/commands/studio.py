"""Commands of the studio: changing a content and publishing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class OpenDraft(Command):
    """Begin to change the content in force of a programme, or the content of an earlier release."""

    programme: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class BeginProgramme(Command):
    """Begin a programme that there is not yet: a draft that works, to be changed."""

    name: str
    title: str
    code: str


@dataclass(frozen=True, slots=True)
class DraftCommand(Command):
    """Something done to a draft."""

    draft_id: int


@dataclass(frozen=True, slots=True)
class SaveDraftFile(DraftCommand):
    """Keep a file of the draft, under the version that the person saw."""

    version: int
    name: str
    text: str
    seen: str = ""


@dataclass(frozen=True, slots=True)
class AddDraftFile(DraftCommand):
    """Put a new file into a draft; `instead` writes over one of the same name."""

    name: str
    text: str
    instead: bool = False


@dataclass(frozen=True, slots=True)
class ReplaceDraftFiles(DraftCommand):
    """Write several files of a draft over at once."""

    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DropDraftFile(DraftCommand):
    """Take a file out of a draft."""

    name: str


@dataclass(frozen=True, slots=True)
class AskRehearsal(DraftCommand):
    """Have every scenario played with the draft."""


@dataclass(frozen=True, slots=True)
class AskSimulation(DraftCommand):
    """Compute what the draft changes for the cases of the register, as of a day."""

    on: date


@dataclass(frozen=True, slots=True)
class NoteSimulation(DraftCommand):
    """How far the simulation is (said by the worker)."""

    found: dict[str, Any]


@dataclass(frozen=True, slots=True)
class NoteRehearsal(DraftCommand):
    """How far the scenarios are (said by the worker)."""

    found: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProposeDraft(DraftCommand):
    """Hand the draft to a second person."""

    note: str
    effective_from: date


@dataclass(frozen=True, slots=True)
class TakeBackDraft(DraftCommand):
    """Take a proposed draft back to change it."""


@dataclass(frozen=True, slots=True)
class ApproveDraft(DraftCommand):
    """Publish a proposed draft, as the second person."""

    def needs_verification(self) -> bool:
        """It publishes."""
        return True


@dataclass(frozen=True, slots=True)
class DiscardDraft(DraftCommand):
    """Give a draft up."""


@dataclass(frozen=True, slots=True)
class PublishRelease(Command):
    """Publish a programme folder whose scenarios passed as its next release."""

    programme: str
    passed: int
    failed: int
    effective_from: date
    note: str = ""

    def needs_verification(self) -> bool:
        """It publishes."""
        return True
