"""Finding households from the box in the bar: by word, or by somebody's full document number through its fingerprint."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.errors import Unreadable
from processes.people import masking, queries
from processes.people.models import Household, Membership, Person
from processes.policy import reading
from processes.storage import keyring

_DIGITS = 12
"""A foreign card has three letters and twelve digits, an ID card eighteen characters."""
_FULL = re.compile(r"[0-9]{17}[0-9X]|[A-Z0-9]{15}")


def full_number(typed: str) -> str:
    """The document number that somebody typed, as it is stored; empty where it is none."""
    try:
        number = reading.compact(typed)
    except Unreadable:
        return ""
    return number if _FULL.fullmatch(number) and sum(c.isdigit() for c in number) >= _DIGITS else ""


def masked(number: str) -> str:
    """A number as the access log and the page may show it."""
    return masking.id_number(number[:4], number[-4:])


def by_number(session: Session, number: str) -> Sequence[Household]:
    """The households in scope of which somebody with this document number is a member."""
    of_person = (
        select(Membership.household_id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.id_index.in_(keyring.current().blind_indexes(number)))
    )
    return session.scalars(select(Household).where(Household.id.in_(of_person)).order_by(Household.id)).all()


def by_word(session: Session, word: str, most: int) -> Sequence[Household]:
    """Households in scope by name of a member, file number or the last four characters of a number."""
    return queries.search(session, word, most=most)
