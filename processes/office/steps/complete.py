"""Complete a step with its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, duties, rules
from processes.office.accounts import verifying
from processes.office.command import ItemCommand, handles
from processes.office.run import Run
from processes.office.steps import countersign, finishing
from processes.office.steps.countersign import Asked
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CompleteTaskResult:
    """The result of `CompleteTask`."""

    case: str
    status: str


@dataclass(frozen=True, slots=True)
class CompleteTask(ItemCommand[CompleteTaskResult]):
    """Finish a step with its form (办结本环节).

    With signers, it is finished once they have agreed (后加签).
    """

    permission = Permission.TASK_WORK
    batched_flush = True

    data: Mapping[str, Any] = field(default_factory=dict)
    token: str = ""
    signers: tuple[int, ...] = ()
    mode: str = "all"
    quorum: int = 0


@handles(CompleteTask)
def complete_task(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: CompleteTask
) -> CompleteTaskResult:
    """Finish a step with its form and run the case on."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    run = Run(uow, actor, case, items)
    away, data = finishing.submitted(run, item, actor, command.data)
    if duties.decides(run.bundle, item):
        verifying.demand(settings, actor)
    if command.signers:
        countersign.hold(run, item, away, data, Asked(command.signers, command.mode, command.quorum))
        return CompleteTaskResult(case=case.number, status=case.status)
    finishing.finish(run, item, data, actor, away)
    return CompleteTaskResult(case=case.number, status=case.status)
