"""Moving a household or a person to another township: the register's part of it (迁移)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from processes.access.scope import Actor, township_of
from processes.errors import NotFound, RuleBroken
from processes.people import differences, history, names, persons
from processes.people.models import Household, Membership, Person, PersonDifference, Transfer
from processes.people.status import DifferenceStatus, TransferStatus
from processes.storage.unit_of_work import UnitOfWork, within

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked: a household or one person of it, to which township, why, until when it waits."""

    household: Household
    person_id: int
    to_place: str
    reason: str
    due_on: date


def ask(uow: UnitOfWork, actor: Actor, asking: Asking) -> Transfer:
    """Ask another township to take a household or a person over; raises `RuleBroken` where that cannot be."""
    household = asking.household
    own = township_of(household.division)
    if asking.to_place == own:
        raise RuleBroken(reason="迁入地与迁出地是同一乡镇，直接在家庭档案中修改所在村（居）即可")
    if _standing(uow, household.id, asking.person_id) is not None:
        raise RuleBroken(reason="已提出迁移，等待迁入地接收")
    name = household.householder_name
    if asking.person_id:
        name = names.of_members(household)[_demand_may_leave(household, asking.person_id).id]
    row = Transfer(
        household_id=household.id, household_number=household.number, person_id=asking.person_id, name=name,
        from_place=own, to_place=asking.to_place, reason=asking.reason, asked_at=uow.now, asked_by=actor.name,
        asked_by_id=actor.account_id, due_on=asking.due_on, status=TransferStatus.ASKED,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    return row


def _standing(uow: UnitOfWork, household_id: int, person_id: int) -> Transfer | None:
    """A transfer that waits and would move the same people."""
    query = select(Transfer).where(
        Transfer.household_id == household_id, Transfer.status == TransferStatus.ASKED
    )
    if person_id:
        query = query.where(Transfer.person_id.in_((0, person_id)))
    return uow.session.scalars(query).first()


def _demand_may_leave(household: Household, person_id: int) -> Person:
    """The member who moves alone; raises `RuleBroken` for the householder, the only one, and whose file lies elsewhere.

    Any place may enter the number of a person of another one; what that person has there is not its to give.
    """
    member = next((m for m in household.members if m.person_id == person_id), None)
    if member is None:
        raise NotFound()
    if len(household.members) == 1:
        raise RuleBroken(reason="家中只有一人，请办理整户迁移")
    if member.relation == "本人":
        raise RuleBroken(reason="户主单独迁出的，请先变更户主")
    if member.person.home and township_of(member.person.home) != township_of(household.division):
        raise RuleBroken(reason="该成员的档案不在迁出地，应由档案所在乡镇办理迁移")
    return member.person


def locked(uow: UnitOfWork, actor: Actor, transfer_id: int, receiving: bool) -> Transfer:
    """A transfer that still waits, locked, for the township that receives or the one that asked.

    Raises `NotFound` for anybody else, `RuleBroken` when it was decided before.
    """
    row: Transfer | None = uow.lock(Transfer, transfer_id)
    if row is None or not actor.covers(row.to_place if receiving else row.from_place):
        raise NotFound()
    if row.status != TransferStatus.ASKED:
        raise RuleBroken(reason=f"这一迁移{row.status.title}，请刷新后查看")
    return row


def close(uow: UnitOfWork, actor: Actor, row: Transfer, status: TransferStatus, note: str) -> None:
    """Note what came of it."""
    row.status, row.note = status, note
    row.decided_at, row.decided_by = uow.now, actor.name


def move_household(uow: UnitOfWork, actor: Actor, household: Household, division: str, source: str) -> None:
    """The household and those of its members whose file lay with it belong to another place from now on."""
    before = township_of(household.division)
    history.keep(uow, household)
    household.division = division
    for member in household.members:
        if member.person.home == before:
            _move_person(uow, actor, member.person, division, source)
    _saved(uow, actor, household)
    names.rename(uow, [m.person_id for m in household.members])


def move_person(
    uow: UnitOfWork,
    actor: Actor,
    person_id: int,
    out_of: Household,
    into: Household,
    relation: str,
    source: str,
) -> None:
    """One person goes from a household into another, with their lines; the file of the person goes along."""
    # Read again under its lock: the file may have gone to another place since it was asked.
    uow.session.get(Person, person_id, with_for_update=True, populate_existing=True)
    person = _demand_may_leave(out_of, person_id)
    for household in (out_of, into):
        history.keep(uow, household)
    out_of.members = [m for m in out_of.members if m.person_id != person_id]
    _carry_lines(out_of, into, person_id)
    if all(m.person_id != person_id for m in into.members):
        into.members.append(
            Membership(person_id=person_id, person=person, relation=relation, position=len(into.members))
        )
    uow.flush()
    _take_over_what_was_told(uow, actor, person, into, source)
    _move_person(uow, actor, person, into.division, source)
    for household in (out_of, into):
        _saved(uow, actor, household)
    names.rename(uow, [person_id])


def _carry_lines(out_of: Household, into: Household, person_id: int) -> None:
    """The person's lines; where the other household has entered some already, those count."""
    for name in ("incomes", "expenses"):
        own = [line for line in getattr(out_of, name) if line.person_id == person_id]
        known = any(line.person_id == person_id for line in getattr(into, name))
        for line in own:
            getattr(out_of, name).remove(line)
            if not known:
                kind = type(line)
                getattr(into, name).append(
                    kind(
                        person_id=person_id,
                        kind=line.kind,
                        annual_amount=line.annual_amount,
                        evidence=line.evidence,
                    )
                )


def _take_over_what_was_told(
    uow: UnitOfWork, actor: Actor, person: Person, into: Household, source: str
) -> None:
    """What the receiving place has said otherwise is what its file says from now on."""
    place = township_of(into.division)
    query = select(PersonDifference).where(
        PersonDifference.person_id == person.id,
        PersonDifference.place == place,
        PersonDifference.status == DifferenceStatus.OPEN,
    )
    told = {}
    for row in uow.session.scalars(query):
        told[row.field] = row.values["told"]
        differences.close(uow, actor, row, DifferenceStatus.ACCEPTED, source)
    if told:
        persons.write(uow, actor, person, told, into.division, source)


def _move_person(uow: UnitOfWork, actor: Actor, person: Person, division: str, source: str) -> None:
    person.home = township_of(division)
    persons.keep(uow, actor, person, division, source)


def _saved(uow: UnitOfWork, actor: Actor, household: Household) -> None:
    household.version += 1
    household.updated_at, household.updated_by = uow.now, actor.name
    uow.flush()
    history.keep(uow, household, actor.account_id)


def listed(session: Session, actor: Actor, only_open: bool = True) -> Sequence[Transfer]:
    """Transfers out of and into an actor's places, the earliest due first."""
    query = (
        select(Transfer)
        .where(or_(within(Transfer.from_place, actor.division), within(Transfer.to_place, actor.division)))
        .order_by(Transfer.due_on, Transfer.id)
        .limit(SHOWN)
    )
    if only_open:
        query = query.where(Transfer.status == TransferStatus.ASKED)
    return session.scalars(query).all()


def waiting(session: Session, actor: Actor) -> int:
    """How many transfers of an actor's places wait for an answer, counted to `SHOWN`."""
    asked = select(Transfer.id).where(
        Transfer.status == TransferStatus.ASKED,
        or_(within(Transfer.from_place, actor.division), within(Transfer.to_place, actor.division)),
    )
    return session.scalar(select(func.count()).select_from(asked.limit(SHOWN).subquery())) or 0


def overdue(session: Session, actor: Actor, today: date) -> int:
    """How many transfers of an actor's places wait longer than they may."""
    query = select(func.count()).where(
        Transfer.status == TransferStatus.ASKED, Transfer.due_on < today,
        or_(within(Transfer.from_place, actor.division), within(Transfer.to_place, actor.division)),
    )  # fmt: skip
    return session.scalar(query) or 0


def of_household(session: Session, household_id: int) -> Sequence[Transfer]:
    """Transfers of a household that wait."""
    query = select(Transfer).where(
        Transfer.household_id == household_id, Transfer.status == TransferStatus.ASKED
    )
    return session.scalars(query.order_by(Transfer.id)).all()
