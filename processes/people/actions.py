"""Changing the register: save a household whole, under the version that the person saw."""

from __future__ import annotations

from sqlalchemy import select

from processes.access.scope import Actor
from processes.errors import HouseholdNotFound, StaleHousehold
from processes.people.forms import HouseholdForm, LineForm, MemberForm
from processes.people.models import Expense, Household, Income, Membership, Person, Property
from processes.policy.calendar import SHANGHAI
from processes.storage import keyring
from processes.storage.unit_of_work import UnitOfWork, within

_TAIL = 4


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
    _fill(uow, actor, household, form)
    uow.add(household)
    uow.flush()
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
    people = [_person(uow, m) for m in form.members]
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
    index = keyring.current().blind_index(member.id_number)
    person = uow.session.scalar(select(Person).where(Person.id_index == index))
    if person is None:
        person = Person(
            id_number=member.id_number,
            id_index=index,
            id_tail=member.id_number[-_TAIL:],
            id_head=member.id_number[:_TAIL],
        )
        uow.add(person)
    person.name = member.name
    person.sex = member.sex
    person.birth_on = member.birth_on
    person.disability_kind = member.disability_kind
    person.disability_grade = member.disability_grade
    person.grave_illness = member.grave_illness
    person.is_student = member.is_student
    person.work_ability = member.work_ability
    return person
