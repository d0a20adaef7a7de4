"""Absences (代办): who acts for whom today; saying so and ending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from processes.access import accounts, persons, rules
from processes.access.models import Absence, Account
from processes.access.scope import Actor, StandIn
from processes.errors import NotFound, OwnProposal, RuleBroken
from processes.storage.unit_of_work import UnitOfWork

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """An absence with the names of both."""

    absence: Absence
    name: str
    substitute: str


def stand_ins(session: Session, account_id: int, today: date) -> tuple[StandIn, ...]:
    """For whom a person acts on a day."""
    query = (
        select(Absence, Account)
        .join(Account, Account.id == Absence.account_id)
        .where(
            Absence.substitute_id == account_id, Absence.ended_at.is_(None),
            Absence.from_on <= today, Absence.until_on >= today, Absence.confirmed_at.is_not(None),
        )
    )  # fmt: skip
    return tuple(
        StandIn(
            account.id, account.name, frozenset(account.roles), absence.place or account.division,
            frozenset(str(p) for p in absence.programmes),
        )
        for absence, account in session.execute(query)
    )  # fmt: skip


def acting(session: Session, actor: Actor, today: date) -> Actor:
    """The actor with those for whom they act today."""
    if actor.account_id is None:
        return actor
    found = stand_ins(session, actor.account_id, today)
    if not found:
        return actor
    return replace(actor, stands_in=found)


def listed(session: Session, account_id: int | None) -> Sequence[Shown]:
    """Absences of a person and those in which they act for others, latest first."""
    away, substitute = aliased(Account), aliased(Account)
    query = (
        select(Absence, away.name, substitute.name)
        .join(away, away.id == Absence.account_id)
        .join(substitute, substitute.id == Absence.substitute_id)
        .where(or_(Absence.account_id == account_id, Absence.substitute_id == account_id))
        .order_by(Absence.id.desc())
        .limit(SHOWN)
    )
    return [Shown(*row) for row in session.execute(query)]


def candidates(session: Session, actor: Actor) -> list[Account]:
    """Who may act for a person: active people of the same rank whose places cover theirs, of the same role first."""
    query = select(Account).where(Account.is_active.is_(True), Account.id != actor.account_id)
    found = (
        a
        for a in session.scalars(query)
        if rules.is_reachable(a, actor.division) and rules.is_of_rank(a.roles, actor.roles)
    )
    return sorted(found, key=lambda a: accounts.nearness(a, actor.roles))


def begin(
    uow: UnitOfWork, actor: Actor, substitute_id: int, from_on: date, until_on: date,
    programmes: Sequence[str], place: str, reason: str, today: date, longest: int,
) -> Absence:  # fmt: skip
    """Ask that somebody acts for the actor, for so many days at most; raises `RuleBroken` for wrong dates, places or people.

    It holds once the office has confirmed it; after its end it may be asked anew.
    """
    if (until_on - from_on).days + 1 > longest:
        raise RuleBroken(reason=f"代办每次不超过 {longest} 天，到期仍需代办的，请重新提出")
    if until_on < from_on or until_on < today:
        raise RuleBroken(reason="结束日期不能早于开始日期，也不能早于今天")
    if place and not place.startswith(actor.division):
        raise RuleBroken(reason="代办范围不能超出本人的管辖范围")
    if substitute_id not in {a.id for a in candidates(uow.session, actor)}:
        raise RuleBroken(reason="代办人应为本单位或上级单位同级别的在岗人员，且不能是本人")
    row = Absence(
        account_id=actor.account_id, substitute_id=substitute_id, from_on=from_on, until_on=until_on,
        programmes=list(programmes), place=place, reason=reason, made_at=uow.now, made_by=actor.name,
    )  # fmt: skip
    uow.add(row)
    return row


def waiting(session: Session, actor: Actor) -> list[Shown]:
    """Absences that somebody else has to confirm."""
    away, substitute = aliased(Account), aliased(Account)
    query = (
        select(Absence, away.name, substitute.name)
        .join(away, away.id == Absence.account_id)
        .join(substitute, substitute.id == Absence.substitute_id)
        .where(Absence.confirmed_at.is_(None), Absence.ended_at.is_(None))
        .order_by(Absence.id)
    )
    mine = persons.accounts_of(session, actor.account_id)
    rows = [Shown(*row) for row in session.execute(query)]
    return [s for s in rows if not mine & {s.absence.account_id, s.absence.substitute_id}]


def confirm(uow: UnitOfWork, actor: Actor, absence_id: int, accept: bool) -> Absence:
    """Let an absence hold, or end it unused; never by one of the two people."""
    row = uow.session.get(Absence, absence_id, with_for_update=True)
    if row is None:
        raise NotFound()
    if row.confirmed_at is not None or row.ended_at is not None:
        raise RuleBroken(reason="这项代办已经处理")
    if persons.is_one_of(uow.session, actor.account_id, (row.account_id, row.substitute_id)):
        raise OwnProposal(what="外出代办")
    if accept:
        row.confirmed_at, row.confirmed_by_id, row.confirmed_by = uow.now, actor.account_id, actor.name
    else:
        row.ended_at = uow.now
    return row


def end_all(uow: UnitOfWork, account_id: int) -> None:
    """Nobody acts for an account any more, nor does it act for anybody."""
    either = or_(Absence.account_id == account_id, Absence.substitute_id == account_id)
    for row in uow.session.scalars(
        select(Absence).where(either, Absence.ended_at.is_(None)).with_for_update()
    ):
        row.ended_at = uow.now


def end(uow: UnitOfWork, actor: Actor, absence_id: int) -> None:
    """The absent person is back, or the substitute cannot go on."""
    row = uow.session.get(Absence, absence_id, with_for_update=True)
    if row is None or actor.account_id not in (row.account_id, row.substitute_id):
        raise NotFound()
    row.ended_at = row.ended_at or uow.now
