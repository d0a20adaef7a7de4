"""Parts of changing a key: each one transaction, so that an office of any size works on meanwhile (ADR 0028)."""

from __future__ import annotations

from typing import Any

from processes import commands as c
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.people import actions as people
from processes.settings import Settings
from processes.storage import resealing
from processes.storage.unit_of_work import UnitOfWork


def reseal_rows(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ResealRows) -> dict[str, Any]:
    """The next part of a table."""
    actor.demand(Permission.SYSTEM_WORK)
    after, changed = resealing.reseal_rows(uow.session, command.table, command.after)
    return {"after": after, "changed": changed}


def reindex_persons(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ReindexPersons
) -> dict[str, Any]:
    """The next part of the register."""
    actor.demand(Permission.SYSTEM_WORK)
    after, changed = people.reindex(uow, command.after)
    return {"after": after, "changed": changed}
