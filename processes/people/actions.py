"""Changes of the register: a household is saved as a whole, against the version that the person saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, select

from processes.access.scope import Actor, township_of
from processes.errors import HouseholdNotFound, NotFound, RuleBroken, StaleHousehold
from processes.people import differences, fingerprints, history, locks, names, persons
from processes.people.forms import HouseholdForm, LineForm, MemberForm
from processes.people.identity import Identity
from processes.people.models import (
    Expense,
    Household,
    Income,
    Membership,
    Person,
    PersonDifference,
    PersonMerge,
    Property,
)
from processes.policy import reading
from processes.policy.calendar import SHANGHAI
from processes.storage import keyring
from processes.storage.unit_of_work import UnitOfWork, within
from processes.texts import tr, tr_minute


@dataclass(frozen=True, slots=True)
class Saving:
    """Context of saving: version and number, confirmed warnings, deadline for differences.

    `due_on` is called only if another township's person is described differently.
    """

    household_id: int | None
    version: int
    number: str
    confirmed: Sequence[str]
    due_on: Callable[[], date]


def save_household(
    uow: UnitOfWork, actor: Actor, form: HouseholdForm, saving: Saving
) -> tuple[Household, list[PersonDifference]]:
    """Create a household or replace its members and lines; return it and the resulting differences.

    Raises `HouseholdNotFound` outside the scope and `StaleHousehold` if someone else saved in between; in
    both cases nothing is stored.
    """
    if not actor.covers(form.division):
        raise HouseholdNotFound()
    if saving.household_id is None:
        household = Household(number=saving.number, version=0)
    else:
        household = locked(uow, actor, saving.household_id)
        demand_version(household, saving.version)
        if township_of(household.division) != township_of(form.division):
            raise RuleBroken(reason=tr("迁往其他乡镇应通过“迁移”办理，由迁入地接收"))
        history.keep(uow, household)
    household.confirmed = list(saving.confirmed)
    elsewhere = _fill(uow, actor, household, form)
    uow.add(household)
    uow.flush()
    history.keep(uow, household, actor.account_id)
    found = [
        d
        for p, values in elsewhere
        for d in differences.note(uow, actor, p, values, household, saving.due_on())
    ]
    names.rename(uow, [m.person_id for m in household.members])
    return household, found


def locked(uow: UnitOfWork, actor: Actor, household_id: int) -> Household:
    """Lock a household and return it; raises `HouseholdNotFound` outside the scope."""
    return _locked(uow, actor, Household.id == household_id)


def locked_by_number(uow: UnitOfWork, actor: Actor, number: str) -> Household:
    """The household of this number, locked; raises `HouseholdNotFound` outside the scope."""
    return _locked(uow, actor, Household.number == number)


def _locked(uow: UnitOfWork, actor: Actor, which: ColumnElement[bool]) -> Household:
    found = uow.session.scalar(
        select(Household)
        .where(which, Household.destroyed_on.is_(None), within(Household.division, actor.division))
        .with_for_update()
    )
    if found is None:
        raise HouseholdNotFound()
    return found


def demand_version(household: Household, version: int) -> None:
    """Raise `StaleHousehold` unless the household is at the version that the person saw."""
    if household.version != version:
        when = household.updated_at.astimezone(SHANGHAI)
        raise StaleHousehold(who=household.updated_by, when=tr_minute(when))


def _fill(
    uow: UnitOfWork, actor: Actor, household: Household, form: HouseholdForm
) -> list[tuple[Person, Mapping[str, Any]]]:
    """Copy the form to the household; return persons of other townships with what the form says of them."""
    own = {m.person_id for m in household.members if m.person.is_provisional}
    people: list[Person] = []
    changed: list[Person] = []
    elsewhere: list[tuple[Person, Mapping[str, Any]]] = []
    for member in form.members:
        person = _person(uow, member, own, household)
        if persons.is_of(uow.session, person, form.division):
            if _write(uow, actor, person, member, household, form.division):
                changed.append(person)
        else:
            elsewhere.append((person, persons.told(member)))
        people.append(person)
    uow.flush()
    household.division = form.division
    household.address = form.address
    household.phone, household.phone_index = form.phone, fingerprints.of_phone(form.phone)
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
    for person in changed:
        history.touched(uow, actor, person.id, household.id)
    return elsewhere


def _write(
    uow: UnitOfWork, actor: Actor, person: Person, member: MemberForm, household: Household, place: str
) -> bool:
    """Write a person of this township; return whether a member is now a different person than before."""
    is_new = person.name is None
    moved = bool(person.home) and person.home != township_of(place)
    person.home = township_of(place)
    source = tr("家庭档案 {number}", number=household.number)
    changed = persons.write(uow, actor, person, persons.told(member), place, source)
    if moved and not changed:
        persons.keep(uow, actor, person, place, source)
    if not is_new:
        differences.lapse(uow, actor, person)
    return changed and not is_new


def _income(line: LineForm, people: list[Person]) -> Income:
    return Income(
        person_id=people[line.member].id, kind=line.kind, annual_amount=line.amount, evidence=line.evidence
    )


def _person(uow: UnitOfWork, member: MemberForm, own: set[int], household: Household) -> Person:
    """The person with this number, or a new one; without a number the row's provisional person (C34)."""
    if member.id_number:
        known = _registered(uow, member.id_number)
        row = next((m.person for m in household.members if m.person_id == member.row_id), None)
        if row is not None and row is not known and _says_the_same(row, member):
            return _written_anew(row, known, member)
        return known or _new_person(uow, member)
    person = uow.session.get(Person, member.provisional_id) if member.provisional_id in own else None
    return person or _provisional(uow)


