"""Accounts: adding them with a one-time password, the second administrator's confirmation, one's own password."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from processes.access import (
    account_states,
    accounts,
    audit,
    factors,
    founding,
    passwords,
    persons,
    sessions,
    sign_in_attempts,
)
from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import AccountInvalid, NotFound, PasswordRefused, RuleBroken, YimenError
from processes.office.accounts import changes, verifying
from processes.office.accounts.at_founding import is_founding
from processes.office.accounts.work_of_roles import demand_work
from processes.office.command import Command, Missing, Weighty, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_USERNAME = re.compile(r"[a-z][a-z0-9_.-]{2,59}")
_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class AddAccountResult:
    """The result of `AddAccount`."""

    username: str
    password: str
    awaits_confirmation: bool


@dataclass(frozen=True, slots=True)
class AddAccount(Weighty[AddAccountResult]):
    """Add an account with a one-time password."""

    permission = Permission.ACCOUNT_WRITE

    username: str
    name: str
    role: str
    division: str
    department: str = ""
    one_time: str = ""
    """The password, made by the door."""
    one_time_hash: str = ""
    """Its hash, made by the door."""


@handles(AddAccount)
def add(settings: Settings, uow: UnitOfWork, actor: Actor, command: AddAccount) -> AddAccountResult:
    """Add an account; its one-time password is in the result only and stored nowhere.

    While the office is being founded (until it first has a second administrator, and before its first case)
    the account can be used at once; afterwards a second administrator confirms it first.
    Raises `AccountInvalid`; in the demonstration county, whose accounts are published, always.
    """
    if founding.is_demo(uow.session):
        raise AccountInvalid(reason=tr("演示县的账号是固定的，不能增加真实账号"))
    _check(uow, command)
    at_founding = is_founding(uow)
    account = Account(
        username=command.username,
        name=command.name,
        password_hash=command.one_time_hash,
        roles=[command.role],
        division=command.division,
        department=command.department,
        is_active=at_founding,
        awaits_confirmation=not at_founding,
        must_change_password=True,
        password_expires_at=uow.now + passwords.ONE_TIME_VALID,
        added_by=actor.account_id,
    )
    uow.add(account)
    uow.flush()
    audit.note(uow, actor, "account_added", command.username)
    account_states.note(uow, actor, account)
    return AddAccountResult(
        username=command.username, password=command.one_time, awaits_confirmation=not at_founding
    )


@dataclass(frozen=True, slots=True)
class ConfirmAccount(Weighty[None]):
    """Confirm, as a second administrator, an account that was added."""

    permission = Permission.ACCOUNT_WRITE

    username: str


@handles(ConfirmAccount)
def confirm(settings: Settings, uow: UnitOfWork, actor: Actor, command: ConfirmAccount) -> None:
    """Confirm an account; whoever added it, and the account itself, cannot."""
    query = select(Account).where(Account.username == command.username).with_for_update()
    account = uow.session.scalar(query)
    if account is None:
        raise NotFound()
    if not account.awaits_confirmation:
        raise RuleBroken(reason=tr("账号 {username} 不在待确认状态", username=account.username))
    if actor.account_id is None or persons.is_one_of(
        uow.session, actor.account_id, (account.id, account.added_by)
    ):
        raise RuleBroken(reason=tr("账号须由增加人以外的另一名管理员确认"))
    account.awaits_confirmation = False
    account.is_active = True
    account.password_expires_at = uow.now + passwords.ONE_TIME_VALID
    audit.note(uow, actor, "account_confirmed", account.username)
    account_states.note(uow, actor, account)


@dataclass(frozen=True, slots=True)
class ReissuePasswordResult:
    """The result of `ReissuePassword`."""

    username: str
    password: str
    awaits_confirmation: bool


@dataclass(frozen=True, slots=True)
class ReissuePassword(Weighty[ReissuePasswordResult]):
    """Issue a new one-time password for an account whose password was lost or has expired.

    While somebody can sign in with the account it waits for the second administrator, and the one before opens.
    """

    permission = Permission.ACCOUNT_WRITE

    username: str
    one_time: str = ""
    """The password, made by the door."""
    one_time_hash: str = ""
    """Its hash, made by the door."""


@handles(ReissuePassword)
def reissue(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ReissuePassword
) -> ReissuePasswordResult:
    """Issue a new one-time password. After founding, a second administrator confirms it, as for a new
    account.

    Until then the existing password stays valid (`account_changes`); a refusal changes nothing. A closed
    account is reopened in this way, always with a second administrator.

    Nobody reissues their own: people who know their password change it, others need somebody else.
    """
    query = select(Account).where(Account.username == command.username).with_for_update()
    account = uow.session.scalar(query)
    if account is None:
        raise NotFound()
    if account.is_demo:
        raise RuleBroken(reason=tr("演示账号的密码是公开的，不能重新发放"))
    if actor.account_id == account.id:
        raise RuleBroken(reason=tr("不能为自己重新发放密码，请用“修改密码”"))
    others = [a for a in founding.administrators(uow.session) if a.id != account.id]
    # The command line helps the only administrator: nobody else could confirm it.
    comes_back = not (account.is_active or account.awaits_confirmation)
    at_once = not comes_back and (is_founding(uow) or (actor.account_id is None and not others))
    if account.is_active and not at_once:
        changes.ask_password(uow, actor, account, command.one_time_hash)
        return ReissuePasswordResult(
            username=account.username, password=command.one_time, awaits_confirmation=True
        )
    account.password_hash = command.one_time_hash
    account.must_change_password = True
    account.password_expires_at = uow.now + passwords.ONE_TIME_VALID
    account.awaits_confirmation = not at_once
    account.is_active = at_once
    account.added_by = actor.account_id
    sign_in_attempts.lift(uow, account.username)
    account.session_epoch += 1
    audit.note(uow, actor, "password_reissued", account.username)
    account_states.note(uow, actor, account)
    return ReissuePasswordResult(username=account.username, password=command.one_time, awaits_confirmation=not at_once)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangePasswordResult:
    """The result of `ChangePassword`."""

    account_id: int
    session: str
    browser: str


@dataclass(frozen=True, slots=True)
class ChangePassword(Command[ChangePasswordResult]):
    """Change one's own password; every session of the account ends."""

    permission = Permission.SESSION
    allowed_without = frozenset({Missing.ENROLMENT, Missing.ONE_TIME})

    old: str
    new: str
    address: str = ""
    device: str = ""
    browser: str = ""
    fits: str = ""
    """The stored hash that the old one was found to fit, put in by the door."""
    new_hash: str = ""
    """The hash of the new one, put in by the door."""

    def refusal(self) -> YimenError:
        """The old password was wrong."""
        return wrong_password()


