"""Jobs of the outbox: claim, renew, finish, postpone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage import outbox
from processes.storage.unit_of_work import UnitOfWork

TOGETHER = 200
"""Rows of one subject that are taken at once."""


@dataclass(frozen=True, slots=True)
class ClaimJobResult:
    """The result of `ClaimJob`."""

    jobs: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ClaimJob(Command[ClaimJobResult]):
    """Claim the next job of a kind; with `together`, all jobs of the same subject."""

    permission = Permission.SYSTEM_WORK

    kind: str
    holder: str
    together: bool = False


@handles(ClaimJob)
def claim_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: ClaimJob) -> ClaimJobResult:
    """Claim due jobs, under a lease; no rows if none is free."""
    if command.together:
        rows = outbox.claim_subject(uow, command.kind, command.holder, TOGETHER)
    else:
        row = outbox.claim(uow, command.kind, command.holder)
        rows = [] if row is None else [row]
    return ClaimJobResult(
        jobs=[
            {"key": r.key, "subject": r.subject, "payload": r.payload, "attempts": r.attempts} for r in rows
        ]
    )


@dataclass(frozen=True, slots=True)
class RenewJobResult:
    """The result of `RenewJob`."""

    held: bool


@dataclass(frozen=True, slots=True)
class RenewJob(Command[RenewJobResult]):
    """Renew the lease of a job."""

    permission = Permission.SYSTEM_WORK

    key: str
    holder: str


@handles(RenewJob)
def renew_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: RenewJob) -> RenewJobResult:
    """Renew the lease; return whether it was still held."""
    return RenewJobResult(held=outbox.renew(uow, command.key, command.holder))


@dataclass(frozen=True, slots=True)
class FinishJob(Command[None]):
    """Mark jobs as done."""

    permission = Permission.SYSTEM_WORK

    keys: tuple[str, ...]
    holder: str


@handles(FinishJob)
def finish_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: FinishJob) -> None:
    """Mark jobs as done; those whose lease expired and that another worker took are left alone."""
    for row in outbox.held(uow, command.keys, command.holder):
        outbox.finish(uow, row)


@dataclass(frozen=True, slots=True)
class PostponeJob(Command[None]):
    """Postpone jobs to an instant; with an error they were tried and failed."""

    permission = Permission.SYSTEM_WORK

    keys: tuple[str, ...]
    holder: str
    until: datetime
    error: str = ""


@handles(PostponeJob)
def postpone_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: PostponeJob) -> None:
    """Postpone jobs; they are free again then."""
    for row in outbox.held(uow, command.keys, command.holder):
        outbox.put_off(row, command.until, command.error)
