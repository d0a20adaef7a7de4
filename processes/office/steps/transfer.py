"""Transfer a step to a colleague, who completes it."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, duties, notices, rules
from processes.errors import NotFound
from processes.office.answers import reason_of
from processes.office.command import ItemCommand, handles
from processes.office.run import Run
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class TransferTaskResult:
    """The result of `TransferTask`."""

    case: str
    to: str


@dataclass(frozen=True, slots=True)
class TransferTask(ItemCommand[TransferTaskResult]):
    """Transfer a work item to a colleague, who finishes it (转办)."""

    permission = Permission.TASK_TRANSFER

    to_account_id: int = 0
    reason: str = ""


@handles(TransferTask)
def transfer_task(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: TransferTask
) -> TransferTaskResult:
    """Transfer an item to a colleague, who finishes it."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    to = uow.session.get(Account, command.to_account_id)
    if to is None or not to.is_active:
        raise NotFound()
    run = Run(uow, actor, case, items)
    duties.demand(uow.session, case, run.bundle, item, items, to.id, reader=actor.account_id)
    reason = reason_of(command.reason)
    actions.transfer(uow, actor, case, item, to, reason)
    text = tr(
        "{name}将{applicant}的“{title}”转给您办理：{reason}",
        name=actor.name,
        applicant=case.applicant,
        title=item.title,
        reason=reason,
    )
    notices.tell(uow, [to.id], "transferred", text, case)
    return TransferTaskResult(case=case.number, to=to.name)
