"""Commands of draws: commit to a number, make a round known."""

from __future__ import annotations

from typing import Any

from processes import commands as c
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import draws
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


def commit(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.CommitDrawNumber) -> dict[str, Any]:
    """Keep a number sealed; answers its round and its hash."""
    actor.demand(Permission.DRAW_WRITE)
    row = draws.enter(uow, actor, command.number)
    return {"round": row.round_id, "commitment": row.commitment}


def reveal(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.RevealDrawRound) -> dict[str, Any]:
    """Make the numbers of a round known."""
    actor.demand(Permission.DRAW_WRITE)
    return {"round": draws.reveal(uow, actor, command.round_id).id}
