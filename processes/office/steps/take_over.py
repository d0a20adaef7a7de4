"""Take over a step from a colleague (接管)."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, assignment, duties, notices, rules
from processes.office.answers import reason_of
from processes.office.command import ItemCommand, handles
from processes.office.run import Run
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class TakeOverTaskResult:
    """The result of `TakeOverTask`."""

    version: int


@dataclass(frozen=True, slots=True)
class TakeOverTask(ItemCommand[TakeOverTaskResult]):
    """Take over a step from a colleague who cannot continue with it (接管)."""

    permission = Permission.TASK_TRANSFER

    reason: str = ""


@handles(TakeOverTask)
def take_over(settings: Settings, uow: UnitOfWork, actor: Actor, command: TakeOverTask) -> TakeOverTaskResult:
    """Take over a step; its previous assignee is notified."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    mine = actor.account_id
    duties.demand(uow.session, case, Run(uow, actor, case, items).bundle, item, items, mine, reader=mine)
    rules.demand_at_rest(item)
    reason, had = reason_of(command.reason), item.claimed_by_id
    assignment.take_over(uow, actor, case, item, reason)
    notices.tell(
        uow,
        [had],
        "taken_over",
        tr(
            "{name}接管了您的“{title}”（{applicant}）：{reason}",
            name=actor.name,
            title=item.title,
            applicant=case.applicant,
            reason=reason,
        ),
        case,
    )
    return TakeOverTaskResult(version=item.version)
