"""Errands of the worker: it takes a job of the outbox, is at it still, has done it or puts it off; a day is sealed."""

from __future__ import annotations

from typing import Any

from processes import commands as c
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import anchors
from processes.settings import Settings
from processes.storage import outbox
from processes.storage.unit_of_work import UnitOfWork

TOGETHER = 200
"""Rows of one subject that are taken at once."""


def claim_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ClaimJob) -> dict[str, Any]:
    """Take what is next, for a while; answers the rows, none where none is free."""
    actor.demand(Permission.SYSTEM_WORK)
    if command.together:
        rows = outbox.claim_subject(uow, command.kind, command.holder, TOGETHER)
    else:
        row = outbox.claim(uow, command.kind, command.holder)
        rows = [] if row is None else [row]
    return {
        "jobs": [
            {"key": r.key, "subject": r.subject, "payload": r.payload, "attempts": r.attempts} for r in rows
        ]
    }


def renew_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.RenewJob) -> dict[str, Any]:
    """Keep a job for another while; answers whether it was still one's own."""
    actor.demand(Permission.SYSTEM_WORK)
    return {"held": outbox.renew(uow, command.key, command.holder)}


def finish_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.FinishJob) -> dict[str, Any]:
    """Jobs are done; one whose lease was over and that another worker took is left to that one."""
    actor.demand(Permission.SYSTEM_WORK)
    for row in outbox.held(uow, command.keys, command.holder):
        outbox.finish(uow, row)
    return {}


def postpone_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.PostponeJob) -> dict[str, Any]:
    """Jobs wait, and are free again then."""
    actor.demand(Permission.SYSTEM_WORK)
    for row in outbox.held(uow, command.keys, command.holder):
        outbox.put_off(row, command.until, command.error)
    return {}


def anchor_chains(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AnchorChains
) -> dict[str, Any]:
    """Seal the days that are over."""
    actor.demand(Permission.SYSTEM_WORK)
    anchor = anchors.make(uow)
    return {"events": 0 if anchor is None else anchor.events}
