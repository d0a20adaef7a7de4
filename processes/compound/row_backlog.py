"""Records row states for offices older than this record, in batches."""

from __future__ import annotations

from processes.access.scope import system_actor
from processes.office import Office
from processes.office.system.keys import NoteRowStates


def note_every_row(office: Office) -> int:
    """Record every row that has no recorded state yet; return their number."""
    noted, after = 0, 0
    while True:
        said = office.perform(NoteRowStates(after), system_actor())
        noted += int(said.noted)
        if said.after is None:
            break
        after = int(said.after)
    drafts: int | None = 0
    while drafts is not None:
        said = office.perform(NoteRowStates(0, drafts), system_actor())
        noted, drafts = noted + int(said.noted), said.drafts
    return noted
