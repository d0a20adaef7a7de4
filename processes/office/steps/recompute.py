"""A case and its snapshot: no step leads to a decision on data that have changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, events, notices, rules
from processes.cases.models import WorkItem
from processes.cases.status import WorkItemStatus
from processes.decisions import card, deviations, snapshots
from processes.engine import ahead, returns
from processes.engine import progress as p
from processes.errors import RuleBroken
from processes.office.command import ItemCommand, handles
from processes.office.run import Run
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr
from processes.verbs import registry

FACTS_MAY_CHANGE = "facts_may_change"
"""A property of steps at which new evidence comes in (补正): the facts are compared at the step after it."""


def demand_current(run: Run, done: WorkItem) -> None:
    """Raise `FactsChanged` if after this step the case may grant or pay on data that are no longer valid.

    A case that will take a new snapshot on its way (an investigation after an objection) may continue.
    """
    if _takes_snapshot(run, done.ref):
        return
    if not any(i.status == WorkItemStatus.OPEN and _leads_to_a_decision(run, i.ref) for i in run.items):
        return  # query the database only if something may be granted next
    snapshot = snapshots.standing(run.uow.session, run.case)
    if snapshot is not None and snapshot.acted_at is None:
        snapshots.demand_unchanged(run.uow, run.case)


def _leads_to_a_decision(run: Run, ref: str) -> bool:
    return not _takes_snapshot(run, ref) and ahead.leads_to(
        run.definition, ref, registry.deciding(), {snapshots.GATHER}
    )


def _takes_snapshot(run: Run, ref: str) -> bool:
    node = run.definition.node_at(ref)
    return node is not None and node.properties.get(FACTS_MAY_CHANGE) == "true"


def demand_reason(run: Run, item: WorkItem, data: Mapping[str, Any]) -> None:
    """Raise `FormInvalid` if a verdict differs from the computation without a reason."""
    rule = run.bundle.verdict(run.case.process)
    if rule is None or item.task not in rule.steps:
        return
    computation = card.computation(run.uow.session, run.case, run.bundle, run.known(), run.facts())
    deviation = deviations.compare(computation, rule, item.task, data)
    if deviation is not None:
        deviations.demand_reason(deviation, data)


def note_deviation(run: Run, item: WorkItem, data: Mapping[str, Any]) -> None:
    """Store a deviating verdict with its reason; raises like `demand_reason`."""
    rule = run.bundle.verdict(run.case.process)
    if rule is None or item.task not in rule.steps:
        return
    computation = card.computation(run.uow.session, run.case, run.bundle, run.known(), run.facts())
    deviation = card.note_deviation(run.uow, computation, item, data)
    if deviation is not None:
        events.append(
            run.uow, run.case, run.actor, "deviated", item.title, ref=item.ref, computed=deviation.computed,
            decided=deviation.decided, reason=deviations.demand_reason(deviation, data),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RecomputeResult:
    """The result of `Recompute`."""

    case: str
    changes: int


@dataclass(frozen=True, slots=True)
class Recompute(ItemCommand[RecomputeResult]):
    """Take a new snapshot of the household and recompute (重新测算); the case goes back to the step after that."""

    permission = Permission.TASK_WORK

    token: str = ""


@handles(Recompute)
def recompute(settings: Settings, uow: UnitOfWork, actor: Actor, command: Recompute) -> RecomputeResult:
    """Take a new snapshot of the household and recompute; the case goes back to the first step after that.

    Entries of the steps in between become their drafts. Raises `RuleBroken` if nothing was computed yet, or
    something was granted or paid on it.
    """
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    away = rules.demand_worker(item, actor)
    rules.demand_decider(item)
    run = Run(uow, actor, case, items)
    run.demand_apart(item, actor, away)
    state = run.state()
    taken = returns.answered(run.definition, state, snapshots.GATHER)
    snapshot = snapshots.standing(uow.session, case)
    if taken is None or (snapshot is not None and snapshot.acted_at is not None):
        raise RuleBroken(
            reason=tr("本办件还没有测算，或者已据测算结果给付，不能重新测算；给付之后的变化按变更办理")
        )
    changed = snapshots.changes(uow.session, case, snapshot)
    reason = tr("；").join(d.title for d in changed) or tr("核对后重新测算")
    run.advance(p.Recompute(taken.ref, reason), state)
    _after(run, item, reason)
    return RecomputeResult(case=case.number, changes=len(changed))


def _after(run: Run, item: WorkItem, reason: str) -> None:
    """Steps that followed from the old computation are superseded and must be done again."""
    kept = frozenset(e.ref for e in run.state().journal if e.kind == "complete")
    actions.supersede(run.items, kept)
    text = tr("{applicant}的家庭情况有变化，已重新测算，请重新办理", applicant=run.case.applicant)
    for open_item in run.items:
        if open_item.status != WorkItemStatus.OPEN:
            continue
        if open_item is item:
            actions.changed(run.uow, run.actor, item)
        earlier = [i for i in run.items if i.ref == open_item.ref and i.status == WorkItemStatus.SUPERSEDED]
        if earlier:
            open_item.returned_reason = tr("家庭情况有变化（{reason}），已重新测算", reason=reason)
            open_item.claimed_by_id, open_item.claimed_by = (
                earlier[-1].completed_by_id,
                earlier[-1].completed_by,
            )
            if open_item.claimed_by_id != run.actor.account_id:
                notices.tell(
                    run.uow,
                    [open_item.claimed_by_id],
                    "returned",
                    tr("{text}“{title}”", text=text, title=open_item.title),
                    run.case,
                )
