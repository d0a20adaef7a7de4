"""Parts of changing a key: each one transaction, so that an office of any size works on meanwhile (ADR 0028)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from processes import commands as c
from processes.access import row_states
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.people import fingerprints
from processes.relief import actions as relief
from processes.settings import Settings
from processes.storage import resealing
from processes.storage.unit_of_work import UnitOfWork

FINGERPRINTED: Mapping[str, Callable[[UnitOfWork, int], tuple[int | None, int]]] = {
    "person": fingerprints.of_persons,
    "household": fingerprints.of_households,
    "award": relief.reindex,
}
"""What a row is found by without its value lying open, by table."""


def reseal_rows(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ResealRows) -> dict[str, Any]:
    """The next part of a table."""
    actor.demand(Permission.SYSTEM_WORK)
    after, changed = resealing.reseal_rows(uow.session, command.table, command.after)
    return {"after": after, "changed": changed}


def reindex_rows(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.ReindexRows) -> dict[str, Any]:
    """The next part of a table that is found by fingerprints."""
    actor.demand(Permission.SYSTEM_WORK)
    after, changed = FINGERPRINTED[command.table](uow, int(command.after))
    return {"after": after, "changed": changed}


def note_row_states(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.NoteRowStates
) -> dict[str, Any]:
    """After an upgrade from before states were noted; it does nothing a second time."""
    actor.demand(Permission.SYSTEM_WORK)
    return {"noted": row_states.begin(uow)}
