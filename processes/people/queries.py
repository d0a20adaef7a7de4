"""Queries of the register: households in scope, look-up by ID number, data for calculation sheets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session, object_session

from processes.errors import HouseholdNotFound
from processes.people import masking, names
from processes.people.forms import EXPENSE_KINDS, INCOME_KINDS, PROPERTY_KINDS
from processes.people.listing import EVERY_HOUSEHOLD, HouseholdFilter
from processes.people.models import Household, Membership, Person, PersonMerge
from processes.policy import reading
from processes.policy.periods import age_on
from processes.storage import keyring
from processes.texts import tr

PAGE = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A registered person, as a look-up may show them."""

    person_id: int
    name: str
    masked: str
    household_id: int | None
    household_number: str
    division: str


def household(session: Session, household_id: int) -> Household:
    """Return a household in scope; raises `HouseholdNotFound`."""
    row = session.scalar(select(Household).where(Household.id == household_id))
    if row is None:
        raise HouseholdNotFound()
    return row


def household_by_number(session: Session, number: str) -> Household:
    """Return a household in scope by its file number; raises `HouseholdNotFound`."""
    row = session.scalar(
        select(Household).where(Household.number == number, Household.destroyed_on.is_(None))
    )
    if row is None:
        raise HouseholdNotFound()
    return row


def search(
    session: Session, text: str, wanted: HouseholdFilter = EVERY_HOUSEHOLD, most: int = PAGE
) -> Sequence[Household]:
    """Search households by file number or by a member: name, initials, end of the ID number; filtered and
    ordered.

    Each condition is read in index order and no further than `most`: of a common surname the first names
    come.
    """
    word = reading.search_word(text)
    query = select(Household).where(
        Household.destroyed_on.is_(None), *wanted.conditions(with_empty=bool(word))
    )
    if not word:
        return session.scalars(query.order_by(*wanted.ordered()).limit(most)).all()
    if "-" in word:
        numbered = session.scalars(query.where(Household.number == word.upper())).all()
        if numbered:
            return numbered
    found = {
        row
        for by in [*_of_members(word), select(Household.id).where(Household.householder_name == word)]
        for row in session.scalars(by.where(*wanted.conditions(with_empty=True)).limit(most))
    }
    return session.scalars(query.where(Household.id.in_(found)).order_by(*wanted.ordered()).limit(most)).all()


def _of_members(word: str) -> list[Select[int]]:
    """Households with a member of that name, those initials or that end of the number."""
    if len(word) == masking.TAIL_DIGITS and word[:-1].isdecimal():
        return [_of_member(Person.id_tail, Person.id_tail == word.upper())]
    if not word.isascii():
        return [_of_member(Person.name, _begins(Person.name, word))]
    readings = (Person.initials, Person.initials_other)
    # A name with Latin letters (买买提·A) is also found as written.
    return [_of_member(r, _begins(r, word.lower())) for r in readings] + [
        _of_member(Person.name, _begins(Person.name, word))
    ]


def _of_member(order: Any, condition: ColumnElement[bool]) -> Select[int]:
    return (
        select(Household.id)
        .join(Membership, Membership.household_id == Household.id)
        .join(Person, Person.id == Membership.person_id)
        .where(condition)
        .order_by(order, Person.id)
    )


def _begins(column: Any, word: str) -> ColumnElement[bool]:
    """Whether a text begins with a word, as an index range."""
    return and_(column >= word, column < word + "\U0010ffff")


