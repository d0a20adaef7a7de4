"""Commands of the county's book of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processes.commands.base import Command, Weighty


@dataclass(frozen=True, slots=True)
class ProposeParameter(Command):
    """Enter a value of a parameter; it waits for a second person.

    `entry` is what was typed: `value`, `since`, `division`, `source`, and `confirmed` for what is unusual.
    """

    name: str
    entry: Mapping[str, Any]
    token: str = ""


@dataclass(frozen=True, slots=True)
class AdoptParameter(Command):
    """Propose to confirm a suggested value as it is, under the document that says so."""

    value_id: int
    source: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmParameter(Weighty):
    """Confirm a value that somebody else proposed; from now on it counts."""

    value_id: int


@dataclass(frozen=True, slots=True)
class RejectParameter(Command):
    """Refuse a proposed value, with a reason."""

    value_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawParameter(Command):
    """Take back one's own proposal."""

    value_id: int
