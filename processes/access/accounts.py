"""Accounts: passwords (argon2id), signing in, lists of people for a task."""

from __future__ import annotations

from collections.abc import Collection

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access import audit, factors, rules, sign_in_attempts
from processes.access.models import Account, AccountChange
from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.access.status import ChangeVerdict
from processes.errors import AccountUnconfirmed, NotFound, PasswordExpired, SignInRefused
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified if the name is unknown, so that the response takes as long as for a known one.
_NOBODY = _hasher.hash("no such account")


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return _hasher.hash(password)


def authenticate(
    uow: UnitOfWork,
    username: str,
    address: str,
    browser: str = "",
    vouched: bool | None = None,
    fits: str = "",
) -> Account | None:
    """Return the account, or None if name or password is wrong (counted); raises `SignInDelayed`.

    An unknown name takes the same path and time as a known one. `vouched` is the directory's verdict on the
    password; None: the office's own password counts. `fits` is the stored hash that the password matched
    before the transaction; it is computed in every case, so that timing reveals nothing.
    """
    account = uow.session.scalar(select(Account).where(Account.username == username))
    counted = sign_in_attempts.begin(uow, username, account, address, browser)
    matches = account is not None and (still_fits(account, fits) if vouched is None else vouched)
    if account is not None and matches and account.awaits_confirmation:
        raise AccountUnconfirmed()
    if account is None or not account.is_active or not matches:
        sign_in_attempts.count_failure(uow, counted)
        who = None if account is None else account.id
        audit.note_of(uow, who, "sign_in_failed", "", address)
        return None
    if vouched is None and account.password_expires_at is not None and account.password_expires_at < uow.now:
        raise PasswordExpired()
    if not factors.of_account(uow.session, account.id):
        # Wrong codes continue to count until the second factor is shown: the password alone resets none of
        # them.
        sign_in_attempts.forget(counted)
    audit.note_of(uow, account.id, "sign_in", "", address)
    return account


def signs_in_elsewhere(settings: Settings, account: Account) -> bool:
    """Return whether an account's local password is not accepted, because it signs in at a provider or directory."""
    is_elsewhere = settings.provider is not None or settings.directory is not None
    return is_elsewhere and not set(account.roles) & settings.local_password_roles


def fitting(account: Account | None, password: str) -> str:
    """Return the stored hash if the password matches it, else ""; computed outside transactions, in constant time."""
    stored = _NOBODY if account is None else account.password_hash
    return stored if _verify(stored, password) and account is not None else ""


def still_fits(account: Account, fits: str) -> bool:
    """Return whether the hash that a password matched is still the account's; it may have changed meanwhile."""
    return bool(fits) and account.password_hash == fits


def refuse() -> SignInRefused:
    """Return the error for a failed sign-in; it does not say which part was wrong."""
    return SignInRefused()


def unlock(uow: UnitOfWork, username: str) -> None:
    """Remove the delay for everybody who signs in under this name."""
    if uow.session.scalar(select(Account.id).where(Account.username == username)) is None:
        raise NotFound()
    sign_in_attempts.lift(uow, username)


def actor_of(account: Account) -> Actor:
    """Return what an account may do and see."""
    roles = frozenset(account.roles)
    department = account.department if roles == {Role.DEPARTMENT_OFFICER} else None
    return Actor(
        account.id, account.name, roles, account.division, department,
        must_change_password=account.must_change_password,
        username=account.username, language=account.language,
    )  # fmt: skip


def reachable(session: Session, division: str, role: str = "") -> list[Account]:
    """Return active people who see the cases of a division: whom to ask, copy in, or have sign.

    Those of the same role and the nearest division come first, then by name.
    """
    candidates = session.scalars(select(Account).where(Account.is_active.is_(True)))
    return sorted(
        (a for a in candidates if rules.may_be_asked(a, division)), key=lambda a: nearness(a, {role})
    )


def working(session: Session, division: str) -> list[Account]:
    """Return active people who work in a division, the nearest first: possible absentees and substitutes."""
    candidates = session.scalars(select(Account).where(Account.is_active.is_(True)))
    return sorted((a for a in candidates if rules.is_reachable(a, division)), key=lambda a: nearness(a, ()))


def nearness(account: Account, roles: Collection[str]) -> tuple[bool, int, str]:
    """Sort key for lists of people: same role first, then the nearest division, then by name."""
    return (not set(roles) & set(account.roles), -len(account.division), account.name)


def colleagues(session: Session, role: str, division: str) -> list[Account]:
    """Return active accounts of a role whose scope covers a division: whom a step can be transferred to."""
    candidates = session.scalars(select(Account).where(Account.is_active.is_(True)).order_by(Account.name))
    return [a for a in candidates if role in a.roles and division.startswith(a.division)]


def by_id(session: Session, account_id: int | None) -> Account:
    """Return an account; raises `NotFound`."""
    account = None if account_id is None else session.get(Account, account_id)
    if account is None:
        raise NotFound()
    return account


def of_department(session: Session, department: str, division: str) -> list[Account]:
    """Return active officers of a department whose scope covers a division."""
    candidates = session.scalars(
        select(Account).where(Account.department == department, Account.is_active.is_(True))
    )
    return [a for a in candidates if division.startswith(a.division)]


def listed(session: Session) -> list[Account]:
    """Return every account in scope, by user name."""
    return list(session.scalars(select(Account).order_by(Account.username)))


def changes(session: Session) -> dict[int, AccountChange]:
    """Return changes of accounts in scope that wait for a second administrator, by account."""
    waiting = select(AccountChange).join(Account, Account.id == AccountChange.account_id)
    return {
        c.account_id: c
        for c in session.scalars(waiting.where(AccountChange.verdict == ChangeVerdict.WAITING))
    }


def by_username(session: Session, username: str) -> Account:
    """Return an account in scope by its user name; raises `NotFound`."""
    account = session.scalar(select(Account).where(Account.username == username))
    if account is None:
        raise NotFound()
    return account


def by_person(session: Session) -> dict[int, list[str]]:
    """Return by account the names of other accounts declared to be of the same natural person."""
    groups: dict[int, list[Account]] = {}
    for account in listed(session):
        groups.setdefault(account.person_id or account.id, []).append(account)
    return {a.id: [o.username for o in group if o.id != a.id] for group in groups.values() for a in group}


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
