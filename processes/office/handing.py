"""Commands that give a step from hand to hand, ask about it, or urge it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from processes import commands as c
from processes.access.models import Account
from processes.access.permissions import Permission, Role
from processes.access.scope import Actor
from processes.cases import actions, duties, events, handing, involving, notices, rules
from processes.cases.models import WorkItem
from processes.engine import returns
from processes.errors import Invalid, NotFound, RuleBroken
from processes.office import finishing
from processes.office.answers import reason_of
from processes.office.running import Run
from processes.policy.calendar import civil_date
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


def delegate(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.DelegateTask) -> dict[str, Any]:
    """Have somebody prepare a step; whoever did what excludes it may not even prepare it."""
    actor.demand(Permission.TASK_TRANSFER)
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    to = _account(uow, command.to_account_id)
    duties.demand(
        uow.session, case, Run(uow, actor, case, items).bundle, item, items, to.id, reader=actor.account_id
    )
    reason = reason_of(command.reason)
    handing.delegate(uow, actor, case, item, to, reason)
    notices.tell(
        uow, [to.id], "delegated", f"{actor.name}委派您办理{case.applicant}的“{item.title}”：{reason}", case
    )
    return {"case": case.number, "to": to.name}


def hand_back(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.HandBackTask) -> dict[str, Any]:
    """What was prepared goes back with its draft."""
    case, _, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    back = item.delegated_by_id
    handing.hand_back(uow, actor, case, item, command.note.strip()[:300])
    notices.tell(
        uow, [back], "handed_back", f"{actor.name}已交回{case.applicant}的“{item.title}”，请办结", case
    )
    return {"case": case.number}


def recall(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.RecallTask) -> dict[str, Any]:
    """Take a delegated step back."""
    case, _, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    had = item.claimed_by_id
    handing.recall(uow, actor, case, item)
    notices.tell(
        uow, [had], "recalled", f"{actor.name}收回了委派给您的“{item.title}”（{case.applicant}）", case
    )
    return {"version": item.version}


def take_over(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.TakeOverTask) -> dict[str, Any]:
    """Take a step from a colleague; the one who had it is told."""
    actor.demand(Permission.TASK_TRANSFER)
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    mine = actor.account_id
    duties.demand(uow.session, case, Run(uow, actor, case, items).bundle, item, items, mine, reader=mine)
    rules.demand_at_rest(item)
    reason, had = reason_of(command.reason), item.claimed_by_id
    handing.take_over(uow, actor, case, item, reason)
    notices.tell(
        uow, [had], "taken_over", f"{actor.name}接管了您的“{item.title}”（{case.applicant}）：{reason}", case
    )
    return {"version": item.version}


def take_back(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.TakeBackTask) -> dict[str, Any]:
    """Take back what one finished last, while nobody has gone on with it."""
    actor.demand(Permission.TASK_WORK)
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    demand_takeable(item, items, actor)
    run = Run(uow, actor, case, items)
    state = run.state()
    if item.ref not in returns.earlier_steps(run.definition, state):
        raise RuleBroken(reason="这个环节不能取回")
    finishing.send_back(run, state, item.ref, "本人取回")
    events.append(uow, case, actor, "taken_back", item.title, ref=item.ref)
    return {"case": case.number}


def demand_takeable(item: WorkItem, items: list[WorkItem], actor: Actor) -> None:
    """Raise unless the actor finished this last of all and nobody has touched what came of it."""
    if item.status != "done" or item.completed_by_id != actor.account_id or item.completed_at is None:
        raise RuleBroken(reason="只能取回本人办结的环节")
    later = [i for i in items if i.completed_at is not None and i.completed_at > item.completed_at]
    after = [i for i in items if i.status == "open" and i.offered_at >= item.completed_at]
    if later or not after:
        raise RuleBroken(reason="后面的环节已经办理，不能取回；确需修改的，请联系下一环节退回")
    for one in after:
        if one.claimed_by_id is not None or one.draft_version or one.cosigning:
            raise RuleBroken(
                reason=f"“{one.title}”已由{one.claimed_by or '他人'}签收，不能取回；请联系其退回"
            )


def urge(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.UrgeTask) -> dict[str, Any]:
    """Urge a step: whoever has it is told, or everybody who could take it; after some times their leader too."""
    actor.demand(Permission.CASE_READ)
    actor.demand(Permission.TASK_WORK)
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    if item.status != "open":
        raise RuleBroken(reason="本环节已经办结")
    run = Run(uow, actor, case, items)
    hours, many = (_parameter(run, f"desk.urge.{name}") for name in ("hours", "escalate_after"))
    word = command.word.strip()[:100]
    count = handing.urge(uow, actor, case, item, word, hours)
    text = f"{actor.name}催办{case.applicant}的“{item.title}”（第 {count} 次）{'：' + word if word else ''}"
    if item.claimed_by_id is not None:
        notices.tell(uow, [item.claimed_by_id], "urged", text, case)
    else:
        notices.tell_role(uow, item.role, case, "urged", text)
    if count >= many:
        is_county = item.role in (Role.COUNTY_CLERK, Role.COUNTY_LEADER, Role.COMPARISON_OFFICER)
        leader = Role.COUNTY_LEADER if is_county else Role.TOWNSHIP_LEADER
        notices.tell_role(uow, leader, case, "escalated", f"多次催办未办：{text}")
        notices.tell_role(uow, Role.SUPERVISOR, case, "escalated", f"多次催办未办：{text}")
    return {"count": count}


def _parameter(run: Run, name: str) -> int:
    value = run.bundle.policy.value(name, civil_date(run.uow.now), run.case.division)
    return int(value) if isinstance(value, Decimal) else 0


def ask(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.AskColleague) -> dict[str, Any]:
    """Ask somebody; the step stays."""
    actor.demand(Permission.TASK_WORK)
    case, _, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    rules.demand_worker(item, actor)
    to, question = _account(uow, command.to_account_id), reason_of(command.question)
    if to.id == actor.account_id:
        raise RuleBroken(reason="不能向本人沟通")
    involving.ask(uow, actor, case, item, to, question)
    notices.tell(
        uow, [to.id], "asked", f"{actor.name}就{case.applicant}的“{item.title}”请您答复：{question}", case
    )
    return {"case": case.number}


def copy(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.CopyTask) -> dict[str, Any]:
    """Let people know."""
    actor.demand(Permission.TASK_WORK)
    case, _, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    rules.demand_worker(item, actor)
    people = [_account(uow, i) for i in dict.fromkeys(command.to) if i != actor.account_id]
    if not people:
        raise Invalid(reason="请选择抄送人员")
    involving.copy(uow, actor, case, item, people, command.note.strip()[:300])
    notices.tell(
        uow, [a.id for a in people], "copied", f"{actor.name}抄送{case.applicant}的“{item.title}”", case
    )
    return {"case": case.number}


def _account(uow: UnitOfWork, account_id: int) -> Account:
    found = uow.session.get(Account, account_id)
    if found is None or not found.is_active:
        raise NotFound()
    return found
