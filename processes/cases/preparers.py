"""Fills `WorkItem.preparers` of drafts saved before the column existed, from other records.

`yimen setup` does this after an upgrade, through the program and not in the migration: the state of a step is
recorded in the events of its case, and a column filled outside the program would look altered. A step that
looks altered is left unchanged, for those who compare the records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from processes.access.models import Account
from processes.cases import recorded_rows
from processes.cases.models import Case, CaseEvent, WorkItem
from processes.storage.unit_of_work import UnitOfWork

AT_ONCE = 200
_HAD_IT = {"delegated": "to", "taken_over": "before", "given_back": "before"}
"""Events of assignment, and where they name somebody who had the draft."""
_GAVE_IT = ("handed_back", "released", "transferred")
"""Events in which the owner of the draft gives the step away."""


def begin(uow: UnitOfWork, after: int) -> tuple[int, int | None]:
    """Fill the next steps; return their number, and the step to continue after (None: finished)."""
    query = (
        select(WorkItem)
        .where(WorkItem.id > after, WorkItem.draft_version > 0, WorkItem.preparers.is_(None))
        .order_by(WorkItem.id)
        .limit(AT_ONCE)
    )
    items = uow.session.scalars(query).all()
    cases = sorted({item.case_id for item in items})
    locked = uow.session.scalars(
        select(Case).where(Case.id.in_(cases)).order_by(Case.id).with_for_update()
    ).all()
    kept = {case.id for case in locked if case.destroyed_on is None}
    recorded = recorded_rows.said_of(uow.session, sorted(kept))
    count = sum(_fill(uow, item, recorded) for item in items if item.case_id in kept)
    return count, items[-1].id if len(items) == AT_ONCE else None


def _fill(uow: UnitOfWork, item: WorkItem, recorded: Mapping[tuple[int, str, str], str]) -> bool:
    account_ids = _known(uow, item)
    if not account_ids:
        return False
    state = recorded.get((item.case_id, item.__tablename__, item.record_key()), recorded_rows.GONE)
    as_told = state == recorded_rows.GONE or not recorded_rows.fault(item, state)
    item.preparers = account_ids
    if as_told or not recorded_rows.fault(item, state):
        return True
    item.preparers = None
    return False


def _known(uow: UnitOfWork, item: WorkItem) -> list[int]:
    """Accounts known to have had the draft: assignee, who handed it back, people named in the case's events.

    Some events contain only names: everybody of that name whose divisions cover the step counts, because one
    too many only has to leave a step to a colleague, while one too few could decide on their own work.
    """
    account_ids = [item.prepared_by_id] if item.prepared_by_id is not None else []
    if item.draft is not None and item.claimed_by_id is not None:
        account_ids.append(item.claimed_by_id)
    names: list[str] = []
    kinds = (*_HAD_IT, *_GAVE_IT)
    query = select(CaseEvent).where(CaseEvent.case_id == item.case_id, CaseEvent.kind.in_(kinds))
    for event in uow.session.scalars(query.order_by(CaseEvent.position)):
        if event.payload.get("ref") != item.ref:
            continue
        if event.kind in _HAD_IT:
            names.append(str(event.payload[_HAD_IT[event.kind]]))
        elif event.actor_id is not None:
            account_ids.append(event.actor_id)
    return list(dict.fromkeys([*account_ids, *_called(uow, item, names)]))


def _called(uow: UnitOfWork, item: WorkItem, names: Sequence[str]) -> list[int]:
    if not names:
        return []
    accounts = uow.session.scalars(select(Account).where(Account.name.in_(names)).order_by(Account.id))
    return [a.id for a in accounts if item.division.startswith(a.division)]
