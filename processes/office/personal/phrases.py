"""Saved opinions of a person or office."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access import phrases
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class KeepPhrase(Command[None]):
    """Save an opinion for oneself, or for everybody of the office."""

    permission = Permission.TASK_WORK

    text: str
    is_shared: bool = False


@handles(KeepPhrase)
def keep(settings: Settings, uow: UnitOfWork, actor: Actor, command: KeepPhrase) -> None:
    """Save it for its author or for the office."""
    phrases.keep(uow, actor, command.text, command.is_shared)


@dataclass(frozen=True, slots=True)
class DropPhrase(Command[None]):
    """Delete a saved opinion."""

    permission = Permission.TASK_WORK

    phrase_id: int


@handles(DropPhrase)
def drop(settings: Settings, uow: UnitOfWork, actor: Actor, command: DropPhrase) -> None:
    """Delete a saved opinion."""
    phrases.drop(uow, actor, command.phrase_id)
