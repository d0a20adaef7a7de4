"""Notices that a person has read."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import notices
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReadNotices(Command[None]):
    """Mark notices as read."""

    permission = Permission.SESSION

    ids: tuple[int, ...]


@handles(ReadNotices)
def read_notices(settings: Settings, uow: UnitOfWork, actor: Actor, command: ReadNotices) -> None:
    """Mark the actor's notices as read."""
    notices.read(uow, actor.account_id, command.ids)
