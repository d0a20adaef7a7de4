"""Changes of cases: writing the engine's progress to rows, and actions on work items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from processes.access.models import Account
from processes.access.permissions import Role
from processes.access.scope import Actor, StandIn, township_of
from processes.cases import events, participants, rules
from processes.cases.clocks import CLOCKS_OF_CASE, CaseClocks
from processes.cases.models import NO_DUE_DATE, Case, Clock, WorkItem
from processes.cases.status import CaseEnding, CaseStatus, WorkItemStatus
from processes.engine import state as states
from processes.engine.progress import Fact, Progress, WorkOffer
from processes.errors import (
    CaseDestroyed,
    CaseNotFound,
    CaseSuspended,
    NotAllowed,
    NotFound,
    RuleBroken,
    StaleDraft,
)
from processes.policy.calendar import SHANGHAI
from processes.storage.batched_reads import Ask
from processes.storage.unit_of_work import UnitOfWork, scope_limits, within
from processes.texts import tr

_ITEMS_OF_CASE = Ask(
    WorkItem, select(WorkItem).where(WorkItem.case_id == bindparam("case_id")).order_by(WorkItem.id)
)


@cache
def _case_of_item(is_scoped: bool) -> tuple[Ask[Case], Ask[WorkItem], Ask[Clock]]:
    """Lock the case of a work item; return it with its items and clocks. Scoped: only items within `scope_limits`."""
    item = select(WorkItem.case_id).where(WorkItem.id == bindparam("item_id"))
    if is_scoped:
        item = item.where(WorkItem.division >= bindparam("low"), WorkItem.division < bindparam("high"))
    number = item.scalar_subquery()
    return (
        Ask(Case, select(Case).where(Case.id == number).with_for_update()),
        Ask(WorkItem, select(WorkItem).where(WorkItem.case_id == number).order_by(WorkItem.id)),
        Ask(Clock, select(Clock).where(Clock.case_id == number).order_by(Clock.id)),
    )


_TELLING = frozenset({"decided", "returned", "recomputed", "withdrawn", "cancelled", "moved"})


def locked_case_of(uow: UnitOfWork, actor: Actor, item_id: int) -> tuple[Case, list[WorkItem], WorkItem]:
    """Lock the case of a work item and return it with all its items; raises if out of scope."""
    scope = scope_limits(actor.division)
    values = {"item_id": item_id, **scope}
    locked, items, running = uow.read(*((ask, values) for ask in _case_of_item(bool(scope))))
    case = next(iter(locked), None)
    if case is None or actor.department not in (None, case.department):
        raise NotFound()
    if case.status == CaseStatus.SUSPENDED:
        raise CaseSuspended(reason=case.suspended_because)
    uow.store_rows(Clock, case.id, running)
    return case, items, next(i for i in items if i.id == item_id)


def locked_case(uow: UnitOfWork, actor: Actor, number: str) -> Case:
    """Lock a case in scope, by number; raises `CaseNotFound`."""
    case = uow.session.scalar(
        select(Case).where(Case.number == number, within(Case.division, actor.division)).with_for_update()
    )
    if case is None or actor.department not in (None, case.department):
        raise CaseNotFound(number=number)
    if case.destroyed_on is not None:
        raise CaseDestroyed(number=number, on=case.destroyed_on)
    return case


def locked_by_id(uow: UnitOfWork, case_id: int) -> Case | None:
    """Lock a case by row id, for the program itself."""
    return uow.session.scalar(select(Case).where(Case.id == case_id).with_for_update())


def items_of(uow: UnitOfWork, case: Case) -> list[WorkItem]:
    """Return every work item of a case, oldest first."""
    values = {"case_id": case.id}
    items, running = uow.read((_ITEMS_OF_CASE, values), (CLOCKS_OF_CASE, values))
    uow.store_rows(Clock, case.id, running)
    return items


# ------------------------------------------------------------------ projection


def project(
    uow: UnitOfWork,
    case: Case,
    actor: Actor,
    progress: Progress,
    clocks: CaseClocks,
    items: list[WorkItem],
    identity: str,
    outcomes: Mapping[str, str],
) -> None:
    """Write the engine's state to rows: work items, events, due date, outcome, serialised state."""
    for fact in progress.facts:
        _tell(uow, case, actor, fact)
    _withdraw_gone(uow, items, progress)
    _offer_new(uow, case, clocks, items, progress.offers, identity)
    case.due_at = progress.due_at
    case.state = states.dump(progress.state)
    case.version += 1
    if progress.ended_at is not None and case.status == CaseStatus.OPEN:
        _close(uow, case, actor, progress.ended_at, outcomes, clocks)


