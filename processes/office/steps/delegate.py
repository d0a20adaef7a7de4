"""Delegate a step to a colleague who prepares it (委派), hand it back, recall it."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, assignment, duties, notices, rules
from processes.office.answers import reason_of
from processes.office.command import ItemCommand, handles
from processes.office.run import Run
from processes.office.steps.colleague import colleague
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class DelegateTaskResult:
    """The result of `DelegateTask`."""

    case: str
    to: str


@dataclass(frozen=True, slots=True)
class DelegateTask(ItemCommand[DelegateTaskResult]):
    """Delegate a step to a colleague for preparation; it comes back (委派)."""

    permission = Permission.TASK_TRANSFER

    to_account_id: int = 0
    reason: str = ""


@handles(DelegateTask)
def delegate(settings: Settings, uow: UnitOfWork, actor: Actor, command: DelegateTask) -> DelegateTaskResult:
    """Delegate a step; people excluded from it may not prepare it either."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    to = colleague(uow, command.to_account_id)
    duties.demand(
        uow.session, case, Run(uow, actor, case, items).bundle, item, items, to.id, reader=actor.account_id
    )
    reason = reason_of(command.reason)
    assignment.delegate(uow, actor, case, item, to, reason)
    notices.tell(
        uow,
        [to.id],
        "delegated",
        tr(
            "{name}委派您办理{applicant}的“{title}”：{reason}",
            name=actor.name,
            applicant=case.applicant,
            title=item.title,
            reason=reason,
        ),
        case,
    )
    return DelegateTaskResult(case=case.number, to=to.name)


@dataclass(frozen=True, slots=True)
class HandBackTaskResult:
    """The result of `HandBackTask`."""

    case: str


@dataclass(frozen=True, slots=True)
class HandBackTask(ItemCommand[HandBackTaskResult]):
    """Return a delegated step to whoever delegated it (交回)."""

    permission = Permission.TASK_WORK

    note: str = ""


@handles(HandBackTask)
def hand_back(settings: Settings, uow: UnitOfWork, actor: Actor, command: HandBackTask) -> HandBackTaskResult:
    """Return a delegated step with its draft."""
    case, _, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    back = item.delegated_by_id
    assignment.hand_back(uow, actor, case, item, command.note.strip()[:300])
    notices.tell(
        uow,
        [back],
        "handed_back",
        tr(
            "{name}已交回{applicant}的“{title}”，请办结",
            name=actor.name,
            applicant=case.applicant,
            title=item.title,
        ),
        case,
    )
    return HandBackTaskResult(case=case.number)


@dataclass(frozen=True, slots=True)
class RecallTaskResult:
    """The result of `RecallTask`."""

    version: int


@dataclass(frozen=True, slots=True)
class RecallTask(ItemCommand[RecallTaskResult]):
    """Recall a delegated step before it is handed back (收回委派)."""

    permission = Permission.TASK_WORK


@handles(RecallTask)
def recall(settings: Settings, uow: UnitOfWork, actor: Actor, command: RecallTask) -> RecallTaskResult:
    """Recall a delegated step."""
    case, _, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    had = item.claimed_by_id
    assignment.recall(uow, actor, case, item)
    notices.tell(
        uow,
        [had],
        "recalled",
        tr(
            "{name}收回了委派给您的“{title}”（{applicant}）",
            name=actor.name,
            title=item.title,
            applicant=case.applicant,
        ),
        case,
    )
    return RecallTaskResult(version=item.version)
