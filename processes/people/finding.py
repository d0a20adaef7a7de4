"""The search box for document numbers: whether it is one, its masked form, the households of its owner."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.errors import Unreadable
from processes.people import masking
from processes.people.models import Household, Membership
from processes.policy import reading

_DIGITS = 12
"""A foreign card has three letters and twelve digits, an ID card eighteen characters."""
_FULL = re.compile(r"[0-9]{17}[0-9X]|[A-Z0-9]{15}")


def full_number(typed: str) -> str:
    """Return the typed document number as stored; "" if it is none."""
    try:
        number = reading.compact(typed)
    except Unreadable:
        return ""
    return number if _FULL.fullmatch(number) and sum(c.isdigit() for c in number) >= _DIGITS else ""


def masked(number: str) -> str:
    """Return a number as the access log and the page may show it."""
    return masking.id_number(number[:4], number[-4:])


def of_person(session: Session, person_id: int | None) -> Sequence[Household]:
    """Return the households in scope that somebody is a member of."""
    memberships = select(Membership.household_id).where(Membership.person_id == person_id)
    return session.scalars(
        select(Household).where(Household.id.in_(memberships)).order_by(Household.id)
    ).all()