@handles(ChangePassword)
def change_password(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ChangePassword
) -> ChangePasswordResult | None:
    """Change one's own password; raises `PasswordRefused`. Every session ends; the result has a new one.

    A second factor must have been presented recently, as for all sensitive actions: raises `VerificationDue`.
    None if the old password is wrong, so that the failure is counted.
    """
    query = select(Account).where(Account.id == actor.account_id).with_for_update()
    account = uow.session.scalar(query)
    if account is None:
        raise NotFound()
    if account.is_demo:
        raise PasswordRefused(reason=tr("演示账号的密码是公开的，不能修改"))
    if accounts.signs_in_elsewhere(settings, account):
        raise PasswordRefused(
            reason=tr("您的账号不使用本系统的密码，请在单位的统一身份认证或者目录服务中修改")
        )
    awaits = factors.awaited(uow.session, account, settings.second_factor_roles)
    if awaits == factors.FACTOR:
        verifying.demand(settings, actor)
    counted = sign_in_attempts.begin(uow, account.username, account, command.address, command.browser)
    if not accounts.still_fits(account, command.fits):
        sign_in_attempts.count_failure(uow, counted)
        audit.note(uow, actor, "verification_failed", account.username, command.address)
        return None
    if command.new == command.old:
        raise PasswordRefused(reason=tr("与原密码相同"))
    changes.drop_password(uow, actor, account)
    account.password_hash = command.new_hash
    account.must_change_password = False
    account.password_expires_at = None
    account.session_epoch += 1
    audit.note(uow, actor, "password_changed", account.username)
    account_states.note(uow, actor, account)
    begun = sessions.begin(
        uow, account, command.address, command.device, command.browser, _proven(actor, awaits)
    )
    return ChangePasswordResult(account_id=account.id, session=begun.mark, browser=begun.browser)


def _proven(actor: Actor, awaits: str) -> sessions.Proven:
    """The proof of the session after a password change: the old password never counts as a second factor.

    The second factor was presented in the previous session, at the recorded instant.
    """
    here = actor.at_desk
    if awaits != factors.FACTOR or here is None:
        return sessions.Proven(awaits=awaits)
    return sessions.Proven(here.proof, verified_at=here.verified_at)


def wrong_password() -> PasswordRefused:
    """The error of a wrong old password."""
    return PasswordRefused(reason=tr("原密码不正确"))


def demand_names(username: str, name: str) -> None:
    """Raise `AccountInvalid` unless the username and the name are allowed."""
    if not _USERNAME.fullmatch(username):
        raise AccountInvalid(reason=tr("用户名为 3 至 60 位小写字母、数字、点、横线，以字母开头"))
    if not name.strip() or len(name) > _NAME_LENGTH or not name.isprintable():
        raise AccountInvalid(reason=tr("请填写姓名"))


def _check(uow: UnitOfWork, command: AddAccount) -> None:
    demand_names(command.username, command.name)
    if uow.session.scalar(select(Account.id).where(Account.username == command.username)) is not None:
        raise AccountInvalid(reason=tr("用户名 {username} 已有人使用", username=command.username))
    demand_work(uow, command.role, command.division, command.department)
