"""Commands of sending notices out of the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class SetReach(Command):
    """Where one is reached and when not: mail, mobile, quiet hours, one mail a day."""

    email: str = ""
    mobile: str = ""
    quiet_from: str = ""
    quiet_until: str = ""
    digest: bool = False


@dataclass(frozen=True, slots=True)
class PostponeJob(Command):
    """A row of the outbox waits until an instant; with an error it was tried and failed."""

    key: str
    until: datetime
    error: str = ""
