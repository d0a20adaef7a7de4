"""Changing the register: save a household whole, under the version that the person saw."""

from __future__ import annotations

from uuid import uuid4

from sqlalchemy import select

from processes.access.scope import Actor
from processes.errors import HouseholdNotFound, NotFound, RuleBroken, StaleHousehold
from processes.people import history, locks
from processes.people.forms import HouseholdForm, LineForm, MemberForm
from processes.people.id_number import IdNumber
from processes.people.models import Expense, Household, Income, Membership, Person, PersonMerge, Property
from processes.policy.calendar import SHANGHAI
from processes.storage import keyring
from processes.storage.unit_of_work import UnitOfWork, within

_TAIL = 4
_AT_ONCE = 500


def save_household(
    uow: UnitOfWork, actor: Actor, form: HouseholdForm, household_id: int | None, version: int, number: str
) -> Household:
    """Create or replace a household's members and lines.

    Raises `HouseholdNotFound` outside the scope and `StaleHousehold` when someone else saved in
    between; in both cases nothing is stored.
    """
    if not actor.covers(form.division):
        raise HouseholdNotFound()
    if household_id is None:
        household = Household(number=number, version=0)
    else:
        household = _locked(uow, actor, household_id)
        if household.version != version:
            when = household.updated_at.astimezone(SHANGHAI)
            raise StaleHousehold(who=household.updated_by, when=f"{when:%m月%d日 %H:%M}")
        history.keep(uow, household)
    _fill(uow, actor, household, form)
    uow.add(household)
    uow.flush()
    history.keep(uow, household)
    return household


def _locked(uow: UnitOfWork, actor: Actor, household_id: int) -> Household:
    found = uow.session.scalar(
        select(Household)
        .where(Household.id == household_id, within(Household.division, actor.division))
        .with_for_update()
    )
    if found is None:
        raise HouseholdNotFound()
    return found


def _fill(uow: UnitOfWork, actor: Actor, household: Household, form: HouseholdForm) -> None:
    own = {m.person_id for m in household.members if m.person.is_provisional}
    people = [_person(uow, m) if m.id_number else _provisional(uow, m, own) for m in form.members]
    uow.flush()
    household.division = form.division
    household.address = form.address
    household.phone = form.phone
    household.category = form.category
    household.property_exemption = form.property_exemption
    household.householder_name = next(m.name for m in form.members if m.relation == "本人")
    household.version += 1
    household.updated_at = uow.now
    household.updated_by = actor.name
    household.members = [
        Membership(person_id=p.id, person=p, relation=m.relation, position=n)
        for n, (m, p) in enumerate(zip(form.members, people, strict=True))
    ]
    household.incomes = [_income(line, people) for line in form.incomes]
    household.expenses = [
        Expense(person_id=people[e.member].id, kind=e.kind, annual_amount=e.amount, evidence=e.evidence)
        for e in form.expenses
    ]
    household.properties = [
        Property(kind=p.kind, quantity=p.amount, evidence=p.evidence) for p in form.properties
    ]


def _income(line: LineForm, people: list[Person]) -> Income:
    return Income(
        person_id=people[line.member].id, kind=line.kind, annual_amount=line.amount, evidence=line.evidence
    )


def _person(uow: UnitOfWork, member: MemberForm) -> Person:
    """The person of the register with this ID number, brought up to date, or a new one."""
    person = _registered(uow, member.id_number) or _new_person(uow, member.id_number)
    return _filled(person, member)


def _registered(uow: UnitOfWork, number: str) -> Person | None:
    indexes = keyring.current().blind_indexes(number)
    return uow.session.scalar(select(Person).where(Person.id_index.in_(indexes)))


def reindex(uow: UnitOfWork, after: int) -> tuple[int | None, int]:
    """Give the next persons their fingerprint under the newest key; answers where to go on and how many it was."""
    query = select(Person).where(Person.id > after).order_by(Person.id).limit(_AT_ONCE).with_for_update()
    people = uow.session.scalars(query).all()
    changed = 0
    for person in people:
        if person.is_provisional or person.id_number is None:
            continue
        index = keyring.current().blind_index(person.id_number)
        changed += person.id_index != index
        person.id_index = index
    return (people[-1].id if len(people) == _AT_ONCE else None), changed


def _new_person(uow: UnitOfWork, number: str) -> Person:
    person = Person(
        id_number=number, id_index=keyring.current().blind_index(number), id_tail=number[-_TAIL:],
        id_head=number[:_TAIL], is_provisional=False,
    )  # fmt: skip
    uow.add(person)
    return person


def _provisional(uow: UnitOfWork, member: MemberForm, own: set[int]) -> Person:
    """The household's provisional person that this row was before, or a new one (C34)."""
    person = uow.session.get(Person, member.provisional_id) if member.provisional_id in own else None
    if person is None:
        person = Person(
            id_number="", id_index=f"provisional:{uuid4().hex}", id_tail="", id_head="", is_provisional=True
        )
        uow.add(person)
    return _filled(person, member)


def identify(
    uow: UnitOfWork, actor: Actor, person_id: int, identity: IdNumber, name: str, reason: str
) -> PersonMerge:
    """Note that a provisional person is a person with an ID number; both keep their histories.

    Raises `NotFound` outside the scope and `RuleBroken` when it was noted before.
    """
    person = _in_scope(uow, actor, person_id)
    locks.hold(uow, [person_id])
    if not person.is_provisional or _standing_merge(uow, person_id) is not None:
        raise RuleBroken(reason="只能为尚未查明身份的临时登记人员补登身份", clause="C34")
    known = _registered(uow, identity.number)
    if known is None:
        known = _new_person(uow, identity.number)
        known.name, known.sex, known.birth_on = name, identity.sex, identity.birth_on
    uow.flush()
    locks.hold(uow, [known.id])  # whoever grants to one of the two waits, and then knows that they are one
    merge = PersonMerge(
        provisional_id=person.id, person_id=known.id, reason=reason, at=uow.now, by=actor.name, undone_by=""
    )
    uow.add(merge)
    uow.flush()
    return merge


def undo_identification(uow: UnitOfWork, actor: Actor, person_id: int) -> None:
    """The note was wrong: from now on they are two people again; the note stays with who undid it."""
    _in_scope(uow, actor, person_id)
    merge = _standing_merge(uow, person_id)
    if merge is None:
        raise RuleBroken(reason="没有可以撤销的身份登记", clause="C34")
    merge.undone_at, merge.undone_by = uow.now, actor.name


def _in_scope(uow: UnitOfWork, actor: Actor, person_id: int) -> Person:
    found = uow.session.scalar(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .join(Household, Household.id == Membership.household_id)
        .where(Person.id == person_id, within(Household.division, actor.division))
    )
    if found is None:
        raise NotFound()
    return found


def _standing_merge(uow: UnitOfWork, person_id: int) -> PersonMerge | None:
    query = select(PersonMerge).where(
        PersonMerge.provisional_id == person_id, PersonMerge.undone_at.is_(None)
    )
    return uow.session.scalar(query)


def _filled(person: Person, member: MemberForm) -> Person:
    person.name = member.name
    person.sex = member.sex
    person.birth_on = member.birth_on
    person.disability_kind = member.disability_kind
    person.disability_grade = member.disability_grade
    person.grave_illness = member.grave_illness
    person.is_student = member.is_student
    person.work_ability = member.work_ability
    return person
