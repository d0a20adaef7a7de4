"""Changes of an account (roles, place, factors, password, person): one administrator asks, another decides."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from processes.access import (
    absences,
    account_states,
    audit,
    factors,
    passwords,
    persons,
    sign_in_attempts,
)
from processes.access.models import Account, AccountChange
from processes.access.permissions import ROLE_TITLES, Permission, Role
from processes.access.scope import Actor
from processes.access.status import ChangeVerdict
from processes.cases import notices
from processes.errors import AccountInvalid, NotFound, RuleBroken
from processes.office.accounts import leaving, same_person, second_factors
from processes.office.accounts import waiting_changes as waiting
from processes.office.accounts.work_of_roles import demand_work
from processes.office.answers import reason_of
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

MOST_ROLES = 4


@dataclass(frozen=True, slots=True)
class ChangeAccountResult:
    """The result of `ChangeAccount`."""

    change: int


@dataclass(frozen=True, slots=True)
class ChangeAccount(Command[ChangeAccountResult]):
    """Ask, as an administrator, that an account gets other roles or another place of work."""

    permission = Permission.ACCOUNT_WRITE

    username: str
    roles: tuple[str, ...]
    division: str
    department: str
    reason: str


@handles(ChangeAccount)
def ask(settings: Settings, uow: UnitOfWork, actor: Actor, command: ChangeAccount) -> ChangeAccountResult:
    """Request a change; the other administrators and the auditors are notified. Raises `AccountInvalid`,
    `RuleBroken`."""
    reason = reason_of(command.reason)
    account = uow.session.scalar(select(Account).where(Account.username == command.username))
    if account is None or actor.account_id is None:
        raise NotFound()
    roles = sorted(set(command.roles))
    if not account.is_active:
        raise RuleBroken(reason=tr("账号已停用或者尚未确认，不能变更"))
    if not 0 < len(roles) <= MOST_ROLES:
        raise AccountInvalid(reason=tr("请选择 1 至 {most_roles} 个岗位", most_roles=MOST_ROLES))
    for role in roles:
        demand_work(uow, role, command.division, command.department)
    wanted = (roles, command.division, command.department)
    if wanted == (sorted(account.roles), account.division, account.department):
        raise AccountInvalid(reason=tr("岗位、区划、部门都没有变化"))
    waiting.demand_none(uow, account)
    change = AccountChange(
        account_id=account.id, roles=roles, division=command.division, department=command.department,
        reason=reason, asked_by_id=actor.account_id, asked_by=actor.name, asked_at=uow.now,
    )  # fmt: skip
    uow.add(change)
    uow.flush()
    audit.note(uow, actor, "account_change_asked", account.username)
    titles = tr("、").join(ROLE_TITLES[Role(r)] for r in roles)
    text = tr(
        "{name}提出将{name2}的岗位变更为{titles}，待另一名管理员确认",
        name=actor.name,
        name2=account.name,
        titles=titles,
    )
    leaving.tell_overseers(uow, actor, account, text)
    return ChangeAccountResult(change=change.id)


@dataclass(frozen=True, slots=True)
class AskFactorResetResult:
    """The result of `AskFactorReset`."""

    change: int


@dataclass(frozen=True, slots=True)
class AskFactorReset(Command[AskFactorResetResult]):
    """Ask, as an administrator, that the second factors of an account are taken away; another one decides."""

    permission = Permission.ACCOUNT_WRITE

    username: str
    reason: str


@handles(AskFactorReset)
def ask_factor_reset(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: AskFactorReset
) -> AskFactorResetResult:
    """Ask to remove the second factors of an account whose owner lost the telephone; raises `RuleBroken`."""
    reason = reason_of(command.reason)
    account = uow.session.scalar(select(Account).where(Account.username == command.username))
    if account is None or actor.account_id is None:
        raise NotFound()
    if not factors.of_account(uow.session, account.id):
        raise RuleBroken(reason=tr("{name}没有登记双因素认证", name=account.name))
    change = waiting.ask_for(uow, actor, account, reason, resets_factors=True)
    text = tr(
        "{name}提出清除{name2}的双因素认证（{reason}），待另一名管理员确认",
        name=actor.name,
        name2=account.name,
        reason=reason,
    )
    leaving.tell_overseers(uow, actor, account, text)
    return AskFactorResetResult(change=change.id)


def ask_password(uow: UnitOfWork, actor: Actor, account: Account, password_hash: str) -> None:
    """Ask that another one-time password becomes the account's; raises `RuleBroken` while another change waits."""
    waiting.ask_for(uow, actor, account, tr("重新发放一次性密码"), reissues=True, password_hash=password_hash)
    text = tr(
        "{name}提出为{name2}重新发放一次性密码，待另一名管理员确认", name=actor.name, name2=account.name
    )
    leaving.tell_overseers(uow, actor, account, text)
    own = tr(
        "{name}提出为您重新发放一次性密码，待另一名管理员确认；确认前原密码照常使用，不是您要求的请立即告知审计人员",
        name=actor.name,
    )
    notices.tell(uow, [account.id], "account", own)