def _says_the_same(row: Person, member: MemberForm) -> bool:
    """Whether a stored number is the same number in another form (full-width digits)."""
    return bool(row.id_number) and reading.compact(row.id_number) == member.id_number


def _written_anew(row: Person, known: Person | None, member: MemberForm) -> Person:
    """Normalise the stored number; two rows with one number are never merged silently."""
    if known is not None:
        raise RuleBroken(
            reason=tr(
                "{name}的证件号码在库中另有一份人员档案（写法不同），请先报县级核对，不能直接保存",
                name=row.name,
            )
        )
    row.id_number, row.id_index = member.id_number, keyring.current().blind_index(member.id_number)
    row.id_head, row.id_tail = member.head, member.tail
    return row


def _registered(uow: UnitOfWork, number: str) -> Person | None:
    indexes = keyring.current().blind_indexes(number)
    return uow.session.scalar(select(Person).where(Person.id_index.in_(indexes)))


def _new_person(uow: UnitOfWork, member: MemberForm) -> Person:
    person = Person(
        id_number=member.id_number, id_index=keyring.current().blind_index(member.id_number),
        id_tail=member.tail, id_head=member.head, home="", is_provisional=False,
    )  # fmt: skip
    uow.add(person)
    return person


def _provisional(uow: UnitOfWork) -> Person:
    person = Person(
        id_number="",
        id_index=f"provisional:{uuid4().hex}",
        id_tail="",
        id_head="",
        home="",
        is_provisional=True,
    )
    uow.add(person)
    return person


def identify(
    uow: UnitOfWork, actor: Actor, person_id: int, identity: Identity, name: str, reason: str
) -> PersonMerge:
    """Record that a provisional person is a person with an ID number; both keep their histories.

    Raises `NotFound` outside the scope and `RuleBroken` if this was recorded before.
    """
    person = _in_scope(uow, actor, person_id)
    locks.hold(uow, [person_id])
    if not person.is_provisional or _standing_merge(uow, person_id) is not None:
        raise RuleBroken(reason=tr("只能为尚未查明身份的临时登记人员补登身份"), clause="C34")
    known = _registered(uow, identity.number)
    if known is not None and known.name != name:
        raise RuleBroken(reason=tr("该号码登记的姓名与所填姓名不一致，请核对证件"), clause="C34")
    if known is None:
        member = _member_of(identity, name)
        known = _new_person(uow, member)
        known.home = person.home
        persons.write(uow, actor, known, persons.told(member), person.home, tr("查明身份"))
    uow.flush()
    locks.hold(uow, [known.id])  # grants to one of the two wait, and then know that they are one person
    merge = PersonMerge(
        provisional_id=person.id, person_id=known.id, reason=reason, at=uow.now, by=actor.name, undone_by=""
    )
    uow.add(merge)
    uow.flush()
    return merge


def undo_identification(uow: UnitOfWork, actor: Actor, person_id: int) -> None:
    """Undo an identification: from now on they are two people again; the record stays with who undid it."""
    _in_scope(uow, actor, person_id)
    merge = _standing_merge(uow, person_id)
    if merge is None:
        raise RuleBroken(reason=tr("没有可以撤销的身份登记"), clause="C34")
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


def _member_of(found: Identity, name: str) -> MemberForm:
    """A provisional person, known only by document and name."""
    if found.birth_on is None or found.sex is None:
        raise RuleBroken(reason=tr("请填写 18 位身份证号、居住证号或永久居留身份证号"), clause="C34")
    return MemberForm(
        name,
        "",
        found.number,
        found.birth_on,
        found.sex,
        document=found.document,
        head=found.head,
        tail=found.tail,
    )
