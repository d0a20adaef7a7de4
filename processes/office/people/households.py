"""Register a household, or save its changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from processes.access import audit, form_drafts
from processes.access.models import Division
from processes.access.permissions import Permission
from processes.access.scope import Actor, township_of
from processes.cases import numbering
from processes.errors import (
    FormInvalid,
    HouseholdNotFound,
)
from processes.office.cases import calls
from processes.office.command import Command, handles
from processes.office.people import confirmations, look_up, register_limits
from processes.people import actions as people
from processes.people.forms import read_household
from processes.people.models import Household, Membership, Person
from processes.policy.calendar import civil_date
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork, within
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class SaveHouseholdResult:
    """The result of `SaveHousehold`."""

    household: str
    version: int
    differences: int


@dataclass(frozen=True, slots=True)
class SaveHousehold(Command[SaveHouseholdResult]):
    """Register a household or save its changes, under the version that the person saw."""

    permission = Permission.HOUSEHOLD_WRITE

    form: Mapping[str, Any]
    household: str | None = None
    version: int = 0
    token: str = ""
    form_draft: str = ""
    """The token under which the page kept what was typed: it goes when this is saved."""
    confirmed: tuple[str, ...] = ()
    """What is unusual of the family and is confirmed as true: the sentences that were shown."""

    def numbers_typed(self, today: date) -> tuple[str, ...]:
        """Document numbers of its members."""
        return look_up.numbers_of_members(self.form, today)


@handles(SaveHousehold)
def save_household(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: SaveHousehold
) -> SaveHouseholdResult:
    """Register a household or save its changes as a whole, with the version that was seen."""
    form = read_household(_with_known_numbers(uow, actor, command), civil_date(uow.now))
    if uow.session.get(Division, form.division) is None:
        raise FormInvalid({"division": [tr("请从列表中选择所在村（居）")]})
    if command.household is None:
        if not actor.covers(form.division):
            raise HouseholdNotFound()
        household, place, called = None, township_of(form.division), []
        number = numbering.household_number(uow, place)
    else:
        known = uow.session.scalar(
            select(Household.id).where(
                Household.number == command.household, within(Household.division, actor.division)
            )
        )
        if known is None:
            raise HouseholdNotFound()
        called = calls.waiting(uow, known) if command.version == 0 else []
        household, number = people.locked(uow, actor, known), command.household
        people.demand_version(household, command.version)
    confirmed = confirmations.demand_confirmed(uow, form, household, command.confirmed)
    saving = people.Saving(
        None if household is None else household.id, command.version, number, confirmed,
        lambda: register_limits.difference_due(uow, form.division),
    )  # fmt: skip
    saved, found = people.save_household(uow, actor, form, saving)
    if called:
        calls.settle(uow, saved, called)
    register_limits.tell_of_differences(uow, found)
    audit.note(uow, actor, "household_saved", saved.number)
    form_drafts.drop(uow, actor, command.form_draft)
    return SaveHouseholdResult(household=saved.number, version=saved.version, differences=len(found))


def _with_known_numbers(uow: UnitOfWork, actor: Actor, command: SaveHousehold) -> dict[str, Any]:
    """Fill in the full ID numbers of members whose number the page showed masked."""
    form = dict(command.form)
    if command.household is None:
        return form
    known = {
        person.id: person.id_number
        for person in uow.session.scalars(
            select(Person)
            .join(Membership, Membership.person_id == Person.id)
            .join(Household, Household.id == Membership.household_id)
            .where(Household.number == command.household, within(Household.division, actor.division))
        )
    }
    rows = form.get("members")
    if isinstance(rows, list):
        form["members"] = [
            row | {"id_number": known[row["person_id"]]}
            if isinstance(row, dict) and "*" in str(row.get("id_number")) and row.get("person_id") in known
            else row
            for row in rows
        ]
    return form
