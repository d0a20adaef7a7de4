"""Commands of changing the keys."""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class ResealRows(Command):
    """Put the next rows of a table, behind the key `after`, under the newest encryption key."""

    table: str
    after: int | str = 0


@dataclass(frozen=True, slots=True)
class NoteSessionKey(Command):
    """Write down that the office had lost its session key and made another one, so that everybody signs in anew."""


@dataclass(frozen=True, slots=True)
class ReindexRows(Command):
    """Give the next rows of a table, behind the id `after`, their fingerprints under the newest index key."""

    table: str
    after: int | str = 0


@dataclass(frozen=True, slots=True)
class NoteRowStates(Command):
    """Note what rows are in an office that is older than this record, once for each kind of row; cases in parts."""

    after: int = 0
    """The last case of the part before."""
    drafts: int | None = None
    """Instead: fill in who prepared drafts of before that was noted, behind the step of this number."""
