"""Viewing or printing a paper: logged before the file is sent."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access import audit
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import NotFound, PaperNotReady
from processes.office.command import Command, handles
from processes.papers import issue, queries
from processes.papers.status import PaperStanding
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RecordPrintingResult:
    """The result of `RecordPrinting`."""

    sha256: str
    title: str
    number: str
    copy: int
    code: str


@dataclass(frozen=True, slots=True)
class RecordPrinting(Command[RecordPrintingResult]):
    """Record that a paper was opened for printing: who, when, which copy."""

    permission = Permission.PAPER_READ

    code: str


@handles(RecordPrinting)
def record_printing(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: RecordPrinting
) -> RecordPrintingResult:
    """Record who opened which paper, and the number of the copy; return the location of its file."""
    queries.demand_full_numbers(actor)
    row = uow.session.scalar(queries.in_scope(actor, command.code))
    if row is None or row.standing == PaperStanding.DESTROYED:
        raise NotFound()
    if row.sha256 is None:
        raise PaperNotReady()
    copy = issue.record_printing(uow, row, actor)
    audit.note(uow, actor, "paper_read", row.code)
    return RecordPrintingResult(
        sha256=row.signed_sha256 or row.sha256, title=row.title, number=row.number, copy=copy, code=row.code
    )


@dataclass(frozen=True, slots=True)
class NotePaperRead(Command[None]):
    """Log that somebody read a paper or a scanned page, which show full ID numbers, without printing it."""

    permission = Permission.PAPER_READ

    target: str


@handles(NotePaperRead)
def note_read(settings: Settings, uow: UnitOfWork, actor: Actor, command: NotePaperRead) -> None:
    """Log that a paper was viewed.  The caller must have checked scope."""
    audit.note(uow, actor, "paper_read", command.target)
