"""Lift the delay after failed sign-ins."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access import accounts, audit
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class UnlockAccount(Command[None]):
    """Lift the delay after failed sign-ins of an account."""

    permission = Permission.ACCOUNT_UNLOCK

    username: str


@handles(UnlockAccount)
def unlock_account(settings: Settings, uow: UnitOfWork, actor: Actor, command: UnlockAccount) -> None:
    """Lift the delay for everybody who signs in under this name."""
    accounts.unlock(uow, command.username)
    audit.note(uow, actor, "account_unlocked", command.username)
