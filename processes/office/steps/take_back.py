"""Take back the step that one has just completed (取回)."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, events
from processes.cases.models import WorkItem
from processes.cases.status import WorkItemStatus
from processes.engine import returns
from processes.errors import RuleBroken
from processes.office.command import ItemCommand, handles
from processes.office.run import Run
from processes.office.steps import finishing
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class TakeBackTaskResult:
    """The result of `TakeBackTask`."""

    case: str


@dataclass(frozen=True, slots=True)
class TakeBackTask(ItemCommand[TakeBackTaskResult]):
    """Take back the step that one has just completed, while nobody has acted on the next (取回)."""

    permission = Permission.TASK_WORK

    token: str = ""


@handles(TakeBackTask)
def take_back(settings: Settings, uow: UnitOfWork, actor: Actor, command: TakeBackTask) -> TakeBackTaskResult:
    """Take back the step that one finished last, while nobody has continued."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    demand_takeable(item, items, actor)
    run = Run(uow, actor, case, items)
    state = run.state()
    if item.ref not in returns.earlier_steps(run.definition, state):
        raise RuleBroken(reason=tr("这个环节不能取回"))
    finishing.send_back(run, state, item.ref, tr("本人取回"))
    events.append(uow, case, actor, "taken_back", item.title, ref=item.ref)
    return TakeBackTaskResult(case=case.number)


def demand_takeable(item: WorkItem, items: list[WorkItem], actor: Actor) -> None:
    """Raise unless the actor finished this step last of all and nobody has touched what followed."""
    if (
        item.status != WorkItemStatus.DONE
        or item.completed_by_id != actor.account_id
        or item.completed_at is None
    ):
        raise RuleBroken(reason=tr("只能取回本人办结的环节"))
    later = [i for i in items if i.completed_at is not None and i.completed_at > item.completed_at]
    after = [i for i in items if i.status == WorkItemStatus.OPEN and i.offered_at >= item.completed_at]
    if later or not after:
        raise RuleBroken(reason=tr("后面的环节已经办理，不能取回；确需修改的，请联系下一环节退回"))
    for one in after:
        if one.claimed_by_id is not None or one.draft_version or one.cosigning:
            raise RuleBroken(
                reason=tr(
                    "“{title}”已由{claimed_by}签收，不能取回；请联系其退回",
                    title=one.title,
                    claimed_by=one.claimed_by or tr("他人"),
                )
            )
