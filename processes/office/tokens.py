"""Throwing away the tokens of commands that were done long ago."""

from __future__ import annotations

from typing import Any

from processes import commands as c
from processes.access import command_tokens
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


def sweep(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SweepTokens) -> dict[str, Any]:
    """Throw away a piece of them; answers how many."""
    actor.demand(Permission.SYSTEM_WORK)
    return {"swept": command_tokens.sweep(uow)}
