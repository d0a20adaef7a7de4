"""Registered data of a person: read as one value, written with history, only by the township of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access.scope import Actor, township_of
from processes.people.forms import WORK_ABILITIES, MemberForm, disability
from processes.people.identity import DOCUMENTS
from processes.people.models import Household, Membership, Person, PersonVersion
from processes.policy import values
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

FIELDS = {
    "name": tr("姓名"), "birth_on": tr("出生日期"), "sex": tr("性别"), "document": tr("证件类型"), "disability": tr("残疾"),
    "grave_illness": tr("重病"), "is_student": tr("在校学生"), "work_ability": tr("劳动能力"), "died_on": tr("去世日期"),
}  # fmt: skip
"""Values of a person; kind and grade of a disability are one."""


def told(member: MemberForm) -> dict[str, Any]:
    """Return what a form says of a person."""
    return {
        "name": member.name, "birth_on": member.birth_on, "sex": member.sex, "document": member.document,
        "disability": [member.disability_kind, member.disability_grade],
        "grave_illness": member.grave_illness, "is_student": member.is_student,
        "work_ability": member.work_ability, "died_on": member.died_on,
    }  # fmt: skip


def registered(person: Person) -> dict[str, Any]:
    """Return what the register says of a person."""
    return {
        "name": person.name, "birth_on": person.birth_on, "sex": person.sex, "document": person.document,
        "disability": [person.disability_kind, person.disability_grade],
        "grave_illness": person.grave_illness, "is_student": person.is_student,
        "work_ability": person.work_ability, "died_on": person.died_on,
    }  # fmt: skip


def write(
    uow: UnitOfWork, actor: Actor, person: Person, said: Mapping[str, Any], place: str, source: str
) -> bool:
    """Update a person and store the state; return whether anything changed."""
    before = None if person.name is None else registered(person)
    _put(person, said)
    if before is None:
        uow.flush()
    elif before == registered(person):
        return False
    elif _has_no_version(uow, person):
        _keep(uow, person, "", place, tr("此前的登记"), before)
    keep(uow, actor, person, place, source)
    return True


def keep(uow: UnitOfWork, actor: Actor, person: Person, place: str, source: str) -> None:
    """Store the current state of a person with its source."""
    _keep(uow, person, actor.name, place, source, registered(person) | {"home": person.home})


def _keep(uow: UnitOfWork, person: Person, by: str, place: str, source: str, content: dict[str, Any]) -> None:
    row = PersonVersion(person_id=person.id, at=uow.now, by=by, place=place, source=source, content=content)
    uow.add(row)
    uow.flush()


def _has_no_version(uow: UnitOfWork, person: Person) -> bool:
    """Whether a person was registered before states of persons were stored."""
    query = select(PersonVersion.id).where(PersonVersion.person_id == person.id).limit(1)
    return uow.session.scalar(query) is None


def _put(person: Person, said: Mapping[str, Any]) -> None:
    for field, value in said.items():
        if field == "disability":
            person.disability_kind, person.disability_grade = str(value[0]), int(value[1])
        else:
            setattr(person, field, value)


def is_of(session: Session, person: Person, place: str) -> bool:
    """Return whether a township keeps the person's file: it is recorded as such, or no township is.

    A person removed from all households by the township of the file belongs to whoever registers them next.
    """
    township = township_of(place)
    if not person.home or township_of(person.home) == township:
        return True
    household, membership = Household.__table__, Membership.__table__
    there = session.scalar(
        select(membership.c.id)
        .join(household, household.c.id == membership.c.household_id)
        .where(membership.c.person_id == person.id, household.c.division.startswith(township_of(person.home)))
        .limit(1)
    )
    return there is None


def shown(field: str, value: Any) -> str:
    """Format a value of a person for display."""
    match field:
        case "disability":
            return disability(str(value[0]), int(value[1])) or tr("无")
        case "document":
            return DOCUMENTS.get(str(value), str(value))
        case "work_ability":
            return WORK_ABILITIES.get(str(value), str(value))
        case "died_on":
            return tr("健在") if value is None else values.shown(value)
        case "grave_illness" | "is_student":
            return tr("是") if value else tr("否")
        case _:
            return values.shown(value)


def versions(
    session: Session, person_ids: list[int]
) -> dict[int, list[tuple[PersonVersion, list[tuple[str, str, str]]]]]:
    """Return for each person every stored state, latest first, with its changes: title, before, after."""
    query = select(PersonVersion).where(PersonVersion.person_id.in_(person_ids)).order_by(PersonVersion.id)
    found: dict[int, list[tuple[PersonVersion, list[tuple[str, str, str]]]]] = {i: [] for i in person_ids}
    before: dict[int, Mapping[str, Any]] = {}
    for version in session.scalars(query):
        earlier = before.get(version.person_id)
        found[version.person_id].insert(
            0, (version, [] if earlier is None else changes(earlier, version.content))
        )
        before[version.person_id] = version.content
    return found


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the differences between two states of a person: title, before, after."""
    return [
        (title, shown(field, before[field]), shown(field, after[field]))
        for field, title in FIELDS.items()
        if field in before and field in after and before[field] != after[field]
    ]
