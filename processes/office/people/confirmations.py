"""Warnings that a clerk must confirm before a household is saved."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from processes.errors import HouseholdDoubtful
from processes.people import names, plausibility
from processes.people.forms import HouseholdForm
from processes.people.models import Household, Person
from processes.people.queries import registered_with
from processes.policy.calendar import civil_date
from processes.relief import queries as relief
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


def demand_confirmed(
    uow: UnitOfWork, form: HouseholdForm, household: Household | None, confirmed: Sequence[str]
) -> list[str]:
    """Return the confirmed warnings about this family, now or before; raises `HouseholdDoubtful` for others."""
    _hold(uow, form)
    found = [
        *plausibility.unusual(form, civil_date(uow.now)),
        *plausibility.in_other_files(uow.session, form, None if household is None else household.id),
        *_leaving_with_award(uow, form, household),
    ]
    known = {*confirmed, *([] if household is None else household.confirmed or [])}
    open_ones = [sentence for sentence in found if sentence not in known]
    if open_ones:
        raise HouseholdDoubtful(open_ones)
    return found


def _hold(uow: UnitOfWork, form: HouseholdForm) -> None:
    """Lock the persons of the form: if two households add the same person at once, the second one sees the first."""
    known = [
        p.id for p, _ in registered_with(uow.session, [m.id_number for m in form.members if m.id_number])
    ]
    uow.session.execute(select(Person.id).where(Person.id.in_(known)).order_by(Person.id).with_for_update())


def _leaving_with_award(uow: UnitOfWork, form: HouseholdForm, household: Household | None) -> list[str]:
    """Members removed from the file, or deceased, who draw a benefit: it must be reviewed."""
    if household is None:
        return []
    known = registered_with(uow.session, [m.id_number for m in form.members if m.id_number])
    dead = {m.id_number for m in form.members if m.died_on is not None}
    called = names.of_members(household)
    gone = {
        p.id: tr("{id}移出本户", id=called[p.id])
        for p in plausibility.leaving(household, form, [p for p, _ in known])
    }
    typed = {m.id_number: m.name for m in form.members if m.id_number}
    gone |= {
        p.id: tr("{number}登记去世", number=typed[number])
        for p, number in known
        if number in dead and p.died_on is None
    }
    standing = [s for s in relief.standing_benefits(uow.session, list(gone)) if s.person_id in gone]
    return [
        tr(
            "{person_id}，其{programme_title}{case_number}仍在发放，应及时复核待遇",
            person_id=gone[s.person_id],
            programme_title=s.programme_title,
            case_number=tr("（{case_number}）", case_number=s.case_number) if s.case_number else "",
        )
        for s in relief.shown_to(uow.session, household.division, standing)
    ]
