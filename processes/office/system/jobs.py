"""Jobs of the outbox: a worker claims one, keeps it, has done it, or postpones it."""

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
    """A worker takes the next job of a kind; with `together`, all that waits for the same subject."""

    permission = Permission.SYSTEM_WORK

    kind: str
    holder: str
    together: bool = False


@handles(ClaimJob)
def claim_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: ClaimJob) -> ClaimJobResult:
    """Take what is next, for a while; answers the rows, none where none is free."""
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
    """A worker is still at a job."""

    permission = Permission.SYSTEM_WORK

    key: str
    holder: str


@handles(RenewJob)
def renew_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: RenewJob) -> RenewJobResult:
    """Keep a job for another while; answers whether it was still one's own."""
    return RenewJobResult(held=outbox.renew(uow, command.key, command.holder))


@dataclass(frozen=True, slots=True)
class FinishJob(Command[None]):
    """A worker has done what these rows of the outbox asked for."""

    permission = Permission.SYSTEM_WORK

    keys: tuple[str, ...]
    holder: str


@handles(FinishJob)
def finish_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: FinishJob) -> None:
    """Jobs are done; one whose lease was over and that another worker took is left to that one."""
    for row in outbox.held(uow, command.keys, command.holder):
        outbox.finish(uow, row)


@dataclass(frozen=True, slots=True)
class PostponeJob(Command[None]):
    """Rows of the outbox that a worker holds wait until an instant; with an error they were tried and failed."""

    permission = Permission.SYSTEM_WORK

    keys: tuple[str, ...]
    holder: str
    until: datetime
    error: str = ""


@handles(PostponeJob)
def postpone_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: PostponeJob) -> None:
    """Jobs wait, and are free again then."""
    for row in outbox.held(uow, command.keys, command.holder):
        outbox.put_off(row, command.until, command.error)
