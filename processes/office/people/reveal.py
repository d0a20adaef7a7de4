"""Read a full ID number."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from processes.access import audit
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import (
    NotFound,
)
from processes.office.command import Weighty, handles
from processes.people.models import Household, Membership, Person
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork, within


@dataclass(frozen=True, slots=True)
class RevealIdNumberResult:
    """The result of `RevealIdNumber`."""

    id_number: str


@dataclass(frozen=True, slots=True)
class RevealIdNumber(Weighty[RevealIdNumberResult]):
    """Read a full ID number; the read is logged."""

    permission = Permission.ID_NUMBER_REVEAL

    person_id: int
    address: str = ""


@handles(RevealIdNumber)
def reveal_id_number(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: RevealIdNumber
) -> RevealIdNumberResult:
    """Return a member's full ID number, within the actor's scope; the read is logged."""
    person = uow.session.scalar(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .join(Household, Household.id == Membership.household_id)
        .where(Person.id == command.person_id, within(Household.division, actor.division))
    )
    if person is None:
        raise NotFound()
    audit.note(uow, actor, "id_number_read", f"person/{person.id}", command.address)
    return RevealIdNumberResult(id_number=person.id_number)
