"""Absences (代办): who acts for whom today; saying so and ending it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from processes.access import rules
from processes.access.models import Absence, Account
from processes.access.scope import Actor, StandIn
from processes.errors import NotFound, RuleBroken
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
            Absence.from_on <= today, Absence.until_on >= today,
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
    """Who may act for a person: active people whose places cover theirs."""
    query = select(Account).where(Account.is_active.is_(True), Account.id != actor.account_id)
    return [a for a in session.scalars(query.order_by(Account.name)) if rules.is_reachable(a, actor.division)]


def begin(
    uow: UnitOfWork, actor: Actor, substitute_id: int, from_on: date, until_on: date,
    programmes: Sequence[str], place: str, reason: str, today: date,
) -> Absence:  # fmt: skip
    """Say who acts for the actor; raises `RuleBroken` for wrong dates, places or people."""
    if until_on < from_on or until_on < today:
        raise RuleBroken(reason="结束日期不能早于开始日期，也不能早于今天")
    if place and not place.startswith(actor.division):
        raise RuleBroken(reason="代办范围不能超出本人的管辖范围")
    if substitute_id not in {a.id for a in candidates(uow.session, actor)}:
        raise RuleBroken(reason="代办人应为本单位或上级单位的在岗人员，且不能是本人")
    row = Absence(
        account_id=actor.account_id, substitute_id=substitute_id, from_on=from_on, until_on=until_on,
        programmes=list(programmes), place=place, reason=reason, made_at=uow.now, made_by=actor.name,
    )  # fmt: skip
    uow.add(row)
    return row


def end(uow: UnitOfWork, actor: Actor, absence_id: int) -> None:
    """The absent person is back, or the substitute cannot go on."""
    row = uow.session.get(Absence, absence_id, with_for_update=True)
    if row is None or actor.account_id not in (row.account_id, row.substitute_id):
        raise NotFound()
    row.ended_at = row.ended_at or uow.now
