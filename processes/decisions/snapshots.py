"""Snapshots of household data for a case's computation: taken once, compared at every later step, printed on
papers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Case
from processes.decisions import differences, exemptions
from processes.decisions.differences import Difference
from processes.decisions.models import FactSnapshot
from processes.decisions.status import SnapshotStatus
from processes.errors import FactsChanged, FactsMissing
from processes.parameters import pins
from processes.people import records
from processes.people.models import Household
from processes.releases.bundle import PaperRule
from processes.relief import queries as relief
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

GATHER = "household.facts"
"""The operation that takes a snapshot of the household for a case."""
_FEW = 6


def take(uow: UnitOfWork, case: Case, question: str, on: date) -> dict[str, Any]:
    """Store the household's data and return what sheets read; an earlier snapshot is superseded."""
    supersede(uow, case)
    pins.release(uow, case.id)
    household = locked_household(uow.session, case)
    content = _now(uow.session, case, household, on)
    uow.add(
        FactSnapshot(
            case_id=case.id, household_id=case.household_id, question=question, taken_at=uow.now, facts_on=on,
            content=content, status=SnapshotStatus.STANDING,
        )
    )  # fmt: skip
    uow.flush()
    facts: dict[str, Any] = content["facts"]
    return facts


def supersede(uow: UnitOfWork, case: Case) -> None:
    """Invalidate the snapshot: the case went back before it, or takes a new one."""
    snapshot = standing(uow.session, case)
    if snapshot is not None:
        snapshot.status = SnapshotStatus.SUPERSEDED
        uow.flush()


def standing(session: Session, case: Case) -> FactSnapshot | None:
    """Return the valid snapshot of the case, or None."""
    query = select(FactSnapshot).where(
        FactSnapshot.case_id == case.id, FactSnapshot.status == SnapshotStatus.STANDING
    )
    return session.scalars(query).first()


def is_unchanged(session: Session, case: Case) -> bool:
    """Return whether the last snapshot equals the one before it; True if there is only one."""
    query = select(FactSnapshot).where(FactSnapshot.case_id == case.id).order_by(FactSnapshot.id.desc())
    last = session.scalars(query.limit(2)).all()
    return len(last) < 2 or not differences.between(last[1].content, last[0].content)  # noqa: PLR2004


def locked_household(session: Session, case: Case) -> Household:
    """Lock the case's household until the transaction ends, so that nobody saves it between check and effect."""
    query = select(Household).where(Household.id == case.household_id).with_for_update(read=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def changes(
    session: Session, case: Case, snapshot: FactSnapshot | None = None, same: Collection[int] | None = None
) -> list[Difference]:
    """Return what differs now from the snapshot; empty once it was acted upon.

    `same` are all rows of the members, if the caller has queried them.
    """
    snapshot = snapshot or standing(session, case)
    if snapshot is None or snapshot.acted_at is not None:
        return []
    household = session.get_one(Household, case.household_id)
    return differences.between(snapshot.content, _now(session, case, household, snapshot.facts_on, same))


def demand_unchanged(
    uow: UnitOfWork, case: Case, known: Mapping[str, Any] | None = None, needed: bool = False
) -> None:
    """Raise `FactsChanged` while the register differs from the snapshot.

    `known` holds the `facts` in the data of a case older than snapshots, and the day `on` for ages. With
    `needed`, a case without data raises `FactsMissing`: nothing is granted without a basis.
    """
    uow.flush()
    snapshot = standing(uow.session, case)
    if snapshot is None and known is None:
        if needed:
            raise FactsMissing()
        return
    household = locked_household(uow.session, case)
    if snapshot is not None:
        changed = changes(uow.session, case, snapshot)
    else:
        data = known or {}
        now = _now(uow.session, case, household, data["on"])
        changed = differences.between({"facts": data["facts"]}, {"facts": now["facts"]})
    if changed:
        more = tr(" 等 {changed} 处", changed=len(changed)) if len(changed) > _FEW else ""
        raise FactsChanged(changes=tr("；").join(map(str, changed[:_FEW])) + more)


def note_acted(uow: UnitOfWork, case: Case) -> None:
    """Record that something was granted or paid on the snapshot."""
    snapshot = standing(uow.session, case)
    if snapshot is not None:
        snapshot.acted_at = uow.now


def note_undone(uow: UnitOfWork, case: Case) -> None:
    """Record that the grant was undone: the case can be decided again."""
    snapshot = standing(uow.session, case)
    if snapshot is not None:
        snapshot.acted_at = None


def record_for(session: Session, case: Case, rule: PaperRule, today: date) -> dict[str, Any]:
    """Return the household for a paper: as computed with, or as registered now.

    Papers signed before any computation (申请书, 授权书, 调查表) show the current register.
    """
    snapshot = None if rule.register_now else standing(session, case)
    if snapshot is not None:
        return snapshot.content
    return records.record(session, session.get_one(Household, case.household_id), today)


def _now(
    session: Session, case: Case, household: Household, on: date, same: Collection[int] | None = None
) -> dict[str, Any]:
    """The current record of the household with its members' benefits under other cases."""
    drawn = relief.standing_benefits(session, [m.person_id for m in household.members], same)
    benefits = relief.called(session, household.division, drawn) if drawn else []
    return {
        **records.record(session, household, on, exemptions.in_force(session, case, household)),
        "benefits": [
            {"person": b.person_id, "name": b.name, "title": b.programme_title, "case": b.case_number}
            for b in benefits
            if b.case_number != case.number
        ],
    }
