"""Accounts: passwords (argon2id), failed sign-ins, lock-out."""

from __future__ import annotations

from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access import rules
from processes.access.models import AccessLog, Account
from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.errors import AccountLocked, AccountUnconfirmed, NotFound, PasswordExpired, SignInRefused
from processes.storage.unit_of_work import UnitOfWork

MAX_FAILURES = 5
LOCK_OUT = timedelta(minutes=15)
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Checked when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("no such account")


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher.hash(password)


def authenticate(uow: UnitOfWork, username: str, password: str, address: str) -> Account | None:
    """The account, or None when name or password is wrong (counted); raises `AccountLocked`."""
    account = uow.session.scalar(select(Account).where(Account.username == username).with_for_update())
    if account is not None and account.locked_until and account.locked_until > uow.now:
        minutes = -((uow.now - account.locked_until) // timedelta(minutes=1))
        raise AccountLocked(minutes=minutes)
    matches = _verify(_NOBODY if account is None else account.password_hash, password)
    if account is not None and matches and account.awaits_confirmation:
        raise AccountUnconfirmed()
    if account is None or not account.is_active or not matches:
        _count_failure(uow, account, address)
        return None
    if account.password_expires_at is not None and account.password_expires_at < uow.now:
        raise PasswordExpired()
    account.failed_sign_ins = 0
    account.locked_until = None
    uow.add(AccessLog(account_id=account.id, at=uow.now, action="sign_in", target="", address=address))
    return account


def fits(account: Account, password: str) -> bool:
    """Whether a password is the account's."""
    return _verify(account.password_hash, password)


def refuse() -> SignInRefused:
    """The answer to a failed sign-in; it does not say which part was wrong."""
    return SignInRefused()


def unlock(uow: UnitOfWork, username: str) -> None:
    """Lift a lock-out."""
    account = uow.session.scalar(select(Account).where(Account.username == username))
    if account is None:
        raise NotFound()
    account.failed_sign_ins = 0
    account.locked_until = None


def actor_of(account: Account) -> Actor:
    """What an account may do and see."""
    roles = frozenset(account.roles)
    department = account.department if roles == {Role.DEPARTMENT_OFFICER} else None
    return Actor(
        account.id, account.name, roles, account.division, department,
        must_change_password=account.must_change_password,
        username=account.username,
    )  # fmt: skip


def reachable(session: Session, division: str) -> list[Account]:
    """Active people whose places include a place, by name: whom one can ask, copy in, or have sign."""
    found = session.scalars(select(Account).where(Account.is_active.is_(True)).order_by(Account.name))
    return [a for a in found if rules.is_reachable(a, division)]


def colleagues(session: Session, role: str, division: str) -> list[Account]:
    """Active accounts of a role whose scope covers a place: whom a task can be handed to."""
    found = session.scalars(select(Account).where(Account.is_active.is_(True)).order_by(Account.name))
    return [a for a in found if role in a.roles and division.startswith(a.division)]


def by_id(session: Session, account_id: int | None) -> Account:
    """An account; raises `NotFound`."""
    found = None if account_id is None else session.get(Account, account_id)
    if found is None:
        raise NotFound()
    return found


def of_department(session: Session, department: str, division: str) -> list[Account]:
    """Active officers of a department whose scope covers a place."""
    found = session.scalars(
        select(Account).where(Account.department == department, Account.is_active.is_(True))
    )
    return [a for a in found if division.startswith(a.division)]


def listed(session: Session) -> list[Account]:
    """Every account in scope, by name of the account."""
    return list(session.scalars(select(Account).order_by(Account.username)))


def by_person(session: Session) -> dict[int, list[str]]:
    """By account: names of the other accounts that were declared to be of the same natural person."""
    groups: dict[int, list[Account]] = {}
    for account in listed(session):
        groups.setdefault(account.person_id or account.id, []).append(account)
    return {a.id: [o.username for o in group if o.id != a.id] for group in groups.values() for a in group}


def _count_failure(uow: UnitOfWork, account: Account | None, address: str) -> None:
    if account is None:
        return
    account.failed_sign_ins += 1
    if account.failed_sign_ins >= MAX_FAILURES:
        account.locked_until = uow.now + LOCK_OUT
        account.failed_sign_ins = 0
    uow.add(AccessLog(account_id=account.id, at=uow.now, action="sign_in_failed", target="", address=address))


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
