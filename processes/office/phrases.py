"""Keeping opinions that are written often."""

from __future__ import annotations

from typing import Any

from processes import commands as c
from processes.access import phrases
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


def keep(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.KeepPhrase) -> dict[str, Any]:
    """Keep it for its author or for the office."""
    actor.demand(Permission.TASK_WORK)
    phrases.keep(uow, actor, command.text, command.is_shared)
    return {}


def drop(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.DropPhrase) -> dict[str, Any]:
    """Take it away again."""
    actor.demand(Permission.TASK_WORK)
    phrases.drop(uow, actor, command.phrase_id)
    return {}
