"""Separation of duties: minimum rules in code by role and kind of step, to which a programme may only add.

Whoever registers or accepts an application, the case it was opened from, or the family's entry in the
register never decides it; whoever investigates, compares, visits or checks gives no opinion and decides
nothing, and the reverse; whoever gives the township's opinion or decides there takes no other deciding step
of the case, at the county or by delegation. An emergency is thus paid by two people on duty: the clerk who
registers it and hands the money over, and the township's leader who decides. docs/adr/0040.

The rules apply to persons, with all their accounts: whoever did a step, in whose name it was done, who was
the second person, saved part of its draft, prepared it or countersigned it, also if it was sent back since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.access import accounts, persons
from processes.access.permissions import Role
from processes.cases.colleague_models import Participant
from processes.cases.models import Case, WorkItem
from processes.cases.status import ParticipantKind, WorkItemStatus
from processes.errors import DutySeparation
from processes.people import history
from processes.releases import effects, publish
from processes.releases.bundle import Bundle, Separation
from processes.texts import tr


class Kind(StrEnum):
    """The kind of a step in relation to the decision of a case."""

    ACCEPT = "accept"
    CHECK = "check"
    TOWNSHIP = "township"
    COUNTY = "county"
    OTHER = "other"


_OF_ROLE = {
    Role.WINDOW_CLERK: Kind.ACCEPT,
    Role.INVESTIGATOR: Kind.CHECK,
    Role.COMPARISON_OFFICER: Kind.CHECK,
    Role.COUNTY_CLERK: Kind.CHECK,
    Role.TOWNSHIP_LEADER: Kind.TOWNSHIP,
    Role.COUNTY_LEADER: Kind.COUNTY,
}
_FLOOR = {
    Kind.CHECK: frozenset({Kind.TOWNSHIP, Kind.COUNTY}),
    Kind.TOWNSHIP: frozenset({Kind.ACCEPT, Kind.CHECK, Kind.TOWNSHIP}),
    Kind.COUNTY: frozenset({Kind.ACCEPT, Kind.CHECK, Kind.TOWNSHIP}),
}
"""For each kind of step, what its person may not have done before; the township's own step may be repeated."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a release adds to the minimum, and which of its leaders' steps decide nothing."""

    separation: tuple[Separation, ...]
    checks: frozenset[str]


def demand(
    session: Session, case: Case, bundle: Bundle, item: WorkItem, items: Sequence[WorkItem], *who: int | None,
    reader: int | None = None,
) -> None:  # fmt: skip
    """Raise `DutySeparation` if the person of one of these accounts did what excludes an item's step.

    `reader` is the account that sees the message; everybody else is named in it. A case migrated from another
    release keeps the rules of both.
    """
    releases = [bundle, *(publish.open_release(session, r) for r in case.former_releases or ())]
    known = _together(releases)
    kind = kind_of(item, known.checks)
    excluding = _FLOOR.get(kind, frozenset())
    if kind is Kind.CHECK and item.role in (Role.TOWNSHIP_LEADER, Role.COUNTY_LEADER):
        excluding = frozenset()  # a leader confirms the consequence of their own decision
    earlier = {rule.earlier for rule in known.separation if rule.later == item.task}
    excluded = [
        done for done in items
        if done.task != item.task and (done.task in earlier or kind_of(done, known.checks) in excluding)
    ]  # fmt: skip
    if not excluded and Kind.ACCEPT not in excluding:
        return
    signed = _signers(session, case)
    registered, since = _registered_by(session, case)
    saved = _saved_by(session, case) if Kind.ACCEPT in excluding else {}
    since = min(since, *saved.values()) if saved else since
    for account_id in dict.fromkeys(a for a in who if a is not None):
        mine = persons.accounts_of(session, account_id, since)
        if Kind.ACCEPT in excluding and mine & (registered | saved.keys()):
            what = tr("登记申请") if registered & mine else tr("登记家庭信息")
            raise DutySeparation(earlier=what, step=item.title, who=_called(session, account_id, reader))
        done = next(_done_by(excluded, mine, signed), None)
        if done is not None:
            raise DutySeparation(
                earlier=done.title, step=item.title, who=_called(session, account_id, reader)
            )


def demand_apart(
    session: Session, case: Case, bundle: Bundle, item: WorkItem, items: Sequence[WorkItem], mine: int | None,
    for_whom: int | None,
) -> None:  # fmt: skip
    """Check whoever would work on a step, for themselves or for an absent person; the message addresses the actor."""
    if for_whom is not None:
        demand_fresh(session, item, items, mine, for_whom)
    demand(session, case, bundle, item, items, mine, for_whom, reader=mine)


def _called(session: Session, account_id: int, reader: int | None) -> str:
    """How the message names a person: the reader themselves, or a colleague by name."""
    if reader is not None and account_id in persons.accounts_of(session, reader):
        return tr("您")
    return accounts.by_id(session, account_id).name


def kind_of(item: WorkItem, checks: Collection[str] = ()) -> Kind:
    """Return the kind of a step by its role; a leader's step that decides nothing is a check."""
    kind = _OF_ROLE.get(Role(item.role), Kind.OTHER) if item.role in set(Role) else Kind.OTHER
    return Kind.CHECK if kind in (Kind.TOWNSHIP, Kind.COUNTY) and item.task in checks else kind


