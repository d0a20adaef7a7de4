"""Names that a township uses for members of its households, if they differ from the file in another township.

Typing a number with any name must not reveal whose it is, not by the household's title, a case, list or
paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from processes.access.scope import township_of
from processes.people.models import Household, Membership, Person, PersonDifference
from processes.people.status import DifferenceStatus
from processes.storage.unit_of_work import UnitOfWork

STANDING = (DifferenceStatus.OPEN, DifferenceStatus.DECLINED)
"""States of a difference of name in which the township continues to use its own name."""


def of_members(household: Household) -> dict[int, str]:
    """Return the names of a household's members, by person."""
    people = [m.person for m in household.members]
    session = object_session(household)
    own_names = {} if session is None else called(session, household.division, people)
    return {p.id: own_names.get(p.id, p.name) for p in people}


def called(session: Session, place: str, people: Sequence[Person]) -> dict[int, str]:
    """Return by person the name last used by a township, for people whose file is elsewhere under another name."""
    township = township_of(place)
    elsewhere = [p.id for p in people if p.home and township_of(p.home) != township]
    if not elsewhere:
        return {}
    query = (
        select(PersonDifference)
        .where(
            PersonDifference.person_id.in_(elsewhere), PersonDifference.field == "name",
            PersonDifference.place == township,
        )
        .order_by(PersonDifference.id)
    )  # fmt: skip
    last = {row.person_id: row for row in session.scalars(query)}
    return {i: str(row.values["told"]) for i, row in last.items() if row.status in STANDING}


def rename(uow: UnitOfWork, people: Iterable[int]) -> None:
    """Update the title of every household that one of these people heads."""
    query = (
        select(Household, Person)
        .join(Membership, Membership.household_id == Household.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.id.in_(list(people)), Membership.relation == "本人")
        .order_by(Household.id)
    )
    for household, head in uow.session.execute(query).unique():
        name = called(uow.session, household.division, [head]).get(head.id, head.name)
        if household.householder_name != name:
            household.householder_name = name
    uow.flush()
