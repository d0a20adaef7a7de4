"""The facts that a case's computation took: taken once, compared at every later step, printed on its papers."""

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

GATHER = "household.facts"
"""The operation that takes the facts of a household into a case."""
_FEW = 6


def take(uow: UnitOfWork, case: Case, question: str, on: date) -> dict[str, Any]:
    """Keep the household as it stands and answer the facts that sheets read; what was taken before is superseded."""
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
    """What was computed with holds no longer: the case went back before it, or takes the facts anew."""
    found = standing(uow.session, case)
    if found is not None:
        found.status = SnapshotStatus.SUPERSEDED
        uow.flush()


def standing(session: Session, case: Case) -> FactSnapshot | None:
    """The facts that the case stands on, if it has taken any."""
    query = select(FactSnapshot).where(
        FactSnapshot.case_id == case.id, FactSnapshot.status == SnapshotStatus.STANDING
    )
    return session.scalars(query).first()


def is_taken_alike(session: Session, case: Case) -> bool:
    """Whether the facts that were taken last say what those before them said; yes, where they were taken once."""
    query = select(FactSnapshot).where(FactSnapshot.case_id == case.id).order_by(FactSnapshot.id.desc())
    last = session.scalars(query.limit(2)).all()
    return len(last) < 2 or not differences.between(last[1].content, last[0].content)  # noqa: PLR2004


def locked_household(session: Session, case: Case) -> Household:
    """The case's household, unchanged until the transaction ends: nobody saves it between look and effect."""
    query = select(Household).where(Household.id == case.household_id).with_for_update(read=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def changes(
    session: Session, case: Case, found: FactSnapshot | None = None, same: Collection[int] | None = None
) -> list[Difference]:
    """What is different now from what the case was computed with; nothing once it was acted upon.

    `same` are all rows of the members, where somebody has asked already.
    """
    found = found or standing(session, case)
    if found is None or found.acted_at is not None:
        return []
    household = session.get_one(Household, case.household_id)
    return differences.between(found.content, _now(session, case, household, found.facts_on, same))


def demand_unchanged(
    uow: UnitOfWork, case: Case, known: Mapping[str, Any] | None = None, needed: bool = False
) -> None:
    """Raise `FactsChanged` while the register says something else than what the case was computed with.

    `known` holds the `facts` in the data of a case that took them before snapshots were kept, and the day `on` which
    ages counted.  With `needed` a case that never took any raises `FactsMissing`: nothing is granted on no facts.
    """
    uow.flush()
    found = standing(uow.session, case)
    if found is None and known is None:
        if needed:
            raise FactsMissing()
        return
    household = locked_household(uow.session, case)
    if found is not None:
        changed = changes(uow.session, case, found)
    else:
        told = known or {}
        now = _now(uow.session, case, household, told["on"])
        changed = differences.between({"facts": told["facts"]}, {"facts": now["facts"]})
    if changed:
        more = f" 等 {len(changed)} 处" if len(changed) > _FEW else ""
        raise FactsChanged(changes="；".join(map(str, changed[:_FEW])) + more)


def note_acted(uow: UnitOfWork, case: Case) -> None:
    """Something was granted or paid on the facts."""
    found = standing(uow.session, case)
    if found is not None:
        found.acted_at = uow.now


def note_undone(uow: UnitOfWork, case: Case) -> None:
    """What was granted was taken back: the case is open to decide again."""
    found = standing(uow.session, case)
    if found is not None:
        found.acted_at = None


def record_for(session: Session, case: Case, rule: PaperRule, today: date) -> dict[str, Any]:
    """The household as a paper prints it: as it was computed with, or as it is registered now.

    Papers that people sign before anything is computed (申请书, 授权书, 调查表) show the register of now.
    """
    found = None if rule.register_now else standing(session, case)
    if found is not None:
        return found.content
    return records.record(session, session.get_one(Household, case.household_id), today)


def _now(
    session: Session, case: Case, household: Household, on: date, same: Collection[int] | None = None
) -> dict[str, Any]:
    """The record of the household with what its members draw under other cases."""
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
