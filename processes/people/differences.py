"""Differences (登记差异): a township's data about a person that contradict the person's file in another township."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from processes.access.scope import Actor, township_of
from processes.errors import NotFound, RuleBroken
from processes.people import history, names, persons, shown
from processes.people.models import Household, Person, PersonDifference
from processes.people.status import DifferenceStatus
from processes.storage.unit_of_work import UnitOfWork, within
from processes.texts import tr

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A difference for display.

    The township of the file, and whoever oversees both townships, see both values. The other township sees
    its own entry and that the file differs: typing a number with any name must not reveal what is on file
    under it.
    """

    row: PersonDifference
    home: str
    name: str
    title: str
    own: str | None
    """The file's value; None for people who may not see it."""
    told: str
    may_resolve: bool


def note(
    uow: UnitOfWork, actor: Actor, person: Person, said: Mapping[str, Any], household: Household, due_on: date
) -> list[PersonDifference]:
    """Record where a township contradicts the file; close differences that agree now. Return the new ones.

    The person's row is locked: two clerks who save at the same moment create one difference.
    """
    uow.lock(Person, person.id)
    own = persons.registered(person)
    place = township_of(household.division)
    query = select(PersonDifference).where(
        PersonDifference.person_id == person.id,
        PersonDifference.place == place,
        PersonDifference.status == DifferenceStatus.OPEN,
    )
    waiting = {row.field: row for row in uow.session.scalars(query)}
    new = []
    for field in persons.FIELDS:
        row = waiting.get(field)
        if said[field] == own[field]:
            if row is not None:
                close(uow, actor, row, DifferenceStatus.LAPSED, "")
            elif field == "name" and names.called(uow.session, place, [person]):
                _note_agreed(uow, actor, person, household, due_on)
        elif row is None:
            if _declined(uow.session, person, field, place, said[field]):
                continue
            row = PersonDifference(
                person_id=person.id, field=field, place=place, household_id=household.id,
                values={"own": own[field], "told": said[field]}, at=uow.now, by=actor.name,
                by_id=actor.account_id, due_on=due_on, status=DifferenceStatus.OPEN,
            )  # fmt: skip
            uow.add(row)
            new.append(row)
        elif row.values["told"] != said[field]:
            row.values = {"own": own[field], "told": said[field]}
            row.at, row.by, row.by_id = uow.now, actor.name, actor.account_id
    uow.flush()
    return new


def _note_agreed(uow: UnitOfWork, actor: Actor, person: Person, household: Household, due_on: date) -> None:
    """A township whose name was declined now writes the file's name, and uses it from now on."""
    uow.add(
        PersonDifference(
            person_id=person.id, field="name", place=township_of(household.division), household_id=household.id,
            values={"own": person.name, "told": person.name}, at=uow.now, by=actor.name, by_id=actor.account_id,
            due_on=due_on, status=DifferenceStatus.LAPSED, resolved_at=uow.now, resolved_by=actor.name,
        )
    )  # fmt: skip


def _declined(session: Session, person: Person, field: str, place: str, value: Any) -> bool:
    """Whether this value was declined before; it is not asked again."""
    query = (
        select(PersonDifference)
        .where(
            PersonDifference.person_id == person.id, PersonDifference.field == field,
            PersonDifference.place == place, PersonDifference.status == DifferenceStatus.DECLINED,
        )
        .order_by(PersonDifference.id.desc())
    )  # fmt: skip
    last = session.scalars(query).first()
    own = persons.registered(person)[field]
    return last is not None and bool(last.values["told"] == value and last.values["own"] == own)


def resolve(uow: UnitOfWork, actor: Actor, difference_id: int, accept: bool, reason: str) -> PersonDifference:
    """Accept the other township's value into the file, or keep the file's own, with a reason.

    Raises `NotFound` outside the township of the file, `RuleBroken` if it was resolved before.
    """
    row: PersonDifference | None = uow.lock(PersonDifference, difference_id)
    person = None if row is None else uow.lock(Person, row.person_id)
    if row is None or person is None or not actor.covers(person.home):
        raise NotFound()
    if row.status != DifferenceStatus.OPEN:
        raise RuleBroken(reason=tr("这一差异{title}，请刷新后查看", title=row.status.title))
    close(uow, actor, row, DifferenceStatus.ACCEPTED if accept else DifferenceStatus.DECLINED, reason)
    if accept:
        source = tr("采纳登记差异（{reason}）", reason=reason)[:120]
        if persons.write(uow, actor, person, {row.field: row.values["told"]}, person.home, source):
            uow.flush()
            history.touched(uow, actor, person.id)
        lapse(uow, actor, person)
    return row


def lapse(uow: UnitOfWork, actor: Actor, person: Person) -> None:
    """Close differences whose values have become equal."""
    own = persons.registered(person)
    query = select(PersonDifference).where(
        PersonDifference.person_id == person.id, PersonDifference.status == DifferenceStatus.OPEN
    )
    for row in uow.session.scalars(query):
        if row.values["told"] == own[row.field]:
            close(uow, actor, row, DifferenceStatus.LAPSED, "")


