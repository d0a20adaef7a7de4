"""Commands of the worker on its jobs, and of where people are reached."""

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
class ClaimJob(Command):
    """A worker takes the next job of a kind; with `together`, all that waits for the same subject."""

    kind: str
    holder: str
    together: bool = False


@dataclass(frozen=True, slots=True)
class RenewJob(Command):
    """A worker is still at a job."""

    key: str
    holder: str


@dataclass(frozen=True, slots=True)
class FinishJob(Command):
    """A worker has done what these rows of the outbox asked for."""

    keys: tuple[str, ...]
    holder: str


@dataclass(frozen=True, slots=True)
class PostponeJob(Command):
    """Rows of the outbox that a worker holds wait until an instant; with an error they were tried and failed."""

    keys: tuple[str, ...]
    holder: str
    until: datetime
    error: str = ""
