"""Recomputes fingerprints (blind indexes) under a new key (docs/adr/0028, 0054)."""

from __future__ import annotations

from sqlalchemy import select

from processes.people.models import Household, Person
from processes.storage import keyring
from processes.storage.unit_of_work import UnitOfWork

_AT_ONCE = 500


def of_phone(phone: str) -> str:
    """Return the fingerprint of a telephone number; "" if there is none."""
    return keyring.current().blind_index(_telephone(phone)) if phone else ""


def of_phones(phone: str) -> tuple[str, ...]:
    """Return all fingerprints that may be stored while the key is being rotated."""
    return keyring.current().blind_indexes(_telephone(phone))


def of_persons(uow: UnitOfWork, after: int) -> tuple[int | None, int]:
    """Recompute those of the next persons under the newest key; return where to continue (None: done) and how
    many."""
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
    """Recompute those of households' telephone numbers."""
    query = select(Household).where(Household.id > after).order_by(Household.id).limit(_AT_ONCE)
    households = uow.session.scalars(query.with_for_update()).all()
    changed = 0
    for household in households:
        index = of_phone(household.phone)
        changed += household.phone_index != index
        household.phone_index = index
    return (households[-1].id if len(households) == _AT_ONCE else None), changed


def _telephone(phone: str) -> str:
    """Telephone numbers have their own domain: the same digits of another kind give another fingerprint."""
    return f"phone {phone}"