def drop_password(uow: UnitOfWork, actor: Actor, account: Account) -> None:
    """Withdraw a reissued password that waits: the owner has just set an own one."""
    query = select(AccountChange).where(
        AccountChange.account_id == account.id,
        AccountChange.verdict == ChangeVerdict.WAITING,
        AccountChange.reissues.is_(True),
    )
    change = uow.session.scalar(query.with_for_update())
    if change is not None:
        _settle(uow, actor, change, ChangeVerdict.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class DecideAccountChangeResult:
    """The result of `DecideAccountChange`."""

    returned: int
    """Steps that were given back to their queues."""


@dataclass(frozen=True, slots=True)
class DecideAccountChange(Command[DecideAccountChangeResult]):
    """Confirm or refuse, as a second administrator, a change of an account; the first one takes it back."""

    permission = Permission.ACCOUNT_WRITE

    change_id: int
    accept: bool

    def needs_verification(self) -> bool:
        """To confirm; to refuse or withdraw needs none."""
        return self.accept


@handles(DecideAccountChange)
def decide(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: DecideAccountChange
) -> DecideAccountChangeResult:
    """Confirm or refuse a change; its requester may only withdraw it.

    A confirmed change ends the account's sessions, and unassigns the steps that its new roles do not include.
    """
    username = uow.session.scalar(
        select(Account.username)
        .join(AccountChange, AccountChange.account_id == Account.id)
        .where(AccountChange.id == command.change_id)
    )
    if username is None:
        raise NotFound()
    in_hand = leaving.lock_cases_in_hand(uow, username) if command.accept else []
    account = leaving.locked_with_administrators(uow, username)
    change = uow.lock(AccountChange, command.change_id)
    if change is None or change.verdict:
        raise RuleBroken(reason=tr("这项变更已经处理"))
    sides = (change.asked_by_id, account.id, change.same_as_id)
    is_own = persons.is_one_of(uow.session, actor.account_id, sides, change.asked_at)
    if command.accept and is_own:
        raise RuleBroken(reason=tr("账号变更须由提出人和本人以外的另一名管理员确认"))
    if not command.accept:
        is_asker = persons.is_one_of(uow.session, actor.account_id, (change.asked_by_id,))
        _settle(uow, actor, change, ChangeVerdict.WITHDRAWN if is_asker or is_own else ChangeVerdict.REFUSED)
        audit.note(uow, actor, "account_change_refused", username)
        return DecideAccountChangeResult(0)
    password_hash = change.password_hash
    _settle(uow, actor, change, ChangeVerdict.CONFIRMED)
    if change.reissues:
        return _give_password(uow, actor, account, password_hash)
    if change.same_as_id is not None:
        same_person.tie(uow, actor, change)
        return DecideAccountChangeResult(0)
    if change.unties:
        same_person.untie(uow, actor, change)
        return DecideAccountChangeResult(0)
    if change.resets_factors:
        second_factors.take_away(uow, actor, account)
        text = tr(
            "{name}确认清除{name2}的双因素认证：{reason}",
            name=actor.name,
            name2=account.name,
            reason=change.reason,
        )
        leaving.tell_overseers(uow, actor, account, text)
        notices.tell(
            uow, [account.id], "account", tr("您的双因素认证已由管理员清除：{reason}", reason=change.reason)
        )
        return DecideAccountChangeResult(0)
    return _give_work(uow, actor, account, change, in_hand)


def _settle(uow: UnitOfWork, actor: Actor, change: AccountChange, verdict: ChangeVerdict) -> None:
    change.verdict, change.password_hash = verdict, ""
    change.decided_by_id, change.decided_by, change.decided_at = actor.account_id, actor.name, uow.now


def _give_password(
    uow: UnitOfWork, actor: Actor, account: Account, password_hash: str
) -> DecideAccountChangeResult:
    """Put the waiting one-time password in force and end the account's sessions."""
    account.password_hash = password_hash
    account.must_change_password = True
    account.password_expires_at = uow.now + passwords.ONE_TIME_VALID
    account.session_epoch += 1
    sign_in_attempts.lift(uow, account.username)
    audit.note(uow, actor, "password_reissued", account.username)
    account_states.note(uow, actor, account)
    text = tr("{name}确认了为{name2}重新发放一次性密码", name=actor.name, name2=account.name)
    leaving.tell_overseers(uow, actor, account, text)
    return DecideAccountChangeResult(0)


def _give_work(
    uow: UnitOfWork, actor: Actor, account: Account, change: AccountChange, in_hand: list[int]
) -> DecideAccountChangeResult:
    """Put other roles and another place in force; steps that the account may no longer do go back to their queues."""
    if Role.ADMINISTRATOR in account.roles and Role.ADMINISTRATOR not in change.roles:
        leaving.demand_administrator_besides(uow, account)
    account.roles, account.division = list(change.roles), change.division
    account.department = change.department
    account.session_epoch += 1
    absences.end_all(uow, account.id)
    returned = leaving.give_back(uow, actor, account, in_hand, tr("岗位变更"))
    audit.note(uow, actor, "account_changed", account.username)
    account_states.note(uow, actor, account)
    leaving.tell_overseers(
        uow,
        actor,
        account,
        tr(
            "{name}确认了{name2}的岗位变更：{reason}",
            name=actor.name,
            name2=account.name,
            reason=change.reason,
        ),
    )
    return DecideAccountChangeResult(returned)
