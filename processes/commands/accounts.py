"""Commands of accounts and of what they may see."""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class SignIn(Command):
    """Open a session with name and password."""

    username: str
    password: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class UnlockAccount(Command):
    """Lift a lock-out."""

    username: str


@dataclass(frozen=True, slots=True)
class RevealIdNumber(Command):
    """Read a full ID number; the reading is logged."""

    person_id: int
    address: str = ""
