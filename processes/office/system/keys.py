"""Key rotation in parts: each is one transaction, so that an office of any size can work meanwhile (ADR 0028)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from processes.access import audit, row_states
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import preparers, recorded_rows
from processes.office.command import Command, handles
from processes.people import fingerprints
from processes.relief import actions as relief
from processes.settings import Settings
from processes.storage import resealing
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

OF_CASES, OF_MORE = "told_rows", "recorded_rows.whole"
"""In the log: that the rows of cases are told by their events from then on, and with all that is told of them today."""
FINGERPRINTED: Mapping[str, Callable[[UnitOfWork, int], tuple[int | None, int]]] = {
    "person": fingerprints.of_persons,
    "household": fingerprints.of_households,
    "award": relief.reindex,
}
"""What a row is found by without its value lying open, by table."""


@dataclass(frozen=True, slots=True)
class PartResult:
    """A part of a table was processed: the key after which the next one begins (None: it was the last)."""

    after: int | str | None
    changed: int


@dataclass(frozen=True, slots=True)
class ResealRows(Command[PartResult]):
    """Re-encrypt the next rows of a table, after the key `after`, under the newest encryption key."""

    permission = Permission.SYSTEM_WORK

    table: str
    after: int | str = 0


@handles(ResealRows)
def reseal_rows(settings: Settings, uow: UnitOfWork, actor: Actor, command: ResealRows) -> PartResult:
    """The next part of a table."""
    after, changed = resealing.reseal_rows(uow.session, command.table, command.after)
    return PartResult(after=after, changed=changed)


@dataclass(frozen=True, slots=True)
class ReindexRows(Command[PartResult]):
    """Recompute the fingerprints of the next rows of a table, after the id `after`, under the newest index key."""

    permission = Permission.SYSTEM_WORK

    table: str
    after: int | str = 0


@handles(ReindexRows)
def reindex_rows(settings: Settings, uow: UnitOfWork, actor: Actor, command: ReindexRows) -> PartResult:
    """The next part of a table with fingerprints."""
    after, changed = FINGERPRINTED[command.table](uow, int(command.after))
    return PartResult(after=after, changed=changed)


@dataclass(frozen=True, slots=True)
class NoteSessionKey(Command[None]):
    """Log that the office had lost its session key and created another one, so that everybody must sign in again."""

    permission = Permission.SYSTEM_WORK


@handles(NoteSessionKey)
def note_session_key(settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteSessionKey) -> None:
    """Add it to the access log, to explain why everybody was signed out."""
    audit.note(uow, actor, "session_key_made", tr("密钥文件不在"))


@dataclass(frozen=True, slots=True)
class NoteRowStatesResult:
    """The result of `NoteRowStates`."""

    noted: int
    after: int | None
    drafts: int | None = None


@dataclass(frozen=True, slots=True)
class NoteRowStates(Command[NoteRowStatesResult]):
    """Record the state of rows in an office older than this record, once for each kind of row; cases in parts."""

    permission = Permission.SYSTEM_WORK

    after: int = 0
    """The last case of the part before."""
    drafts: int | None = None
    """Instead: fill in who prepared older drafts, after the step of this number."""


@handles(NoteRowStates)
def note_row_states(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteRowStates
) -> NoteRowStatesResult:
    """For upgrades from versions without recorded states; kinds already recorded are left alone."""
    if command.drafts is not None:
        filled, last = preparers.begin(uow, command.drafts)
        return NoteRowStatesResult(noted=filled, after=None, drafts=last)
    noted = 0 if command.after else row_states.begin(uow)
    if row_states.has_begun(uow.session, OF_MORE):
        return NoteRowStatesResult(noted=noted, after=None)
    has_begun = row_states.has_begun(uow.session, OF_CASES)
    of_cases, after = recorded_rows.begin(uow, command.after, has_begun)
    for what in () if after is not None else (OF_MORE,) if has_begun else (OF_CASES, OF_MORE):
        row_states.note_begun(uow, what)
    return NoteRowStatesResult(noted=noted + of_cases, after=after)
