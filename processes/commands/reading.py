"""Commands that write down what somebody reads."""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class NoteRead(Command):
    """Write down that somebody opened something, or was refused it."""

    action: str
    """One of `access.audit.READS`."""
    target: str
    address: str = ""
    more: tuple[str, ...] = ()
    """What else the same answer showed; each gets an entry of its own."""


@dataclass(frozen=True, slots=True)
class LookUpPerson(Command):
    """Ask whether the register has somebody with an ID number; the asking is logged and limited."""

    id_number: str
    name: str = ""
    """The name that was typed beside it: a person of another township is named only where it fits."""
    address: str = ""


@dataclass(frozen=True, slots=True)
class SearchNumber(Command):
    """Search one's own places for whoever has an ID number; logged and limited together with `LookUpPerson`."""

    id_number: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class NoteInfected(Command):
    """Write down that the virus scanner found something in what somebody uploaded, and tell the auditors."""

    place: str
    found: str
    account_id: int | None
    """Who uploaded it; None: somebody who is not signed in."""
    address: str = ""