def rebind(
    uow: UnitOfWork, case: Case, progress: Progress, clocks: CaseClocks, items: list[WorkItem]
) -> None:
    """Rewrite rows after a change of release; open steps keep their assignee and draft."""
    for item in items:
        offer = next(
            (o for o in progress.offers if o.ref == item.ref and item.status == WorkItemStatus.OPEN), None
        )
        if offer is not None:
            item.title, item.role, item.form, item.clock = offer.title, offer.role, offer.form, offer.clock
    _withdraw_gone(uow, items, progress)
    _offer_new(uow, case, clocks, items, progress.offers, items[0].id_tail if items else "")
    case.due_at = progress.due_at
    case.state = states.dump(progress.state)
    case.version += 1


def supersede(items: Sequence[WorkItem], kept: frozenset[str]) -> None:
    """After a return, mark finished items that are no longer in the journal as superseded."""
    for item in items:
        if item.status == WorkItemStatus.DONE and item.ref not in kept:
            item.status = WorkItemStatus.SUPERSEDED


def _tell(uow: UnitOfWork, case: Case, actor: Actor, fact: Fact) -> None:
    if fact.kind in _TELLING:
        events.append(uow, case, actor, fact.kind, fact.title, ref=fact.ref, **fact.details)


def _withdraw_gone(uow: UnitOfWork, items: list[WorkItem], progress: Progress) -> None:
    offered = {o.ref for o in progress.offers}
    for item in items:
        if item.status == WorkItemStatus.OPEN and item.ref not in offered:
            item.status = WorkItemStatus.WITHDRAWN
            item.version += 1
            item.changed_at, item.changed_by = uow.now, tr("系统")
            if item.cosigning:
                participants.close(uow, item)
                item.cosigning, item.held = "", None


def _offer_new(
    uow: UnitOfWork,
    case: Case,
    clocks: CaseClocks,
    items: list[WorkItem],
    offers: Sequence[WorkOffer],
    identity: str,
) -> None:
    known = {i.ref for i in items if i.status == WorkItemStatus.OPEN}
    for offer in offers:
        if offer.ref in known:
            continue
        item = WorkItem(
            case_id=case.id,
            case_number=case.number,
            division=case.division,
            township=township_of(case.division),
            department=case.department if offer.role == Role.DEPARTMENT_OFFICER else "",
            applicant=case.applicant,
            initials=case.initials,
            initials_other=case.initials_other,
            id_tail=identity,
            category=case.category,
            programme=case.programme,
            process=case.process,
            ref=offer.ref,
            task=offer.task,
            title=offer.title,
            role=offer.role,
            form=offer.form,
            clock=offer.clock,
            status=WorkItemStatus.OPEN,
            version=1,
            offered_at=uow.now,
            changed_at=uow.now,
            changed_by="",
            draft=_last_submission(items, offer, offers),
            draft_version=0,
            cosigning="",
            urged=0,
            due_on=NO_DUE_DATE,
            yellow_on=NO_DUE_DATE,
            red_on=NO_DUE_DATE,
        )
        uow.add(item)
        items.append(item)
    if any(i.clock for i in items if i.status == WorkItemStatus.OPEN):
        date_items(items, clocks)


def _last_submission(
    items: Sequence[WorkItem], offer: WorkOffer, offers: Sequence[WorkOffer]
) -> dict[str, Any] | None:
    """What was last entered in this step, offered again as the draft, so that no input is lost.

    For a step with one instance for each of several elements, each instance gets its own.
    """
    several = sum(o.task == offer.task for o in offers) > 1
    earlier = [i for i in items if i.task == offer.task and _entered(i) is not None]
    own = [i for i in earlier if i.ref == offer.ref]
    earlier = own if own or several else earlier
    return dict(_entered(earlier[-1]) or {}) if earlier else None


def _entered(item: WorkItem) -> dict[str, Any] | None:
    """What was submitted, or what was typed and not submitted before the step was withdrawn."""
    return item.submission if item.submission is not None else item.draft


def date_items(items: Sequence[WorkItem], clocks: CaseClocks) -> None:
    """Copy the due dates of running clocks to the open items that they limit."""
    running = {c.name: c for c in clocks.running()}
    for item in items:
        clock = running.get(item.clock)
        if item.status == WorkItemStatus.OPEN and clock is not None:
            item.due_on, item.yellow_on, item.red_on = clock.due_on, clock.yellow_on, clock.red_on


def _close(
    uow: UnitOfWork,
    case: Case,
    actor: Actor,
    ended_at: str,
    outcomes: Mapping[str, str],
    clocks: CaseClocks,
) -> None:
    clocks.stop("all")
    case.status = CaseStatus.CLOSED
    case.closed_at = uow.now
    case.outcome = ended_at
    of_office = CaseEnding.CANCELLED.title if ended_at == CaseEnding.CANCELLED else ended_at
    case.outcome_title = outcomes.get(ended_at) or of_office
    events.append(uow, case, actor, "closed", case.outcome_title, outcome=ended_at)


