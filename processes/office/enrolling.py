"""Second factors of one's own account: adding and giving up, with the password given again; resetting by others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes.access import (
    account_states,
    audit,
    factors,
    marks,
    passkeys,
    recovery,
    sessions,
    sign_in_attempts,
    totp,
)
from processes.access.factor_models import SecondFactor
from processes.access.models import Account, SignedIn
from processes.access.permissions import Permission
from processes.access.scope import Actor, AtDesk
from processes.errors import Invalid, NotFound, RuleBroken
from processes.office import verifying
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork

_LABEL = 40


def begin_totp(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.BeginTotp) -> dict[str, Any]:
    """A secret for an app, to be confirmed by its first code; empty when the password is wrong."""
    account, _ = _own(uow, actor)
    if not _knows_password(uow, actor, account, command):
        return {}
    _demand_room(uow, account)
    factors.drop_untried(uow, account.id)
    secret, now = totp.new_secret(), sessions.wall()
    uow.add(SecondFactor(account_id=account.id, kind=factors.TOTP, secret=secret, added_at=now))
    return {"secret": secret, "address": totp.address(secret, account.username, settings.office_name)}


def confirm_totp(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ConfirmTotp) -> dict[str, Any]:
    """The app's first code proves that it works; empty when it is wrong."""
    account, here = _own(uow, actor)
    factor = _untried(uow, account)
    counted = verifying.begin_counting(uow, account, command)
    if not factors.use_step(uow, factor, command.code, sessions.wall()):
        return verifying.count_failure(uow, actor, account, counted, command.address)
    sign_in_attempts.forget(counted)
    factor.label, factor.confirmed_at = _label(command.label, "动态口令"), sessions.wall()
    return _added(uow, actor, account, here, factors.TOTP)


def begin_passkey(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.BeginPasskey
) -> dict[str, Any]:
    """What the browser makes a passkey with; empty when the password is wrong."""
    account, here = _own(uow, actor)
    site = verifying.site_of(settings)
    if not _knows_password(uow, actor, account, command):
        return {}
    _demand_room(uow, account)
    known = verifying.keys_of(uow, account.id)
    challenge, options = passkeys.ask_new(site, account.id, account.username, account.name, known)
    verifying.keep_challenge(uow, here, f"{verifying.NEW} {challenge}")
    return {"options": options}


def confirm_passkey(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ConfirmPasskey
) -> dict[str, Any]:
    """Take in the passkey that the browser made; raises `Invalid` when it is none."""
    account, here = _own(uow, actor)
    challenge = verifying.take_challenge(uow, here, verifying.NEW)
    made = passkeys.made(verifying.site_of(settings), challenge, command.answer) if challenge else None
    if made is None:
        raise Invalid(reason="通行密钥没有登记成功，请重新登记")
    is_known = select(SecondFactor.id).where(SecondFactor.credential == made.credential)
    if uow.session.scalar(is_known) is not None:
        raise Invalid(reason="这个通行密钥已经登记过")
    now = sessions.wall()
    uow.add(
        SecondFactor(
            account_id=account.id, kind=factors.PASSKEY, label=_label(command.label, "通行密钥"),
            credential=made.credential, public_key=made.public_key, sign_count=made.sign_count,
            added_at=now, confirmed_at=now,
        )
    )  # fmt: skip
    return _added(uow, actor, account, here, factors.PASSKEY)


def remove(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.RemoveFactor) -> dict[str, Any]:
    """Give one's own factor up; the last one stays where the role demands one.  Empty when the password is wrong."""
    account, _ = _own(uow, actor)
    if not _knows_password(uow, actor, account, command):
        return {}
    own = factors.of_account(uow.session, account.id)
    factor = next((f for f in own if f.id == command.factor), None)
    if factor is None:
        raise NotFound()
    if len(own) == 1 and factors.is_demanded(account, settings.second_factor_roles):
        raise RuleBroken(reason="您的岗位须使用双因素认证，请先登记另一个，再取消这一个")
    uow.session.delete(factor)
    uow.flush()
    if len(own) == 1:
        recovery.drop(uow, account.id)
    audit.note(uow, actor, "factor_removed", f"{account.username} {factor.kind}")
    account_states.note(uow, actor, account)
    return {"removed": factor.kind}