def sizes(session: Session, households: Sequence[int]) -> dict[int, int]:
    """Return the number of members, by household."""
    query = (
        select(Membership.household_id, func.count())
        .where(Membership.household_id.in_(households))
        .group_by(Membership.household_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def look_up(session: Session, id_number: str) -> Found | None:
    """Return who is registered under this ID number, in any division, so that nobody is entered twice.

    Shows only a masked number and the township of the file.
    """
    person = session.scalar(
        select(Person).where(Person.id_index.in_(keyring.current().blind_indexes(id_number)))
    )
    if person is None:
        return None
    row = session.execute(
        select(Household.__table__.c.id, Household.__table__.c.number, Household.__table__.c.division)
        .join(Membership.__table__, Membership.__table__.c.household_id == Household.__table__.c.id)
        .where(Membership.__table__.c.person_id == person.id)
    ).first()
    masked = masking.id_number(person.id_head, person.id_tail)
    if row is None:
        return Found(person.id, person.name, masked, None, "", "")
    return Found(person.id, person.name, masked, row.id, row.number, row.division)


def registered_with(session: Session, numbers: Sequence[str]) -> list[tuple[Person, str]]:
    """Return the registered persons with these document numbers, each with the number."""
    keys = keyring.current()
    wanted = {index: number for number in numbers for index in keys.blind_indexes(number)}
    if not wanted:
        return []
    found = session.scalars(select(Person).where(Person.id_index.in_(wanted)).order_by(Person.id))
    return [(person, wanted[person.id_index]) for person in found]


def identified(session: Session, people: Sequence[int]) -> dict[int, Person]:
    """Return by row those of these provisional persons who have been identified: who they are."""
    rows = session.execute(
        select(PersonMerge.provisional_id, Person)
        .join(Person, Person.id == PersonMerge.person_id)
        .where(PersonMerge.provisional_id.in_(people), PersonMerge.undone_at.is_(None))
    )
    return {row[0]: row[1] for row in rows}


def same_people(session: Session, people: Sequence[int]) -> set[int]:
    """Return these persons with the rows under which they were also registered (before identification)."""
    merges = session.execute(
        select(PersonMerge.provisional_id, PersonMerge.person_id).where(PersonMerge.undone_at.is_(None))
    ).all()
    ids = set(people)
    known = {p for provisional, p in merges if provisional in ids or p in ids}
    return ids | known | {provisional for provisional, p in merges if p in known}


def other_files(session: Session, household: Household) -> list[Household]:
    """Return other households in scope that a member is registered in too."""
    members = [m.person_id for m in household.members]
    query = (
        select(Household)
        .join(Membership, Membership.household_id == Household.id)
        .where(Membership.person_id.in_(same_people(session, members)), Household.id != household.id)
    )
    return list(session.scalars(query.distinct().order_by(Household.id)))


def choices(household: Household) -> dict[str, Any]:
    """Return the options of a form field about a household: its people (`household.people`)."""
    named = names.of_members(household)
    return {
        "household": {
            "people": [
                {
                    "value": str(m.person_id),
                    "label": tr(
                        "{person_id}（{relation}）", person_id=named[m.person_id], relation=m.relation
                    ),
                }
                for m in household.members
            ]
        }
    }


def living(household: Household, on: date) -> list[Membership]:
    """Return the members who are alive on a day."""
    return [m for m in household.members if m.person.died_on is None or m.person.died_on > on]


def facts(
    household: Household, on: date, exemptions: Sequence[str] = (), known: Mapping[int, Person] | None = None
) -> dict[str, Any]:
    """Return the household's data for calculation sheets; no names and no ID numbers.

    Members who had died by that day are left out, with their lines. `property.exempted` is always false: no
    text in the register lifts a rule; the county exempts from a rule in a separate step
    (`property.exemptions`, the kinds of property whose rule is lifted). It exists for sheets of older
    releases. `known` are the provisional members identified since, if the caller has queried them.
    `members[*].income.<kind>` and `.expense.<kind>` are yearly yuan, `property.<kind>` amounts or counts,
    `age` full years on the day `on`.
    """
    members = []
    session = object_session(household)
    if known is None:
        known = {} if session is None else identified(session, [m.person_id for m in household.members])
    alive = {m.person_id for m in living(household, on)}
    for membership in living(household, on):
        person = membership.person
        # Somebody identified is that person: age by the ID card, and grants belong to them.
        named = known.get(person.id, person)
        income = _by_kind(household.incomes, person.id, INCOME_KINDS)
        counted = sum((v for k, v in income.items() if k != "exempt"), Decimal(0))
        members.append(
            {
                "id": Decimal(named.id),
                "relation": membership.relation,
                "age": Decimal(age_on(named.birth_on, on)),
                "sex": named.sex,
                "document": person.document,
                "disability_kind": person.disability_kind,
                "disability_grade": Decimal(person.disability_grade),
                "grave_illness": person.grave_illness,
                "is_student": person.is_student,
                "work_ability": person.work_ability,
                "income": {**income, "total": counted},
                "expense": _by_kind(household.expenses, person.id, EXPENSE_KINDS),
            }
        )
    totals = {kind: Decimal(0) for kind in PROPERTY_KINDS}
    for line in household.properties:
        totals[line.kind] += line.quantity
    return {
        "address": household.address,
        "income_lines": Decimal(sum(i.person_id in alive for i in household.incomes)),
        "members": members,
        "property": {**totals, "exempted": False, "exemptions": list(exemptions)},
        "category": household.category,
    }


def _by_kind(lines: Sequence[Any], person_id: int, kinds: dict[str, str]) -> dict[str, Decimal]:
    totals = {kind: Decimal(0) for kind in kinds}
    for line in lines:
        if line.person_id == person_id:
            totals[line.kind] += line.annual_amount
    return totals