# ------------------------------------------------------------------ work items


def claim(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem) -> None:
    """Assign an item to the actor."""
    away = rules.demand_worker(item, actor)
    item.claimed_by_id, item.claimed_by = actor.account_id, actor.name
    in_name_of(item, away)
    changed(uow, actor, item)
    events.append(uow, case, actor, "claimed", item.title, ref=item.ref, **named(away))


def in_name_of(item: WorkItem, away: StandIn | None) -> None:
    """Record for whom the assignee acts."""
    item.claimed_for_id = None if away is None else away.account_id
    item.claimed_for = None if away is None else away.name


def named(away: StandIn | None) -> dict[str, str]:
    """Return the event data that say for whom it was done."""
    return {} if away is None else {"acting_for": away.name}


def withdraw(uow: UnitOfWork, actor: Actor, case: Case, items: list[WorkItem]) -> None:
    """End a case that should not have been opened and that nobody has worked on."""
    for item in items:
        item.status = WorkItemStatus.WITHDRAWN
        changed(uow, actor, item)
    case.status, case.due_at, case.closed_at = CaseStatus.CLOSED, None, uow.now
    case.outcome, case.outcome_title = CaseEnding.WITHDRAWN, CaseEnding.WITHDRAWN.title
    case.version += 1
    events.append(uow, case, actor, "closed", case.outcome_title, outcome=case.outcome)


def release(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem) -> None:
    """Unassign the actor's own item; the draft stays."""
    if item.claimed_by_id != actor.account_id:
        raise NotAllowed()
    rules.demand_at_rest(item)
    if item.delegated_by_id is not None:
        raise RuleBroken(reason=tr("委派给您的待办不能取消签收，请交回委派人"))
    item.claimed_by_id, item.claimed_by = None, None
    in_name_of(item, None)
    changed(uow, actor, item)
    events.append(uow, case, actor, "released", item.title, ref=item.ref)


def transfer(uow: UnitOfWork, actor: Actor, case: Case, item: WorkItem, to: Account, reason: str) -> None:
    """Transfer an item to a colleague of the same role whose scope covers the case."""
    rules.demand_worker(item, actor)
    rules.demand_at_rest(item)
    if item.delegated_by_id is not None:
        raise RuleBroken(reason=tr("委派给您的待办不能再转办，请交回委派人"))
    if item.role not in to.roles or not item.division.startswith(to.division):
        raise NotAllowed()
    item.claimed_by_id, item.claimed_by = to.id, to.name
    in_name_of(item, None)
    changed(uow, actor, item)
    events.append(uow, case, actor, "transferred", item.title, ref=item.ref, to=to.name, reason=reason)


def finish(
    uow: UnitOfWork, actor: Actor, item: WorkItem, data: Mapping[str, Any], away: StandIn | None = None
) -> None:
    """Mark an item done with the submitted form, by the actor for themselves or for an absent person."""
    item.status = WorkItemStatus.DONE
    item.completed_by_id, item.completed_by, item.completed_at = actor.account_id, actor.name, uow.now
    item.completed_for_id = None if away is None else away.account_id
    item.completed_for = None if away is None else away.name
    item.held, item.cosigning = None, ""
    item.submission = dict(data)
    item.draft = None
    changed(uow, actor, item)


def with_second(item: WorkItem, second: Account | None) -> dict[str, Any]:
    """Record who did a finished step together with the actor; return the data for its event."""
    item.second_id, item.second = (None, None) if second is None else (second.id, second.name)
    return {} if second is None else {"second_id": second.id, "second": second.name}


def save_draft(
    uow: UnitOfWork, actor: Actor, item: WorkItem, data: Mapping[str, Any], seen: int, overwrite: bool
) -> int:
    """Save a draft; raises `StaleDraft` if another window saved a newer one, unless told to overwrite."""
    if item.draft_version != seen and not overwrite:
        when = (item.draft_at or uow.now).astimezone(SHANGHAI)
        raise StaleDraft(when=f"{when:%H:%M:%S}")
    item.draft = dict(data)
    prepared(item, actor)
    item.draft_version += 1
    item.draft_at = uow.now
    return item.draft_version


def prepared(item: WorkItem, actor: Actor) -> None:
    """Record who wrote part of a step's draft; this remains if the step is recalled, released or taken over."""
    known = item.preparers or []
    if actor.account_id is not None and actor.account_id not in known:
        item.preparers = [*known, actor.account_id]


def changed(uow: UnitOfWork, actor: Actor, item: WorkItem) -> None:
    """Increase the version: pages opened before are stale."""
    item.version += 1
    item.changed_at, item.changed_by = uow.now, actor.name
