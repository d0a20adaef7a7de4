"""Sessions of people who sign in at an identity provider (统一身份认证)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from processes.access import audit, factors, sessions
from processes.access.models import Account, CommandToken, SignedIn
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import AccountUnconfirmed, ProviderRefused
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_MARK = 48


@dataclass(frozen=True, slots=True)
class TakeProviderAnswer(Command[None]):
    """Take the provider's answer to a sign-in request, once; given by the program alone."""

    permission = Permission.SYSTEM_WORK

    state: str


@handles(TakeProviderAnswer)
def take_answer(settings: Settings, uow: UnitOfWork, actor: Actor, command: TakeProviderAnswer) -> None:
    """Use up the answer to one request; raises `ProviderRefused` for a second one.

    The browser keeps the request and could send it again; that a code is valid only once is not left to the
    provider alone.
    """
    token = f"provider {hashlib.sha256(command.state.encode()).hexdigest()[:_MARK]}"
    if uow.session.get(CommandToken, token) is not None:
        raise ProviderRefused(reason=tr("登录请求已经用过，请重新登录"))
    uow.add(CommandToken(token=token, account_id=None, at=uow.now, result={}))


@dataclass(frozen=True, slots=True)
class SignInVouchedResult:
    """The result of `SignInVouched`."""

    account_id: int
    session: str
    browser: str
    awaits: str


@dataclass(frozen=True, slots=True)
class SignInVouched(Command[SignInVouchedResult]):
    """Open a session for somebody whom the provider has authenticated; given by the program alone."""

    permission = Permission.SYSTEM_WORK

    username: str
    has_factor: bool
    address: str = ""
    device: str = ""
    browser: str = ""


@handles(SignInVouched)
def sign_in(settings: Settings, uow: UnitOfWork, actor: Actor, command: SignInVouched) -> SignInVouchedResult:
    """Open a session of an existing account; raises `ProviderRefused`.  No account is made or reopened."""
    account = uow.session.scalar(select(Account).where(Account.username == command.username))
    if account is not None and account.awaits_confirmation:
        raise AccountUnconfirmed()
    if account is None or not account.is_active:
        raise ProviderRefused(reason=tr("您在本系统没有可用的账号，请联系系统管理员"))
    awaits = "" if command.has_factor else factors.awaited(uow.session, account, settings.second_factor_roles)
    proven = sessions.Proven(sessions.PROVIDER, awaits, sessions.PROVIDER)
    begun = sessions.begin(uow, account, command.address, command.device, command.browser, proven)
    audit.note_of(uow, account.id, "sign_in", sessions.PROVIDER, command.address)
    return SignInVouchedResult(account_id=account.id, session=begun.mark, browser=begun.browser, awaits=awaits)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProveVouchedResult:
    """The result of `ProveVouched`."""

    proof: str


@dataclass(frozen=True, slots=True)
class ProveVouched(Command[ProveVouchedResult]):
    """The provider has authenticated the owner of this session once more; given by the program alone."""

    permission = Permission.SYSTEM_WORK

    session: int
    username: str


@handles(ProveVouched)
def prove(settings: Settings, uow: UnitOfWork, actor: Actor, command: ProveVouched) -> ProveVouchedResult:
    """Record that the provider verified the same person again; raises `ProviderRefused` for anybody else."""
    row = uow.lock(SignedIn, command.session)
    account = None if row is None else uow.session.get(Account, row.account_id)
    is_same = account is not None and account.username == command.username and account.is_active
    if account is None or not is_same or row.ended_at is not None or row.awaits:
        raise ProviderRefused(reason=tr("验证的不是本次登录的账号"))
    if factors.of_account(uow.session, account.id):
        raise ProviderRefused(reason=tr("您已登记双因素认证，请用它验证"))
    row.verified_at, row.proof = sessions.wall(), sessions.PROVIDER
    audit.note_of(uow, account.id, "verified", f"{account.username} {sessions.PROVIDER}")
    return ProveVouchedResult(proof=sessions.PROVIDER)
