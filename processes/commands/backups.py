"""Commands after a restoration, and on files that were lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class NoteRestoration(Command):
    """The database was restored from a backup: move every series of numbers on beyond what may have been given out.

    `until` is the last day on which the office worked after the backup; `numbers` are known to have been given out.
    """

    digest: str
    made_at: datetime
    until: date | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemakePaper(Command):
    """The file of a paper is lost or damaged: have it made again from what the paper says."""

    code: str
