"""Records row states for offices older than this record, in batches."""

from __future__ import annotations

from processes.access.scope import system_actor
from processes.office import Office
from processes.office.system.keys import NoteRowStates


def note_every_row(office: Office) -> int:
    """Record every row that has no recorded state yet; return their number."""
    noted, after = 0, 0
    while True:
        result = office.perform(NoteRowStates(after), system_actor())
        noted += int(result.noted)
        if result.after is None:
            break
        after = int(result.after)
    drafts: int | None = 0
    while drafts is not None:
        result = office.perform(NoteRowStates(0, drafts), system_actor())
        noted, drafts = noted + int(result.noted), result.drafts
    return noted