def hands(item: WorkItem) -> frozenset[int]:
    """Return every account involved in a step: who finished it, for whom, who prepared it, who was second."""
    did = (item.completed_by_id, item.completed_for_id, item.prepared_by_id, item.second_id)
    return frozenset(a for a in (*did, *(item.preparers or ())) if a is not None)


def decides(bundle: Bundle, item: WorkItem) -> bool:
    """Return whether a step is an opinion or decision for which a leader signs."""
    return kind_of(item, bundle.checks) in (Kind.TOWNSHIP, Kind.COUNTY)


def demand_fresh(
    session: Session, item: WorkItem, items: Sequence[WorkItem], who: int | None, away: int
) -> None:
    """Raise `DutySeparation` if a substitute worked on the case other than for the absent person."""
    since = min((one.offered_at for one in items), default=None)
    for done in _done_by(items, persons.accounts_of(session, who, since), {}):
        if done.task != item.task and done.completed_for_id != away:
            raise DutySeparation(earlier=done.title, step=item.title)


def _together(releases: Sequence[Bundle]) -> _Rules:
    """The union of what releases forbid; a step is a check only if all of them say so."""
    separation = tuple(dict.fromkeys(rule for b in releases for rule in b.separation))
    checks = frozenset.intersection(*(b.checks for b in releases))
    return _Rules(separation, checks)


def _done_by(
    items: Sequence[WorkItem], mine: Collection[int], signed: dict[int, set[int]]
) -> Iterator[WorkItem]:
    for done in items:
        did = hands(done) | signed.get(done.id, set())
        if done.id is not None and did & set(mine):
            yield done


def _registered_by(session: Session, case: Case) -> tuple[set[int], datetime]:
    """Who registered the case and those it was opened from, whose window steps count as well.

    The result includes since when the first of them was open: accounts that were one person at any time after
    that still are.
    """
    account_ids, since = {case.opened_by_id}, case.opened_at
    parent = case.parent_id
    while parent is not None:
        opened_by, parent_of, opened_at = session.execute(
            select(Case.opened_by_id, Case.parent_id, Case.opened_at).where(Case.id == parent)
        ).one()
        since = min(since, opened_at)
        at_the_window = select(WorkItem).where(
            WorkItem.case_id == parent,
            WorkItem.role == Role.WINDOW_CLERK,
            WorkItem.completed_by_id.is_not(None),
        )
        account_ids |= {opened_by, *(who for item in session.scalars(at_the_window) for who in hands(item))}
        parent = parent_of
    return {who for who in account_ids if who is not None}, since


def _saved_by(session: Session, case: Case) -> dict[int, datetime]:
    """Who saved the register entry that this case is decided on, each with the first time.

    What was saved before the last decision on another case of the household has been decided on. A case that
    ended without a decision, or a decision that was sent back, does not count.
    """
    others = session.execute(
        select(Case.id, Case.release_id).where(
            Case.household_id == case.household_id, Case.id != case.id, Case.opened_at <= case.opened_at
        )
    )
    decided = [
        at
        for other, release in others
        if (
            at := session.scalar(
                select(func.max(WorkItem.completed_at)).where(
                    WorkItem.case_id == other, WorkItem.status == WorkItemStatus.DONE,
                    WorkItem.task.in_(effects.decisions(publish.open_release(session, release))),
                    WorkItem.completed_at <= case.opened_at,
                )
            )
        )
        is not None
    ]  # fmt: skip
    return history.savers(session, case.household_id, max(decided, default=None))


def _signers(session: Session, case: Case) -> dict[int, set[int]]:
    """By work item: who answered when signatures were requested."""
    query = select(Participant.item_id, Participant.account_id).where(
        Participant.case_id == case.id, Participant.kind == ParticipantKind.COSIGN, Participant.verdict != ""
    )
    signers: dict[int, set[int]] = {}
    for item_id, account_id in session.execute(query):
        signers.setdefault(item_id, set()).add(account_id)
    return signers
