"""Password work of a command before its transaction: asking the directory, computing hashes.

Both are slow, and on SQLite a transaction blocks all other writers. The result is put into the command; the
transaction compares the stored hash once more, because it may have changed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access import accounts, audit, directory, hashing, passwords, sessions, sign_in_attempts
from processes.access.models import AccessLog, Account
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import DirectoryAway
from processes.office.accounts.accounts import AddAccount, ChangePassword, ReissuePassword
from processes.office.accounts.sign_in import SignIn
from processes.office.accounts.with_password import WithPassword
from processes.office.command import Command
from processes.office.system.founding import FoundOffice
from processes.settings import Directory, Settings
from processes.storage.unit_of_work import Database, UnitOfWork

_Proof = WithPassword[Any] | ChangePassword
_GIVES_ONE = (FoundOffice, AddAccount, ReissuePassword)
"""What gives somebody a one-time password."""
_ONCE_A = timedelta(minutes=1)


def is_delay_noted(database: Database, command: Command[Any]) -> bool:
    """Whether an attempt from this address during a delay was logged within the last minute, under any name.

    So strangers can neither fill the log nor block the writer.
    """
    noted = select(AccessLog.id).where(
        AccessLog.action == "attempt_delayed", AccessLog.address == _address_of(command),
        AccessLog.at > database.clock() - _ONCE_A,
    )  # fmt: skip
    with database.reading("") as session:
        return session.scalar(noted.limit(1)) is not None


def note_delay(uow: UnitOfWork, command: Command[Any], actor: Actor) -> None:
    """Log an attempt that was made during a delay."""
    name = command.username if isinstance(command, SignIn) else actor.username
    whose = uow.session.scalar(select(Account.id).where(Account.username == name))
    audit.note_of(uow, whose, "attempt_delayed", "", _address_of(command))


def _address_of(command: Command[Any]) -> str:
    return str(getattr(command, "address", ""))[:60]


def prepared(settings: Settings, database: Database, command: Command[Any], actor: Actor) -> Command[Any]:
    """Return the command with the results of its password check.

    Raises `SignInDelayed`, `PasswordsBusy`, `PasswordRefused`. A delayed attempt computes no hash and does
    not ask the directory.
    """
    if isinstance(command, _GIVES_ONE):
        actor.demand(Permission.SYSTEM_WORK if isinstance(command, FoundOffice) else Permission.ACCOUNT_WRITE)
        password = passwords.one_time()
        with hashing.KNOWN.through():
            return replace(command, one_time=password, one_time_hash=accounts.hash_password(password))
    if isinstance(command, SignIn):
        return _sign_in(settings, database, replace(command, vouched=None, fits="", is_away=False))
    if isinstance(command, ChangePassword):
        return _change(settings, database, replace(command, fits="", new_hash=""), actor)
    if isinstance(command, WithPassword):
        command = replace(command, vouched=None, fits="")
        if actor.at_desk is not None and actor.at_desk.way == sessions.PROVIDER:
            return command  # proven there, without a password
        account = _own(database, command, actor)
        if account is None:
            return command
        at = settings.directory
        if at is not None and accounts.signs_in_elsewhere(settings, account):
            return replace(command, vouched=directory.knows(at, account.username, command.password))
        with hashing.KNOWN.through():
            return replace(command, fits=accounts.fitting(account, command.password))
    return command


def _sign_in(settings: Settings, database: Database, command: SignIn) -> SignIn:
    """One hash for every name, known or not, so that response time reveals nothing."""
    with database.reading("") as session:
        account = session.scalar(select(Account).where(Account.username == command.username))
        is_familiar = _demand_over(database, session, account, command.username, command)
    if settings.directory is not None:
        is_own = account is not None and not accounts.signs_in_elsewhere(settings, account)
        command = _asked_alike(settings.directory, command, is_own)
    with (hashing.KNOWN if is_familiar else hashing.STRANGERS).through():
        return replace(command, fits=accounts.fitting(account, command.password))


def _change(settings: Settings, database: Database, command: ChangePassword, actor: Actor) -> Command[Any]:
    account = _own(database, command, actor)
    if account is None or account.is_demo or accounts.signs_in_elsewhere(settings, account):
        return command  # refused by the command itself
    with hashing.KNOWN.through():
        fits = accounts.fitting(account, command.old)
        if not fits or command.new == command.old:
            return replace(command, fits=fits)
        passwords.check(command.new, account.username, account.name)
        return replace(command, fits=fits, new_hash=accounts.hash_password(command.new))


def _own(database: Database, command: _Proof, actor: Actor) -> Account | None:
    """The actor's account, unless its next attempt is delayed."""
    with database.reading("") as session:
        account = None if actor.account_id is None else session.get(Account, actor.account_id)
        if account is not None:
            _demand_over(database, session, account, account.username, command)
        return account


def _demand_over(
    database: Database, session: Session, account: Account | None, username: str, command: SignIn | _Proof
) -> bool:
    return sign_in_attempts.demand_over(
        session, username, account, command.address, command.browser, database.clock()
    )


def _asked_alike(at: Directory, command: SignIn, is_own: bool) -> SignIn:
    """Neither time nor response reveals whose password counts: the directory is asked at every sign-in.

    For an account with a local password, a name that does not exist is sent. While the directory is down
    every failed attempt is counted and reported so, for any name; an administrator's local password still
    works.
    """
    try:
        if is_own:
            directory.check_nobody(at, command.username, command.password)
            return command
        return replace(command, vouched=directory.knows(at, command.username, command.password))
    except DirectoryAway:
        return replace(command, vouched=None if is_own else False, is_away=True)
