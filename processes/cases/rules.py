"""Who may do what to a work item, and when: pure checks that raise the reason."""

from __future__ import annotations

from processes.access.scope import Actor, StandIn
from processes.cases.models import WorkItem
from processes.cases.status import Cosigning, WorkItemStatus
from processes.errors import NotAllowed, RuleBroken, StaleTask, TaskTaken, YimenError
from processes.policy.calendar import SHANGHAI
from processes.texts import tr, tr_minute


def demand_open(item: WorkItem, version: int) -> None:
    """Raise `StaleTask` if the item changed after the person saw it."""
    if item.status != WorkItemStatus.OPEN or item.version != version:
        when = item.changed_at.astimezone(SHANGHAI)
        raise StaleTask(who=item.changed_by or tr("系统"), when=tr_minute(when))


def demand_worker(item: WorkItem, actor: Actor) -> StandIn | None:
    """Return for whom the actor would work on the item: None (themselves), or an absent person.

    Raises unless the item's role and division are theirs and nobody else has it. A delegated item may be
    prepared by its assignee whatever their role.
    """
    mine = actor.account_id is not None and item.claimed_by_id == actor.account_id
    own = item.role in actor.roles and actor.covers(item.division)
    for_whom = [s for s in actor.stands_in if s.covers(item.role, item.division, item.programme)]
    if mine and item.claimed_for_id is not None:
        away = next((s for s in for_whom if s.account_id == item.claimed_for_id), None)
        if away is not None:
            return away
    if (own and (mine or item.claimed_by_id is None)) or (mine and item.delegated_by_id is not None):
        return None
    for away in for_whom:
        if item.claimed_by_id in (None, away.account_id):
            return away
    if own:
        raise TaskTaken(who=item.claimed_by)
    raise NotAllowed()


def demand_decider(item: WorkItem) -> None:
    """Raise if another person decides the item: it was delegated, or countersignatures are open."""
    if item.delegated_by_id is not None:
        raise RuleBroken(
            reason=tr(
                "本环节由{delegated_by}委派，填好后请交回，由委派人办结", delegated_by=item.delegated_by
            )
        )
    if item.cosigning:
        raise RuleBroken(reason=tr("会签尚未完成，请等会签人表态，或者减去会签人后再办结"))


def demand_at_rest(item: WorkItem) -> None:
    """Raise while a submission waits for countersignatures: neither assignee nor content may change."""
    if item.cosigning == Cosigning.AFTER:
        raise RuleBroken(reason=tr("本环节已提交会签，会签结束前不能再改动或转交"))


def may_work(item: WorkItem, actor: Actor) -> bool:
    """Return whether the screen offers the item to this person."""
    try:
        demand_worker(item, actor)
    except YimenError:
        return False
    return True
