"""Parts of changing a key: each one transaction, so that an office of any size works on meanwhile (ADR 0028)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from processes import commands as c
from processes.access import audit, row_states
from processes.access.permissions import Permission
from processes.access.scope import Actor, system_actor
from processes.cases import preparers, told_rows
from processes.people import fingerprints
from processes.relief import actions as relief
from processes.settings import Settings
from processes.storage import resealing
from processes.storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from processes.office.door import Office

OF_CASES, OF_MORE = "told_rows", "told_rows.whole"
"""In the log: that the rows of cases are told by their events from then on, and with all that is told of them today."""
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


def note_session_key(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.NoteSessionKey
) -> dict[str, Any]:
    """Into the log of accesses: whoever asks why everybody was signed out finds it there."""
    actor.demand(Permission.SYSTEM_WORK)
    audit.note(uow, actor, "session_key_made", "密钥文件不在")
    return {}


def note_row_states(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: c.NoteRowStates
) -> dict[str, Any]:
    """After an upgrade from before states were noted; what has begun to be noted is left alone."""
    actor.demand(Permission.SYSTEM_WORK)
    if command.drafts is not None:
        filled, last = preparers.begin(uow, command.drafts)
        return {"noted": filled, "after": None, "drafts": last}
    noted = 0 if command.after else row_states.begin(uow)
    if row_states.has_begun(uow.session, OF_MORE):
        return {"noted": noted, "after": None}
    has_begun = row_states.has_begun(uow.session, OF_CASES)
    of_cases, after = told_rows.begin(uow, command.after, has_begun)
    for what in () if after is not None else (OF_MORE,) if has_begun else (OF_CASES, OF_MORE):
        row_states.note_begun(uow, what)
    return {"noted": noted + of_cases, "after": after}


def note_every_row(office: Office) -> int:
    """Have every row noted that an office has from before rows were noted; answers how many it was."""
    noted, after = 0, 0
    while True:
        said = office.perform(c.NoteRowStates(after), system_actor())
        noted += int(said["noted"])
        if said["after"] is None:
            break
        after = int(said["after"])
    drafts: int | None = 0
    while drafts is not None:
        said = office.perform(c.NoteRowStates(0, drafts), system_actor())
        noted, drafts = noted + int(said["noted"]), said["drafts"]
    return noted
