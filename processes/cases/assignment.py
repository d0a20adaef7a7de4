"""Assignment of steps between people: delegate and hand back, take over, urge (委派、交回、接管、催办)."""

from __future__ import annotations

from datetime import timedelta

from processes.access.models import Account
from processes.access.rules import may_be_asked
from processes.access.scope import Actor
from processes.cases import actions, events, participants, rules
from processes.cases.models import Case, WorkItem
from processes.errors import NotAllowed, RuleBroken
from processes.policy.calendar import SHANGHAI
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr, tr_minute


def delegate(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, to: Account, reason: str) -> None:
    """Delegate a step to a colleague for preparation; it returns to the actor, who decides."""
    away = rules.demand_worker(item, actor)
    rules.demand_at_rest(item)
    if item.delegated_by_id is not None:
        raise RuleBroken(reason=tr("委派给您的待办不能再委派，请交回委派人"))
    if to.id == actor.account_id or not may_be_asked(to, item.division):
        raise RuleBroken(reason=tr("只能委派给管辖范围包括本办件的其他人员"))
    item.delegated_by_id, item.delegated_by = actor.account_id, actor.name
    item.claimed_by_id, item.claimed_by = to.id, to.name
    actions.in_name_of(item, away)
    actions.changed(uow, actor, item)
    events.append(uow, case, actor, "delegated", item.title, ref=item.ref, to=to.name, reason=reason)


def hand_back(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, note: str) -> None:
    """Return a prepared step, with its draft, to the person who delegated it."""
    if item.delegated_by_id is None or item.claimed_by_id != actor.account_id:
        raise NotAllowed()
    back = item.delegated_by
    item.prepared_by_id, item.prepared_by = actor.account_id, actor.name
    item.claimed_by_id, item.claimed_by = item.delegated_by_id, item.delegated_by
    item.delegated_by_id, item.delegated_by = None, None
    actions.changed(uow, actor, item)
    events.append(uow, case, actor, "handed_back", item.title, ref=item.ref, to=back, note=note)


def recall(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem) -> None:
    """Recall a delegated step before it is handed back; the draft stays."""
    if item.delegated_by_id != actor.account_id:
        raise NotAllowed()
    item.claimed_by_id, item.claimed_by = actor.account_id, actor.name
    item.delegated_by_id, item.delegated_by = None, None
    actions.changed(uow, actor, item)
    events.append(uow, case, actor, "recalled", item.title, ref=item.ref)


def take_over(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, reason: str) -> str:
    """Take over a step from a colleague who cannot continue, with the draft; return the previous assignee."""
    if item.role not in actor.roles or not actor.covers(item.division):
        raise NotAllowed()
    if item.claimed_by_id is None or item.claimed_by_id == actor.account_id:
        raise RuleBroken(reason=tr("这项待办没有被他人签收，不需要接管"))
    before = item.claimed_by or ""
    item.claimed_by_id, item.claimed_by = actor.account_id, actor.name
    item.delegated_by_id, item.delegated_by = None, None
    actions.in_name_of(item, None)
    actions.changed(uow, actor, item)
    events.append(uow, case, actor, "taken_over", item.title, ref=item.ref, before=before, reason=reason)
    return before


def give_back(
    uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, account_id: int, reason: str
) -> None:
    """Unassign a step from an account that no longer works on it; the draft stays.

    A delegated step returns to the person who delegated it, any other step to the office's queue.
    """
    before = item.claimed_by or ""
    participants.drop_held(uow, item)
    if item.draft is not None:
        item.prepared_by_id, item.prepared_by = item.claimed_by_id, item.claimed_by
    if item.delegated_by_id is not None and item.delegated_by_id != account_id:
        item.claimed_by_id, item.claimed_by = item.delegated_by_id, item.delegated_by
    else:
        item.claimed_by_id, item.claimed_by = None, None
        actions.in_name_of(item, None)
    item.delegated_by_id, item.delegated_by = None, None
    actions.changed(uow, actor, item)
    events.append(
        uow,
        case,
        actor,
        "given_back",
        item.title,
        ref=item.ref,
        before=before,
        to=item.claimed_by or "",
        reason=reason,
    )


def urge(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, word: str, hours: int) -> int:
    """Urge a step, with a minimum interval in hours; return how often it was urged."""
    if item.claimed_by_id == actor.account_id:
        raise RuleBroken(reason=tr("这是您自己的待办"))
    if item.urged_at is not None and uow.now < item.urged_at + timedelta(hours=hours):
        last = item.urged_at.astimezone(SHANGHAI)
        raise RuleBroken(
            reason=tr("已于 {last} 催办，{hours} 小时内不能重复催办", last=tr_minute(last), hours=hours)
        )
    item.urged += 1
    item.urged_at = uow.now
    events.append(
        uow, case, actor, "item_urged", item.title, ref=item.ref, count=item.urged, word=word,
        to=item.claimed_by or "",
    )  # fmt: skip
    return item.urged
