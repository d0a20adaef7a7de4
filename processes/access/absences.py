"""Absences (代办): who acts for whom on a day; requesting, confirming and ending absences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from processes.access import accounts, persons, rules
from processes.access.models import Absence, Account, NamedSubstitute
from processes.access.scope import Actor, StandIn
from processes.errors import NotFound, OwnProposal, RuleBroken
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """An absence with the names of both people."""

    absence: Absence
    name: str
    substitute: str


def stand_ins(session: Session, account_id: int, today: date) -> tuple[StandIn, ...]:
    """Return the people for whom an account acts on a day."""
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
    """Return the actor with the people for whom they act today."""
    if actor.account_id is None:
        return actor
    found = stand_ins(session, actor.account_id, today)
    if not found:
        return actor
    return replace(actor, stands_in=found)


def listed(session: Session, account_id: int | None) -> Sequence[Shown]:
    """Return absences of a person, and those in which they act for others, latest first."""
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


def candidates(session: Session, actor: Actor, now: datetime) -> list[Account]:
    """Return who may act for a person.

    They are active, their divisions cover the person's, and they are of the same rank or named for it by the
    office. Nobody may act for themselves through another account of theirs.
    """
    own = persons.accounts_of(session, actor.account_id, now)
    named = set(_named(session, actor.account_id))
    query = select(Account).where(Account.is_active.is_(True), Account.id.not_in(own))
    found = (
        a
        for a in session.scalars(query)
        if rules.is_reachable(a, actor.division) and (rules.is_of_rank(a.roles, actor.roles) or a.id in named)
    )
    return sorted(found, key=lambda a: accounts.nearness(a, actor.roles))


def _named(session: Session, account_id: int | None) -> Sequence[int]:
    query = select(NamedSubstitute.substitute_id).where(
        NamedSubstitute.account_id == account_id, NamedSubstitute.ended_at.is_(None)
    )
    return session.scalars(query).all()


def name_substitute(
    uow: UnitOfWork, actor: Actor, account: Account, substitute: Account, reason: str
) -> NamedSubstitute:
    """Allow a person of another rank to act for an absent person; neither of the two may say so themselves."""
    of_one = persons.is_one_of(uow.session, account.id, (substitute.id,), uow.now)
    if of_one or persons.is_one_of(uow.session, actor.account_id, (account.id, substitute.id), uow.now):
        raise RuleBroken(reason=tr("代办名单由两人以外的流程管理员登记，外出人员和代办人不能是同一人"))
    if not rules.is_reachable(substitute, account.division):
        raise RuleBroken(
            reason=tr(
                "{name}的管辖范围不包括{name2}的办件，不能代办", name=substitute.name, name2=account.name
            )
        )
    if substitute.id in _named(uow.session, account.id):
        raise RuleBroken(reason=tr("{name}已在{name2}的代办名单中", name=substitute.name, name2=account.name))
    row = NamedSubstitute(
        account_id=account.id, substitute_id=substitute.id, reason=reason, named_by_id=actor.account_id,
        named_by=actor.name, named_at=uow.now,
    )  # fmt: skip
    uow.add(row)
    return row


def end_named(uow: UnitOfWork, actor: Actor, named_id: int) -> NamedSubstitute:
    """Remove a named substitute; an absence already confirmed continues until its end."""
    row = uow.session.get(NamedSubstitute, named_id, with_for_update=True)
    if row is None:
        raise NotFound()
    if row.ended_at is None:
        row.ended_at, row.ended_by = uow.now, actor.name
    return row


def named_list(session: Session) -> Sequence[tuple[NamedSubstitute, str, str]]:
    """Return the named substitutes of another rank, with both names."""
    away, substitute = aliased(Account), aliased(Account)
    query = (
        select(NamedSubstitute, away.name, substitute.name)
        .join(away, away.id == NamedSubstitute.account_id)
        .join(substitute, substitute.id == NamedSubstitute.substitute_id)
        .where(NamedSubstitute.ended_at.is_(None))
        .order_by(away.name, substitute.name)
    )
    return [(row, one, other) for row, one, other in session.execute(query)]


def begin(
    uow: UnitOfWork, actor: Actor, substitute_id: int, from_on: date, until_on: date,
    programmes: Sequence[str], place: str, reason: str, today: date, longest: int,
) -> Absence:  # fmt: skip
    """Request that somebody acts for the actor, for a limited number of days.

    It takes effect once confirmed; it may be requested again after its end. Raises `RuleBroken` for dates,
    divisions or people that are not allowed.
    """
    if (until_on - from_on).days + 1 > longest:
        raise RuleBroken(
            reason=tr("代办每次不超过 {longest} 天，到期仍需代办的，请重新提出", longest=longest)
        )
    if until_on < from_on or until_on < today:
        raise RuleBroken(reason=tr("结束日期不能早于开始日期，也不能早于今天"))
    if place and not place.startswith(actor.division):
        raise RuleBroken(reason=tr("代办范围不能超出本人的管辖范围"))
    if persons.is_one_of(uow.session, actor.account_id, (substitute_id,), uow.now):
        raise RuleBroken(reason=tr("代办人不能是本人，也不能是本人的其他账号，请选择其他人员"))
    if substitute_id not in {a.id for a in candidates(uow.session, actor, uow.now)}:
        raise RuleBroken(
            reason=tr("代办人应为本单位或上级单位同级别的在岗人员，或者代办名单中的人员，且不能是本人")
        )
    # Two simultaneous requests wait for each other here; the database enforces the rule too.
    uow.lock(Account, actor.account_id or 0)
    if _standing_then(uow.session, actor.account_id, from_on, until_on):
        raise RuleBroken(reason=tr("这段日期已有代办安排（或者正在等待确认），须先结束原来的安排"))
    row = Absence(
        account_id=actor.account_id, substitute_id=substitute_id, from_on=from_on, until_on=until_on,
        programmes=list(programmes), place=place, reason=reason, made_at=uow.now, made_by=actor.name,
    )  # fmt: skip
    uow.add(row)
    return row


def _standing_then(session: Session, account_id: int | None, from_on: date, until_on: date) -> bool:
    query = select(Absence.id).where(
        Absence.account_id == account_id, Absence.ended_at.is_(None), Absence.from_on <= until_on,
        Absence.until_on >= from_on,
    )  # fmt: skip
    return session.scalars(query.limit(1)).first() is not None


def waiting(session: Session, actor: Actor) -> list[Shown]:
    """Return absences that somebody else has to confirm."""
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
    """Confirm or decline an absence; never by one of the two people."""
    row = uow.session.get(Absence, absence_id, with_for_update=True)
    if row is None:
        raise NotFound()
    if row.confirmed_at is not None or row.ended_at is not None:
        raise RuleBroken(reason=tr("这项代办已经处理"))
    if persons.is_one_of(uow.session, actor.account_id, (row.account_id, row.substitute_id), row.made_at):
        raise OwnProposal(what=tr("外出代办"))
    if accept:
        _demand_not_own_list(uow, actor, row)
        row.confirmed_at, row.confirmed_by_id, row.confirmed_by = uow.now, actor.account_id, actor.name
    else:
        row.ended_at = uow.now
    return row


def _demand_not_own_list(uow: UnitOfWork, actor: Actor, row: Absence) -> None:
    """Whoever named the substitute may not confirm the absence: two people of the office must agree."""
    away, substitute = (accounts.by_id(uow.session, i) for i in (row.account_id, row.substitute_id))
    if rules.is_of_rank(substitute.roles, away.roles):
        return
    query = select(NamedSubstitute.named_by_id).where(
        NamedSubstitute.account_id == away.id, NamedSubstitute.substitute_id == substitute.id,
        NamedSubstitute.ended_at.is_(None),
    )  # fmt: skip
    named_by = uow.session.scalars(query).first()
    if named_by is None:
        raise RuleBroken(
            reason=tr("{name}已不在{name2}的代办名单中，请重新提出", name=substitute.name, name2=away.name)
        )
    if persons.is_one_of(uow.session, actor.account_id, (named_by,)):
        raise OwnProposal(what=tr("代办名单"))


def end_all(uow: UnitOfWork, account_id: int) -> None:
    """End every absence in which an account is absent or acts."""
    either = or_(Absence.account_id == account_id, Absence.substitute_id == account_id)
    for row in uow.session.scalars(
        select(Absence).where(either, Absence.ended_at.is_(None)).with_for_update()
    ):
        row.ended_at = uow.now


def end(uow: UnitOfWork, actor: Actor, absence_id: int) -> None:
    """End an absence: the absent person is back, or the substitute can no longer act."""
    row = uow.session.get(Absence, absence_id, with_for_update=True)
    if row is None or actor.account_id not in (row.account_id, row.substitute_id):
        raise NotFound()
    row.ended_at = row.ended_at or uow.now
