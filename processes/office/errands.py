"""Errands of the worker: an effect of the outbox has happened, or waits; a day is sealed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import anchors
from processes.settings import Settings
from processes.storage.outbox import OutboxRow
from processes.storage.unit_of_work import UnitOfWork


def finish_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.FinishJob) -> dict[str, Any]:
    """A row of the outbox is done."""
    actor.demand(Permission.SYSTEM_WORK)
    row = uow.session.scalar(select(OutboxRow).where(OutboxRow.key == command.key))
    if row is not None:
        row.done_at = uow.now
    return {}


def postpone_job(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.PostponeJob) -> dict[str, Any]:
    """A row of the outbox waits."""
    actor.demand(Permission.SYSTEM_WORK)
    row = uow.session.scalar(select(OutboxRow).where(OutboxRow.key == command.key))
    if row is not None:
        row.due_at = command.until
        if command.error:
            row.attempts += 1
            row.error = command.error
    return {}


def anchor_chains(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AnchorChains
) -> dict[str, Any]:
    """Seal the days that are over."""
    actor.demand(Permission.SYSTEM_WORK)
    anchor = anchors.make(uow)
    return {"events": 0 if anchor is None else anchor.events}