def close(
    uow: UnitOfWork, actor: Actor, row: PersonDifference, status: DifferenceStatus, reason: str
) -> None:
    """Record the outcome of a difference."""
    row.status, row.reason = status, reason
    row.resolved_at, row.resolved_by = uow.now, actor.name


def listed(session: Session, actor: Actor, only_open: bool = True) -> list[Shown]:
    """Return differences concerning an actor's divisions, as township of the file or as the other, the
    earliest due first."""
    query = (
        select(PersonDifference, Person)
        .join(Person, Person.id == PersonDifference.person_id)
        .where(or_(within(Person.home, actor.division), within(PersonDifference.place, actor.division)))
        .order_by(PersonDifference.due_on, PersonDifference.id)
        .limit(SHOWN)
    )
    if only_open:
        query = query.where(PersonDifference.status == DifferenceStatus.OPEN)
    return _shown(session, actor, session.execute(query).all())


def values_of_township(session: Session, household: Household) -> dict[int, dict[str, Any]]:
    """Return by person the open values of the household's township.

    Its own name for a person is included even if it was declined: its page continues to show that name.
    """
    query = select(PersonDifference).where(
        PersonDifference.person_id.in_([m.person_id for m in household.members]),
        PersonDifference.place == township_of(household.division), PersonDifference.status == DifferenceStatus.OPEN,
    )  # fmt: skip
    by_person: dict[int, dict[str, Any]] = {}
    for row in session.scalars(query):
        by_person.setdefault(row.person_id, {})[row.field] = row.values["told"]
    for person, name in names.called(
        session, household.division, [m.person for m in household.members]
    ).items():
        by_person.setdefault(person, {})["name"] = name
    return by_person


def members_shown(session: Session, actor: Actor, household: Household, today: date) -> list[dict[str, Any]]:
    """Return members for a list.

    Open values of the household's township replace those of people whose file is elsewhere.
    """
    own_values = values_of_township(session, household)
    return [
        m if not m["home"] or actor.covers(m["home"]) else m | shown.own_values(own_values.get(m["id"], {}))
        for m in shown.members(household, today)
    ]


def waiting(session: Session, actor: Actor) -> int:
    """Return how many differences of an actor's divisions are open, counted up to `SHOWN`."""
    return session.scalar(select(func.count()).select_from(_open_ids(actor).limit(SHOWN).subquery())) or 0


def overdue(session: Session, actor: Actor, today: date) -> int:
    """Return how many differences of an actor's divisions are overdue."""
    late = _open_ids(actor).where(PersonDifference.due_on < today)
    return session.scalar(select(func.count()).select_from(late.subquery())) or 0


def _open_ids(actor: Actor) -> Select[int]:
    return (
        select(PersonDifference.id)
        .join(Person, Person.id == PersonDifference.person_id)
        .where(
            PersonDifference.status == DifferenceStatus.OPEN,
            or_(within(Person.home, actor.division), within(PersonDifference.place, actor.division)),
        )
    )


def of_people(session: Session, actor: Actor, people: Sequence[int]) -> dict[int, list[Shown]]:
    """Return open differences of these persons, by person."""
    query = (
        select(PersonDifference, Person)
        .join(Person, Person.id == PersonDifference.person_id)
        .where(PersonDifference.person_id.in_(people), PersonDifference.status == DifferenceStatus.OPEN)
        .order_by(PersonDifference.id)
    )
    by_person: dict[int, list[Shown]] = {}
    for one in _shown(session, actor, session.execute(query).all()):
        by_person.setdefault(one.row.person_id, []).append(one)
    return by_person


def _shown(session: Session, actor: Actor, rows: Sequence[Any]) -> list[Shown]:
    concerned = [(r, p) for r, p in rows if actor.covers(p.home) or actor.covers(r.place)]
    own_names = _own_names(session, [(r, p) for r, p in concerned if not actor.covers(p.home)])
    return [
        Shown(
            row, person.home, person.name if actor.covers(person.home) else own_names.get((person.id, row.place), person.name),
            persons.FIELDS[row.field], _own(row, person) if actor.covers(person.home) else None,
            persons.shown(row.field, row.values["told"]), row.status == DifferenceStatus.OPEN and actor.covers(person.home),
        )
        for row, person in concerned
    ]  # fmt: skip


def _own(row: PersonDifference, person: Person) -> str:
    is_open = row.status == DifferenceStatus.OPEN
    return persons.shown(row.field, persons.registered(person)[row.field] if is_open else row.values["own"])


def _own_names(
    session: Session, rows: Sequence[tuple[PersonDifference, Person]]
) -> dict[tuple[int, str], str]:
    """Names used by the townships of these differences, if they differ from the file."""
    places: dict[str, list[Person]] = {}
    for row, person in rows:
        places.setdefault(row.place, []).append(person)
    return {
        (person, place): name
        for place, people in places.items()
        for person, name in names.called(session, place, people).items()
    }
