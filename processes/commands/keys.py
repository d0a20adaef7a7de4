"""Commands of changing the keys."""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class ResealRows(Command):
    """Put the next rows of a table, behind the id `after`, under the newest encryption key."""

    table: str
    after: int = 0


@dataclass(frozen=True, slots=True)
class ReindexPersons(Command):
    """Give the next persons, behind the id `after`, their fingerprint under the newest index key."""

    after: int = 0
