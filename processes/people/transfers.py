"""Transfer of a household or a person to another township (迁移): changes of the register."""

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
from processes.texts import tr

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Asking:
    """A request: a household or one person of it, the township, the reason, the deadline."""

    household: Household
    person_id: int
    to_place: str
    reason: str
    due_on: date


def ask(uow: UnitOfWork, actor: Actor, asking: Asking) -> Transfer:
    """Request that another township takes over a household or a person; raises `RuleBroken` if that is not
    allowed."""
    household = asking.household
    own = township_of(household.division)
    if asking.to_place == own:
        raise RuleBroken(reason=tr("迁入地与迁出地是同一乡镇，直接在家庭档案中修改所在村（居）即可"))
    if _standing(uow, household.id, asking.person_id) is not None:
        raise RuleBroken(reason=tr("已提出迁移，等待迁入地接收"))
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
    """An open transfer of the same people."""
    query = select(Transfer).where(
        Transfer.household_id == household_id, Transfer.status == TransferStatus.ASKED
    )
    if person_id:
        query = query.where(Transfer.person_id.in_((0, person_id)))
    return uow.session.scalars(query).first()


def _demand_may_leave(household: Household, person_id: int) -> Person:
    """The member who moves alone; raises `RuleBroken` for the householder, the only member, or a file
    elsewhere.

    Any township may enter the number of another one's person, but may not transfer that person's file.
    """
    member = next((m for m in household.members if m.person_id == person_id), None)
    if member is None:
        raise NotFound()
    if len(household.members) == 1:
        raise RuleBroken(reason=tr("家中只有一人，请办理整户迁移"))
    if member.relation == "本人":
        raise RuleBroken(reason=tr("户主单独迁出的，请先变更户主"))
    if member.person.home and township_of(member.person.home) != township_of(household.division):
        raise RuleBroken(reason=tr("该成员的档案不在迁出地，应由档案所在乡镇办理迁移"))
    return member.person


def locked(uow: UnitOfWork, actor: Actor, transfer_id: int, receiving: bool) -> Transfer:
    """Lock an open transfer, for the receiving township or the one that requested it.

    Raises `NotFound` for anybody else, `RuleBroken` if it was decided before.
    """
    row: Transfer | None = uow.lock(Transfer, transfer_id)
    if row is None or not actor.covers(row.to_place if receiving else row.from_place):
        raise NotFound()
    if row.status != TransferStatus.ASKED:
        raise RuleBroken(reason=tr("这一迁移{title}，请刷新后查看", title=row.status.title))
    return row


def close(uow: UnitOfWork, actor: Actor, row: Transfer, status: TransferStatus, note: str) -> None:
    """Record the outcome."""
    row.status, row.note = status, note
    row.decided_at, row.decided_by = uow.now, actor.name


def move_household(uow: UnitOfWork, actor: Actor, household: Household, division: str, source: str) -> None:
    """Move the household, and those members whose file was in its township, to another division."""
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
    """Move one person with their lines and file from one household to another."""
    # Read again under its lock: the file may have moved since the request.
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
    _adopt_own_values(uow, actor, person, into, source)
    _move_person(uow, actor, person, into.division, source)
    for household in (out_of, into):
        _saved(uow, actor, household)
    names.rename(uow, [person_id])


def _carry_lines(out_of: Household, into: Household, person_id: int) -> None:
    """Move the person's lines; lines entered by the other household already take precedence."""
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


def _adopt_own_values(uow: UnitOfWork, actor: Actor, person: Person, into: Household, source: str) -> None:
    """The receiving township's own data become those of the file."""
    place = township_of(into.division)
    query = select(PersonDifference).where(
        PersonDifference.person_id == person.id,
        PersonDifference.place == place,
        PersonDifference.status == DifferenceStatus.OPEN,
    )
    values = {}
    for row in uow.session.scalars(query):
        values[row.field] = row.values["told"]
        differences.close(uow, actor, row, DifferenceStatus.ACCEPTED, source)
    if values:
        persons.write(uow, actor, person, values, into.division, source)


def _move_person(uow: UnitOfWork, actor: Actor, person: Person, division: str, source: str) -> None:
    person.home = township_of(division)
    persons.keep(uow, actor, person, division, source)


def _saved(uow: UnitOfWork, actor: Actor, household: Household) -> None:
    household.version += 1
    household.updated_at, household.updated_by = uow.now, actor.name
    uow.flush()
    history.keep(uow, household, actor.account_id)


def listed(session: Session, actor: Actor, only_open: bool = True) -> Sequence[Transfer]:
    """Return transfers out of and into an actor's divisions, the earliest due first."""
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
    """Return how many transfers of an actor's divisions wait for an answer, counted up to `SHOWN`."""
    asked = select(Transfer.id).where(
        Transfer.status == TransferStatus.ASKED,
        or_(within(Transfer.from_place, actor.division), within(Transfer.to_place, actor.division)),
    )
    return session.scalar(select(func.count()).select_from(asked.limit(SHOWN).subquery())) or 0


def overdue(session: Session, actor: Actor, today: date) -> int:
    """Return how many transfers of an actor's divisions are overdue."""
    query = select(func.count()).where(
        Transfer.status == TransferStatus.ASKED, Transfer.due_on < today,
        or_(within(Transfer.from_place, actor.division), within(Transfer.to_place, actor.division)),
    )  # fmt: skip
    return session.scalar(query) or 0


def of_household(session: Session, household_id: int) -> Sequence[Transfer]:
    """Return open transfers of a household."""
    query = select(Transfer).where(
        Transfer.household_id == household_id, Transfer.status == TransferStatus.ASKED
    )
    return session.scalars(query.order_by(Transfer.id)).all()
