"""Accounts of one natural person: declared and undone, each confirmed by a second administrator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from processes.access import account_states, audit
from processes.access.models import Account, AccountChange
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import notices
from processes.errors import AccountInvalid, RuleBroken
from processes.office.accounts import leaving, waiting_changes
from processes.office.accounts.at_founding import is_founding
from processes.office.answers import reason_of
from processes.office.command import Weighty, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

MOST_OF_ONE = 3
"""Accounts that one natural person may be said to have."""


@dataclass(frozen=True, slots=True)
class DeclarePersonResult:
    """The result of `DeclarePerson`."""

    change: int | None


@dataclass(frozen=True, slots=True)
class DeclarePerson(Weighty[DeclarePersonResult]):
    """Ask to register two accounts as accounts of one natural person."""

    permission = Permission.ACCOUNT_WRITE

    username: str
    same_as: str
    reason: str = ""


@handles(DeclarePerson)
def declare(settings: Settings, uow: UnitOfWork, actor: Actor, command: DeclarePerson) -> DeclarePersonResult:
    """Request that two accounts are declared one natural person, who then cannot act as two people.

    During founding one administrator suffices. Both accounts, the other administrators and the auditors are
    notified. An account may be declared with at most `MOST_OF_ONE` others, because linking everybody would
    leave nobody who may decide.
    """
    one, other = _named(uow, command.username), _named(uow, command.same_as)
    _demand_joinable(uow, one, other)
    reason = reason_of(command.reason or tr("一人有几个账号"))
    if is_founding(uow):
        _tie(uow, actor, one, other)
        return DeclarePersonResult(change=None)
    change = waiting_changes.ask_for(uow, actor, one, reason, same_as_id=other.id)
    message = tr(
        "{name}提出将{other}登记为同一人，待另一名管理员确认", name=actor.name, other=_said(one, other)
    )
    leaving.tell_overseers(uow, actor, one, message)
    notices.tell(
        uow, [one.id, other.id], "account", tr("{message}，不是同一人的，请立即告知审计人员", message=message)
    )
    return DeclarePersonResult(change=change.id)


@dataclass(frozen=True, slots=True)
class UntiePersonResult:
    """The result of `UntiePerson`."""

    change: int


@dataclass(frozen=True, slots=True)
class UntiePerson(Weighty[UntiePersonResult]):
    """Ask to undo such a registration that was a mistake."""

    permission = Permission.ACCOUNT_WRITE

    username: str
    reason: str


@handles(UntiePerson)
def ask_untie(settings: Settings, uow: UnitOfWork, actor: Actor, command: UntiePerson) -> UntiePersonResult:
    """Request to undo such a declaration; raises `RuleBroken` if the account is linked to no other."""
    reason = reason_of(command.reason)
    account = _named(uow, command.username)
    group = _group(uow, account)
    if len(group) == 1:
        raise RuleBroken(reason=tr("账号 {username} 没有与其他账号登记为同一人", username=account.username))
    change = waiting_changes.ask_for(uow, actor, account, reason, unties=True)
    message = tr(
        "{name}提出取消账号 {username} 与其他账号的同一人登记（{reason}），待另一名管理员确认",
        name=actor.name,
        username=account.username,
        reason=reason,
    )
    leaving.tell_overseers(uow, actor, account, message)
    notices.tell(uow, [a.id for a in group], "account", message)
    return UntiePersonResult(change=change.id)


def tie(uow: UnitOfWork, actor: Actor, change: AccountChange) -> None:
    """Carry out a confirmed declaration, if it is still allowed."""
    one = uow.session.get_one(Account, change.account_id)
    other = uow.session.get_one(Account, change.same_as_id)
    _demand_joinable(uow, one, other)
    _tie(uow, actor, one, other)


def untie(uow: UnitOfWork, actor: Actor, change: AccountChange) -> None:
    """Make the account a separate person; for what was begun before, it stays one person with the others
    (`access.persons`)."""
    account = uow.session.get_one(Account, change.account_id)
    group = _group(uow, account)
    change.together = sorted(a.id for a in group)
    rest = [a for a in group if a.id != account.id]
    if not rest:
        raise RuleBroken(reason=tr("账号 {username} 没有与其他账号登记为同一人", username=account.username))
    account.person_id = None
    first = rest[0]
    for other in rest:
        other.person_id = None if other is first else first.id
    uow.flush()
    account_states.note(uow, actor, *group)
    audit.note(uow, actor, "person_untied", account.username)
    message = tr(
        "{name}确认取消账号 {username} 与其他账号的同一人登记；此前已开始的事项仍按同一人回避",
        name=actor.name,
        username=account.username,
    )
    leaving.tell_overseers(uow, actor, account, message)
    notices.tell(uow, [a.id for a in group], "account", message)


def _named(uow: UnitOfWork, username: str) -> Account:
    account = uow.session.scalar(select(Account).where(Account.username == username))
    if account is None:
        raise AccountInvalid(reason=tr("请选择另一个已有的账号"))
    return account


def _group(uow: UnitOfWork, *accounts: Account) -> Sequence[Account]:
    """Every account of the persons of these, locked, by id."""
    persons = {a.person_id or a.id for a in accounts}
    query = select(Account).where(or_(Account.id.in_(persons), Account.person_id.in_(persons)))
    return uow.session.scalars(query.order_by(Account.id).with_for_update(key_share=True)).all()


def _demand_joinable(uow: UnitOfWork, one: Account, other: Account) -> None:
    if one.id == other.id:
        raise AccountInvalid(reason=tr("请选择另一个已有的账号"))
    if (one.person_id or one.id) == (other.person_id or other.id):
        raise AccountInvalid(reason=tr("这两个账号已登记为同一人"))
    together = _group(uow, one, other)
    if len(together) > MOST_OF_ONE:
        raise RuleBroken(
            reason=tr(
                "登记后一人将有 {together} 个账号，最多 {most_of_one} 个，请核对是否确为同一人",
                together=len(together),
                most_of_one=MOST_OF_ONE,
            )
        )


def _tie(uow: UnitOfWork, actor: Actor, one: Account, other: Account) -> None:
    person = other.person_id or other.id
    joined = _group(uow, one)
    for account in joined:
        account.person_id = person
    account_states.note(uow, actor, *joined)
    audit.note(uow, actor, "person_declared", f"{one.username} {other.username}")
    message = tr("{name}将{other}登记为同一人", name=actor.name, other=_said(one, other))
    leaving.tell_overseers(uow, actor, one, message)
    notices.tell(
        uow, [one.id, other.id], "account", tr("{message}，不是同一人的，请立即告知审计人员", message=message)
    )


def _said(one: Account, other: Account) -> str:
    return tr(
        "{name}的账号 {username} 与{name2}的账号 {username2} ",
        name=one.name,
        username=one.username,
        name2=other.name,
        username2=other.username,
    )
