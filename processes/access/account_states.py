"""Hashes of accounts in the access log after each change, so that rows changed outside the program are detected."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access import audit, factors
from processes.access.factor_models import SecondFactor
from processes.access.models import AccessLog, Account
from processes.access.scope import Actor
from processes.errors import SealBroken
from processes.policy import values
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

ACTION: Final = "account_state"
_WHOLE = "2."
"""Prefix of states that include origin, password expiry and session expiry; earlier ones contain less."""


def note(uow: UnitOfWork, actor: Actor, *accounts: Account) -> None:
    """Record the state of accounts; call it whenever a role, division, password, second factor or status changes."""
    uow.flush()
    for account in accounts:
        own = factors.of_account(uow.session, account.id)
        audit.note(uow, actor, ACTION, f"{account.username} {digest(account, own)}")


def digest(account: Account, own: Sequence[SecondFactor]) -> str:
    """Return the hash over everything that decides who may sign in and what they may do, including second factors."""
    expires = account.password_expires_at
    more = [
        account.added_by, None if expires is None else expires.astimezone(UTC), account.is_demo,
        account.session_epoch,
    ]  # fmt: skip
    return _WHOLE + _hash([*_said(account, own), *more])


def _said(account: Account, own: Sequence[SecondFactor]) -> list[object]:
    values: list[object] = [
        account.username, account.name, account.password_hash, sorted(account.roles), account.division,
        account.department, account.is_active, account.must_change_password, account.awaits_confirmation,
        account.person_id,
    ]  # fmt: skip
    if own:
        values.append(sorted([f.kind, f.credential or "", f.public_key, _hashed(f)] for f in own))
    return values


def _hash(content: Sequence[object]) -> str:
    return hashlib.sha256(values.dumps(list(content))).hexdigest()[:40]


def _hashed(factor: SecondFactor) -> str:
    """The fingerprint of a secret; a secret that cannot be decrypted in its row never belonged to the account."""
    try:
        secret = factor.secret
    except SealBroken:
        return "broken"
    return "" if secret is None else hashlib.sha256(secret.encode()).hexdigest()


def differing(session: Session) -> list[str]:
    """Return sentences for accounts that differ from the log."""
    recorded: dict[str, str] = {}
    noted = select(AccessLog.target).where(AccessLog.action == ACTION).order_by(AccessLog.id)
    for target in session.scalars(noted):
        username, _, state = target.partition(" ")
        recorded[username] = state
    faults = []
    for account in session.scalars(select(Account).order_by(Account.username)):
        noted_digest = recorded.pop(account.username, None)
        if noted_digest is None:
            faults.append(tr("账号 {username} 没有登记来源", username=account.username))
        elif not _is_as_noted(noted_digest, account, factors.of_account(session, account.id)):
            faults.append(
                tr("账号 {username} 的岗位、区划、密码、双因素认证或状态被改动", username=account.username)
            )
    return faults + [tr("账号 {username} 缺失", username=username) for username in sorted(recorded)]


def _is_as_noted(noted: str, account: Account, own: Sequence[SecondFactor]) -> bool:
    return noted == (digest(account, own) if noted.startswith(_WHOLE) else _hash(_said(account, own)))
