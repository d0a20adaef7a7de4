"""Completing a step and sending a case back: effects on other steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processes.access.models import Account
from processes.access.scope import Actor, StandIn
from processes.cases import actions, duties, events, notices, rules, seconds, work_audit
from processes.cases.models import WorkItem
from processes.cases.status import WorkItemStatus
from processes.decisions import snapshots
from processes.engine import progress as p
from processes.engine.state import State
from processes.errors import DutySeparation, YimenError
from processes.office.answers import checked
from processes.office.run import Run
from processes.office.steps import recompute
from processes.releases import effects, forms
from processes.storage import full_text
from processes.texts import tr

MOST_CARRIED = 50


def finish(run: Run, item: WorkItem, data: Mapping[str, Any], actor: Actor, away: StandIn | None) -> None:
    """Complete the step, for the actor or for an absent person, and advance the case."""
    straight = item.straight_to
    second = named(run, item, data, actor, away)
    actions.finish(run.uow, actor, item, data, away)
    with_second = actions.with_second(item, second)
    recompute.note_deviation(run, item, data)
    events.append(
        run.uow, run.case, actor, "completed", item.title, ref=item.ref, task=item.task,
        said=work_audit.said(item.submission or {}), **with_second, **actions.named(away),
    )  # fmt: skip
    if second is not None:
        seconds.note(run.uow, actor, run.case, item, run.items, second)
    full_text.add(run.uow, run.case.id, forms.words(run.bundle.form(item.form) or {}, data))
    run.advance(p.Complete(item.ref, dict(data)))
    if straight:
        _carry_on(run, straight)
    recompute.demand_current(run, item)


def submitted(
    run: Run, item: WorkItem, actor: Actor, told: Mapping[str, Any]
) -> tuple[StandIn | None, dict[str, Any]]:
    """Return for whom the actor submits a step, and its checked form; raises whatever prevents the
    submission.

    Called on submission, and again when a held submission is executed.
    """
    # Checked before the role: an excluded person gets that message, whatever their roles.
    run.demand_apart(item, actor, None)
    away = rules.demand_worker(item, actor)
    rules.demand_decider(item)
    run.demand_apart(item, actor, away)
    seconds.demand_unopposed(run.uow, item, run.items)
    data = checked(
        run.bundle, run.case, actor, run.uow, item.form, told, run.known,
        lambda: choices(run, item, actor, away),
    )  # fmt: skip
    recompute.demand_reason(run, item, data)
    return away, data


def named(
    run: Run, item: WorkItem, data: Mapping[str, Any], actor: Actor, away: StandIn | None
) -> Account | None:
    """Return the second person named in the form; rules of duty apply to them too."""
    schema = run.bundle.form(item.form) or {}
    if forms.second_field(schema) is None:
        return None
    found = choices(run, item, actor, away)
    second = seconds.named(schema, data, found)
    if second is not None:
        duties.demand(
            run.uow.session, run.case, run.bundle, item, run.items, second.id, reader=actor.account_id
        )
    return second


def choices(run: Run, item: WorkItem, actor: Actor, away: StandIn | None) -> list[seconds.Choice]:
    """Return the eligible second persons when the actor submits a step."""
    for_whom = None if away is None else away.account_id
    return seconds.choices_in(run.uow, item.division, item.role, actor.account_id, for_whom)


def send_back(run: Run, state: State, to: str, reason: str) -> None:
    """Send back to an earlier step; its entries become its draft, for the person who did it."""
    run.advance(p.Return(to, reason), state)
    kept = frozenset(e.ref for e in state.journal if e.kind == "complete")
    actions.supersede(run.items, kept)
    for item in run.items:
        if item.ref == to and item.status == WorkItemStatus.OPEN:
            item.returned_reason = reason
            earlier = [i for i in run.items if i.ref == to and i.status == WorkItemStatus.SUPERSEDED]
            if earlier:
                item.claimed_by_id, item.claimed_by = earlier[-1].completed_by_id, earlier[-1].completed_by
                text = tr(
                    "{applicant}的办件退回到“{title}”：{reason}",
                    applicant=run.case.applicant,
                    title=item.title,
                    reason=reason,
                )
                if item.claimed_by_id != run.actor.account_id:
                    notices.tell(run.uow, [item.claimed_by_id], "returned", text, run.case)


def mark_straight_return(items: list[WorkItem], to: str, sender: WorkItem) -> None:
    """Record that after the step everything in between stays valid, up to the step that sent the case back."""
    through = sorted(
        {i.task for i in items if i.status == WorkItemStatus.SUPERSEDED and i.submission is not None}
    )
    for item in items:
        if item.ref == to and item.status == WorkItemStatus.OPEN:
            item.straight_to = {"task": sender.task, "title": sender.title, "through": through}


def _carry_on(run: Run, straight: Mapping[str, Any]) -> None:
    """Finish the steps in between with their earlier submissions, in the names of those who did them.

    Stops at the step that sent the case back, at a new step, at one whose form does not accept the earlier
    entries any more, and at one whose person is excluded by now. A decision is never reused, because it
    grants money; an opinion is reused while its basis is unchanged.
    """
    through = set(straight["through"]) - {straight["task"]}
    carried_over: set[str] = set()
    for _ in range(MOST_CARRIED):
        waiting = [
            i
            for i in run.items
            if i.status == WorkItemStatus.OPEN and i.task in through and i.ref not in carried_over
        ]
        carried = next(
            (pair for i in waiting if (pair := _earlier(run, i)) is not None and _may_stand(run, *pair)), None
        )
        if carried is None:
            break
        item, before = carried
        carried_over.add(item.ref)
        item.claimed_by_id, item.claimed_by = before.completed_by_id, before.completed_by
        item.status, item.submission, item.draft = WorkItemStatus.DONE, dict(before.submission or {}), None
        item.completed_by_id, item.completed_by = before.completed_by_id, before.completed_by
        item.completed_for_id, item.completed_for = before.completed_for_id, before.completed_for
        item.second_id, item.second = before.second_id, before.second
        item.completed_at = run.uow.now
        actions.changed(run.uow, run.actor, item)
        recompute.note_deviation(run, item, dict(item.submission or {}))
        events.append(
            run.uow,
            run.case,
            run.actor,
            "carried_over",
            item.title,
            ref=item.ref,
            by=before.completed_by or "",
            said=work_audit.said(item.submission or {}),
            **({} if item.second_id is None else {"second_id": item.second_id}),
        )
        run.advance(p.Complete(item.ref, dict(item.submission or {})))


def _may_stand(run: Run, item: WorkItem, before: WorkItem) -> bool:
    """Whether a step need not be repeated: its person is not excluded, and its basis is unchanged."""
    if item.task in effects.decisions(run.bundle):
        return False
    gives_opinion = item.task in effects.deciding_steps(run.bundle, run.case.process)
    if gives_opinion and not _is_unchanged(run):
        return False
    try:
        duties.demand(
            run.uow.session, run.case, run.bundle, item, run.items,
            *sorted(duties.hands(before)),
        )  # fmt: skip
    except DutySeparation:
        return False
    return True


def _is_unchanged(run: Run) -> bool:
    """Whether every repeated step has the same entries as before, and the snapshots are equal."""
    run.uow.flush()
    before = {
        i.ref: i.submission
        for i in run.items
        if i.status == WorkItemStatus.SUPERSEDED and i.submission is not None
    }
    done = [i for i in run.items if i.status == WorkItemStatus.DONE and i.ref in before]
    return all(i.submission == before[i.ref] for i in done) and snapshots.is_unchanged(
        run.uow.session, run.case
    )


def _earlier(run: Run, item: WorkItem) -> tuple[WorkItem, WorkItem] | None:
    done = [
        i for i in run.items
        if i.ref == item.ref and i.status == WorkItemStatus.SUPERSEDED and i.submission is not None
    ]  # fmt: skip
    if not done or item.draft not in (None, done[-1].submission):
        return None  # what was typed since must be submitted by a person
    try:
        by = Actor(done[-1].completed_by_id, done[-1].completed_by or "", frozenset(), item.division)
        checked(
            run.bundle, run.case, by, run.uow, item.form, done[-1].submission, run.known,
            lambda: choices(run, item, by, None),
        )  # fmt: skip
        recompute.demand_reason(run, item, dict(done[-1].submission or {}))
    except YimenError:
        return None
    return item, done[-1]