def make_codes(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.MakeRecoveryCodes
) -> dict[str, Any]:
    """Ten new recovery codes, in the result only; empty when the password is wrong."""
    account, _ = _own(uow, actor)
    if not _knows_password(uow, actor, account, command):
        return {}
    if not factors.of_account(uow.session, account.id):
        raise RuleBroken(reason="请先登记动态口令或者通行密钥")
    audit.note(uow, actor, "recovery_codes_made", account.username)
    return {"codes": list(recovery.make(uow, account.id, sessions.wall()))}


def reset(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ResetFactors) -> dict[str, Any]:
    """Whoever runs the machine takes them away; sessions end."""
    actor.demand(Permission.SYSTEM_WORK)
    query = select(Account).where(Account.username == command.username)
    account = uow.session.scalar(query.with_for_update())
    if account is None:
        raise NotFound()
    return {"removed": take_away(uow, actor, account)}


def take_away(uow: UnitOfWork, actor: Actor, account: Account) -> int:
    """Every second factor of a locked account, its codes and sessions; answers how many factors it was."""
    had = len(factors.of_account(uow.session, account.id))
    factors.drop_all(uow, account.id)
    account.session_epoch += 1
    audit.note(uow, actor, "factors_reset", account.username)
    account_states.note(uow, actor, account)
    return had


def _own(uow: UnitOfWork, actor: Actor) -> tuple[Account, AtDesk]:
    actor.demand(Permission.SESSION)
    if actor.at_desk is None:
        raise RuleBroken(reason="没有在网页登录，不能登记双因素认证")
    return verifying.locked_account(uow, actor), actor.at_desk


def _knows_password(uow: UnitOfWork, actor: Actor, account: Account, command: Any) -> bool:
    """Whoever signed in at the provider proved it there, lately: these commands ask for that at the door."""
    if actor.at_desk is not None and actor.at_desk.way == sessions.PROVIDER:
        return True
    counted = verifying.begin_counting(uow, account, command)
    if verifying.knows_password(account, command):
        return True
    verifying.count_failure(uow, actor, account, counted, command.address)
    return False


def _demand_room(uow: UnitOfWork, account: Account) -> None:
    if len(factors.of_account(uow.session, account.id)) >= factors.MOST:
        raise RuleBroken(reason=f"一个账号最多登记 {factors.MOST} 个，请先取消不用的")


def _untried(uow: UnitOfWork, account: Account) -> SecondFactor:
    query = select(SecondFactor).where(
        SecondFactor.account_id == account.id, SecondFactor.confirmed_at.is_(None),
        SecondFactor.added_at > sessions.wall() - factors.UNTRIED,
    )  # fmt: skip
    found = uow.session.scalar(query)
    if found is None:
        raise RuleBroken(reason="登记已经过时，请重新开始")
    return found


def _label(typed: str, default: str) -> str:
    """What its owner calls it, on one line."""
    return "".join(ch for ch in typed if ch.isprintable()).strip()[:_LABEL] or default


def _added(uow: UnitOfWork, actor: Actor, account: Account, here: AtDesk, kind: str) -> dict[str, Any]:
    """With the first factor come recovery codes; a session that waited for it is whole now, under another mark."""
    uow.flush()
    audit.note(uow, actor, "factor_added", f"{account.username} {kind}")
    account_states.note(uow, actor, account)
    result: dict[str, Any] = {"kind": kind}
    if not recovery.left(uow.session, account.id):
        result["codes"] = list(recovery.make(uow, account.id, sessions.wall()))
    row = uow.lock(SignedIn, here.session)
    row.verified_at, row.proof = sessions.wall(), kind
    if row.awaits:
        mark = marks.new()
        row.mark, row.awaits = marks.hashed(mark), ""
        result["session"] = mark
    return result
