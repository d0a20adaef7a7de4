"""Fingerprints under another key: what the register is found by without its numbers lying open (docs/adr/0028, 0054)."""

from __future__ import annotations

from sqlalchemy import select

from processes.people.models import Household, Person
from processes.storage import keyring
from processes.storage.unit_of_work import UnitOfWork

_AT_ONCE = 500


def of_phone(phone: str) -> str:
    """What a household is found by when somebody calls; empty without a telephone."""
    return keyring.current().blind_index(_telephone(phone)) if phone else ""


def of_phones(phone: str) -> tuple[str, ...]:
    """All under which it may stand while the key is being changed."""
    return keyring.current().blind_indexes(_telephone(phone))


def of_persons(uow: UnitOfWork, after: int) -> tuple[int | None, int]:
    """Give the next persons theirs under the newest key; answers where to go on (None: at the end) and how many it was."""
    query = select(Person).where(Person.id > after).order_by(Person.id).limit(_AT_ONCE).with_for_update()
    people = uow.session.scalars(query).all()
    changed = 0
    for person in people:
        if person.is_provisional or not person.id_number:
            continue
        index = keyring.current().blind_index(person.id_number)
        changed += person.id_index != index
        person.id_index = index
    return (people[-1].id if len(people) == _AT_ONCE else None), changed


def of_households(uow: UnitOfWork, after: int) -> tuple[int | None, int]:
    """The same for the telephones of households."""
    query = select(Household).where(Household.id > after).order_by(Household.id).limit(_AT_ONCE)
    households = uow.session.scalars(query.with_for_update()).all()
    changed = 0
    for household in households:
        index = of_phone(household.phone)
        changed += household.phone_index != index
        household.phone_index = index
    return (households[-1].id if len(households) == _AT_ONCE else None), changed


def _telephone(phone: str) -> str:
    """Telephones have fingerprints of their own: equal figures of another kind have another one."""
    return f"phone {phone}"
