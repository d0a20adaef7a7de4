"""Accounts: passwords (argon2id), signing in, who can be reached."""

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
# Checked when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("no such account")


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher.hash(password)


def authenticate(
    uow: UnitOfWork,
    username: str,
    address: str,
    browser: str = "",
    vouched: bool | None = None,
    fits: str = "",
) -> Account | None:
    """The account, or None when name or password is wrong (counted); raises `SignInDelayed`.

    An unknown name takes the same way and as long as a known one.  `vouched` is what the directory says of the
    password; None: it is the office's own.  `fits` is the stored hash that the password was found to fit before the
    transaction, computed in either case, so that time tells nothing.
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
        # Before the second factor is shown, its wrong codes go on counting: the password alone wipes out none of them.
        sign_in_attempts.forget(counted)
    audit.note_of(uow, account.id, "sign_in", "", address)
    return account


def signs_in_elsewhere(settings: Settings, account: Account) -> bool:
    """Whether an account's own password counts no more, because people sign in at a provider or a directory."""
    is_elsewhere = settings.provider is not None or settings.directory is not None
    return is_elsewhere and not set(account.roles) & settings.local_password_roles


def fitting(account: Account | None, password: str) -> str:
    """The stored hash if the password fits it, or nothing: computed outside a transaction, and as long for nobody's."""
    stored = _NOBODY if account is None else account.password_hash
    return stored if _verify(stored, password) and account is not None else ""


def still_fits(account: Account, fits: str) -> bool:
    """Whether the hash that a password was found to fit is still the account's: it may have been changed meanwhile."""
    return bool(fits) and account.password_hash == fits


def refuse() -> SignInRefused:
    """The answer to a failed sign-in; it does not say which part was wrong."""
    return SignInRefused()


def unlock(uow: UnitOfWork, username: str) -> None:
    """Nobody who signs in under this name has to wait any more."""
    if uow.session.scalar(select(Account.id).where(Account.username == username)) is None:
        raise NotFound()
    sign_in_attempts.lift(uow, username)


def actor_of(account: Account) -> Actor:
    """What an account may do and see."""
    roles = frozenset(account.roles)
    department = account.department if roles == {Role.DEPARTMENT_OFFICER} else None
    return Actor(
        account.id, account.name, roles, account.division, department,
        must_change_password=account.must_change_password,
        username=account.username,
    )  # fmt: skip


def reachable(session: Session, division: str, role: str = "") -> list[Account]:
    """Active people who see the cases of a place: whom one can ask, copy in, or have sign.

    Those of the same role and of the nearest place come first, then by name.
    """
    found = session.scalars(select(Account).where(Account.is_active.is_(True)))
    return sorted((a for a in found if rules.may_be_asked(a, division)), key=lambda a: nearness(a, {role}))


def working(session: Session, division: str) -> list[Account]:
    """Active people who have work in a place, the nearest first: who may be away, and whom the office may name for them."""
    found = session.scalars(select(Account).where(Account.is_active.is_(True)))
    return sorted((a for a in found if rules.is_reachable(a, division)), key=lambda a: nearness(a, ()))


def nearness(account: Account, roles: Collection[str]) -> tuple[bool, int, str]:
    """The order in which people are offered: those of the same role first, then the nearest place, then by name."""
    return (not set(roles) & set(account.roles), -len(account.division), account.name)


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


def changes(session: Session) -> dict[int, AccountChange]:
    """Changes of accounts in scope that wait for a second administrator, by account."""
    waiting = select(AccountChange).join(Account, Account.id == AccountChange.account_id)
    return {
        c.account_id: c
        for c in session.scalars(waiting.where(AccountChange.verdict == ChangeVerdict.WAITING))
    }


def by_username(session: Session, username: str) -> Account:
    """An account in scope by the name under which it signs in; raises `NotFound`."""
    found = session.scalar(select(Account).where(Account.username == username))
    if found is None:
        raise NotFound()
    return found


def by_person(session: Session) -> dict[int, list[str]]:
    """By account: names of the other accounts that were declared to be of the same natural person."""
    groups: dict[int, list[Account]] = {}
    for account in listed(session):
        groups.setdefault(account.person_id or account.id, []).append(account)
    return {a.id: [o.username for o in group if o.id != a.id] for group in groups.values() for a in group}


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
