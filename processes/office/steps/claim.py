"""Claim a step out of the office's queue, or put it back."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, rules
from processes.office.command import ItemCommand, handles
from processes.office.run import Run
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ClaimTaskResult:
    """The result of `ClaimTask`."""

    version: int


@dataclass(frozen=True, slots=True)
class ClaimTask(ItemCommand[ClaimTaskResult]):
    """Take a work item out of the office's queue (签收)."""

    permission = Permission.TASK_WORK
    batched_flush = True


@handles(ClaimTask)
def claim_task(settings: Settings, uow: UnitOfWork, actor: Actor, command: ClaimTask) -> ClaimTaskResult:
    """Take an item from the office's queue; if two people try, one gets it and the other is told who."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    away = rules.demand_worker(item, actor)
    rules.demand_open(item, command.version)
    Run(uow, actor, case, items).demand_apart(item, actor, away)
    actions.claim(uow, actor, case, item)
    return ClaimTaskResult(version=item.version)


@dataclass(frozen=True, slots=True)
class ReleaseTaskResult:
    """The result of `ReleaseTask`."""

    version: int


@dataclass(frozen=True, slots=True)
class ReleaseTask(ItemCommand[ReleaseTaskResult]):
    """Release a claimed work item (放回)."""

    permission = Permission.TASK_WORK


@handles(ReleaseTask)
def release_task(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ReleaseTask
) -> ReleaseTaskResult:
    """Return one's own item to the office's queue."""
    case, _, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    actions.release(uow, actor, case, item)
    return ReleaseTaskResult(version=item.version)
