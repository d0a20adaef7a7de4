"""Commands on one work item: claim, release, draft, complete, transfer, return."""

from __future__ import annotations

from typing import Any

from processes import commands as c
from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, duties, notices, rules
from processes.errors import NotFound
from processes.office import cosigning, finishing, verifying
from processes.office.answers import reason_of
from processes.office.running import Run
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


def claim_task(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ClaimTask) -> dict[str, Any]:
    """Take an item out of the office's queue; of two people one wins and the other is told who."""
    actor.demand(Permission.TASK_WORK)
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    away = rules.demand_worker(item, actor)
    rules.demand_open(item, command.version)
    Run(uow, actor, case, items).demand_apart(item, actor, away)
    actions.claim(uow, actor, case, item)
    return {"version": item.version}


def release_task(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ReleaseTask) -> dict[str, Any]:
    """Put one's own item back into the office's queue."""
    case, _, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    actions.release(uow, actor, case, item)
    return {"version": item.version}


def save_draft(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SaveDraft) -> dict[str, Any]:
    """Keep what was typed; answers the draft's new version."""
    actor.demand(Permission.TASK_WORK)
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    away = rules.demand_worker(item, actor)
    rules.demand_at_rest(item)
    Run(uow, actor, case, items).demand_apart(item, actor, away)
    version = actions.save_draft(uow, actor, item, command.data, command.draft_version, command.overwrite)
    return {"draft_version": version}


def complete_task(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.CompleteTask
) -> dict[str, Any]:
    """Finish a step with its form and run the case on."""
    actor.demand(Permission.TASK_WORK)
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    run = Run(uow, actor, case, items)
    away, data = finishing.submitted(run, item, actor, command.data)
    if duties.decides(run.bundle, item):
        verifying.demand(settings, actor)
    if command.signers:
        cosigning.hold(run, item, away, data, command)
        return {"case": case.number, "status": case.status}
    finishing.finish(run, item, data, actor, away)
    return {"case": case.number, "status": case.status}


def transfer_task(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.TransferTask
) -> dict[str, Any]:
    """Hand an item to a colleague, who finishes it."""
    actor.demand(Permission.TASK_TRANSFER)
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    to = uow.session.get(Account, command.to_account_id)
    if to is None or not to.is_active:
        raise NotFound()
    run = Run(uow, actor, case, items)
    duties.demand(uow.session, case, run.bundle, item, items, to.id, reader=actor.account_id)
    reason = reason_of(command.reason)
    actions.transfer(uow, actor, case, item, to, reason)
    text = f"{actor.name}将{case.applicant}的“{item.title}”转给您办理：{reason}"
    notices.tell(uow, [to.id], "transferred", text, case)
    return {"case": case.number, "to": to.name}


def return_task(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ReturnTask) -> dict[str, Any]:
    """Send the case back to an earlier step; what was entered there comes back as its draft."""
    actor.demand(Permission.TASK_RETURN)
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
        finishing.come_straight_back(items, command.to, item)
    return {"case": case.number}
