"""Commands of the register and of the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class SaveHousehold(Command):
    """Register a household or save its changes, under the version that the person saw."""

    form: Mapping[str, Any]
    household: str | None = None
    version: int = 0
    token: str = ""
    unsaved: str = ""
    """The token under which the page kept what was typed: it goes when this is saved."""
    confirmed: tuple[str, ...] = ()
    """What is unusual of the family and is confirmed as true: the sentences that were shown."""


@dataclass(frozen=True, slots=True)
class ResolveDifference(Command):
    """The place of a person's file takes over what another place says, or keeps its own value."""

    difference: int
    accept: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AskTransfer(Command):
    """Ask another township to take over a household, or one person of it (`person`, 0: all)."""

    household: str
    to_place: str
    reason: str
    person: int = 0
    token: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawTransfer(Command):
    """Take the question back."""

    transfer: int
    reason: str


@dataclass(frozen=True, slots=True)
class DecideTransfer(Command):
    """Take over or send back: a household goes to a village (`division`), a person into a household, as a `relation`."""

    transfer: int
    accept: bool
    reason: str
    division: str = ""
    household: str = ""
    relation: str = ""


@dataclass(frozen=True, slots=True)
class IdentifyPerson(Command):
    """It is known now who a person without an ID number is (C34)."""

    person_id: int
    id_number: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class UndoIdentification(Command):
    """The identification was wrong."""

    person_id: int
