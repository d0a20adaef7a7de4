"""Sessions of people for whom somebody else vouches: the provider of sign-ins (统一身份认证)."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes.access import audit, factors, sessions
from processes.access.models import Account, CommandToken, SignedIn
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import AccountUnconfirmed, ProviderRefused
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork

_MARK = 48


def take_answer(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.TakeProviderAnswer
) -> dict[str, Any]:
    """Take the answer to one request; raises `ProviderRefused` for a second one.

    The request itself is kept by the browser, which can bring it again; that a code is worth nothing the second time is
    not left to the provider.
    """
    actor.demand(Permission.SYSTEM_WORK)
    token = f"provider {hashlib.sha256(command.state.encode()).hexdigest()[:_MARK]}"
    if uow.session.get(CommandToken, token) is not None:
        raise ProviderRefused(reason="登录请求已经用过，请重新登录")
    uow.add(CommandToken(token=token, account_id=None, at=uow.now, result={}))
    return {}


def sign_in(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SignInVouched) -> dict[str, Any]:
    """Open a session of an account that is there already; raises `ProviderRefused`.  None is made, none comes back."""
    actor.demand(Permission.SYSTEM_WORK)
    account = uow.session.scalar(select(Account).where(Account.username == command.username))
    if account is not None and account.awaits_confirmation:
        raise AccountUnconfirmed()
    if account is None or not account.is_active:
        raise ProviderRefused(reason="您在本系统没有可用的账号，请联系系统管理员")
    awaits = "" if command.has_factor else factors.awaited(uow.session, account, settings.second_factor_roles)
    proven = sessions.Proven(sessions.PROVIDER, awaits, sessions.PROVIDER)
    begun = sessions.begin(uow, account, command.address, command.device, command.browser, proven)
    audit.note_of(uow, account.id, "sign_in", sessions.PROVIDER, command.address)
    return {
        "account_id": account.id, "session": begun.mark, "browser": begun.browser, "awaits": awaits,
    }  # fmt: skip


def prove(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ProveVouched) -> dict[str, Any]:
    """The same person proved it once more at the provider; somebody else proves nothing for them."""
    actor.demand(Permission.SYSTEM_WORK)
    row = uow.lock(SignedIn, command.session)
    account = None if row is None else uow.session.get(Account, row.account_id)
    is_same = account is not None and account.username == command.username and account.is_active
    if account is None or not is_same or row.ended_at is not None or row.awaits:
        raise ProviderRefused(reason="验证的不是本次登录的账号")
    if factors.of_account(uow.session, account.id):
        raise ProviderRefused(reason="您已登记双因素认证，请用它验证")
    row.verified_at, row.proof = sessions.wall(), sessions.PROVIDER
    audit.note_of(uow, account.id, "verified", f"{account.username} {sessions.PROVIDER}")
    return {"proof": sessions.PROVIDER}
