"""Send a case back to an earlier step."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, rules
from processes.office.answers import reason_of
from processes.office.command import ItemCommand, handles
from processes.office.run import Run
from processes.office.steps import finishing
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReturnTaskResult:
    """The result of `ReturnTask`."""

    case: str


@dataclass(frozen=True, slots=True)
class ReturnTask(ItemCommand[ReturnTaskResult]):
    """Send the case back to an earlier step (退回)."""

    permission = Permission.TASK_RETURN

    to: str = ""
    reason: str = ""
    token: str = ""
    straight: bool = False
    """Whether it comes straight back to this step when it was put right, or goes step by step."""


@handles(ReturnTask)
def return_task(settings: Settings, uow: UnitOfWork, actor: Actor, command: ReturnTask) -> ReturnTaskResult:
    """Send the case back to an earlier step; its entries become its draft."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    away = rules.demand_worker(item, actor)
    reason = reason_of(command.reason)
    run = Run(uow, actor, case, items)
    run.demand_apart(item, actor, away)
    state = run.state()
    rules.demand_decider(item)
    finishing.send_back(run, state, command.to, reason)
    if command.straight:
        finishing.mark_straight_return(items, command.to, item)
    return ReturnTaskResult(case=case.number)
