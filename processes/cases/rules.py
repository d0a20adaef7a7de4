"""Who may do what to a work item, and when: pure predicates that raise the reason."""

from __future__ import annotations

from collections.abc import Iterable

from processes.access.scope import Actor
from processes.cases.models import WorkItem
from processes.errors import DutySeparation, NotAllowed, StaleTask, TaskTaken, YimenError
from processes.policy.calendar import SHANGHAI
from processes.releases.bundle import Separation


def demand_open(item: WorkItem, version: int) -> None:
    """Raise `StaleTask` when the item was acted upon after the person saw it."""
    if item.status != "open" or item.version != version:
        when = item.changed_at.astimezone(SHANGHAI)
        raise StaleTask(who=item.changed_by or "系统", when=f"{when:%m月%d日 %H:%M}")


def demand_worker(item: WorkItem, actor: Actor) -> None:
    """Raise unless the item's role and place are the actor's and nobody else holds it."""
    if item.role not in actor.roles or not actor.covers(item.division):
        raise NotAllowed()
    if item.claimed_by_id is not None and item.claimed_by_id != actor.account_id:
        raise TaskTaken(who=item.claimed_by)


def may_work(item: WorkItem, actor: Actor) -> bool:
    """Whether the screen offers the item to this person."""
    try:
        demand_worker(item, actor)
    except YimenError:
        return False
    return True


def demand_separation(
    item: WorkItem, account_id: int | None, done: Iterable[WorkItem], rules: Iterable[Separation]
) -> None:
    """Raise `DutySeparation` when this person did a step that excludes this one.

    Steps that were sent back count too: who investigated once has investigated.
    """
    steps = {d.task: d.title for d in done if d.completed_by_id == account_id}
    for rule in rules:
        if rule.later == item.task and rule.earlier in steps:
            raise DutySeparation(earlier=steps[rule.earlier], step=item.title)
