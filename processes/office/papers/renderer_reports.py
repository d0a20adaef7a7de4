"""What the renderer reports of a paper: made, or failed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import events, incidents
from processes.cases.models import Case
from processes.errors import NotFound
from processes.office.command import Command, handles
from processes.papers import issue
from processes.papers.models import IssuedPaper
from processes.papers.status import PaperStatus
from processes.settings import Settings
from processes.storage import outbox
from processes.storage.outbox import OutboxRow
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FinishPaper(Command[None]):
    """The renderer has made a paper: hash, size and number of pages of the stored file."""

    permission = Permission.SYSTEM_WORK

    code: str
    sha256: str
    size: int
    pages: int


@handles(FinishPaper)
def finish_paper(settings: Settings, uow: UnitOfWork, actor: Actor, command: FinishPaper) -> None:
    """Record the file of a paper, which can be printed now.

    The case is locked first, as when a paper is issued: its events contain the hash of the file.
    """
    case = _case_of(uow, command.code)
    row, job = _paper_and_job(uow, command.code)
    if row.sha256 not in (None, command.sha256):
        # Made again by a later version of the renderer: the same paper with another hash, recorded in the
        # case.
        events.append(
            uow,
            case,
            actor,
            "paper_remade",
            row.title,
            number=row.number,
            before=row.sha256,
            after=command.sha256,
        )
    row.sha256, row.size, row.pages, row.status, row.error = (
        command.sha256, command.size, command.pages, PaperStatus.READY, None,
    )  # fmt: skip
    if job is not None:
        outbox.finish(uow, job)
    incidents.resolve(uow, row.case_id, incidents.of_paper(row.code))


@dataclass(frozen=True, slots=True)
class FailPaper(Command[None]):
    """The renderer failed to make a paper; it is retried later."""

    permission = Permission.SYSTEM_WORK

    code: str
    error_code: str
    message: str


@handles(FailPaper)
def fail_paper(settings: Settings, uow: UnitOfWork, actor: Actor, command: FailPaper) -> None:
    """Record an incident for a paper that could not be made; it is retried later.

    Ignored if another worker has made the paper meanwhile.
    """
    case = _case_of(uow, command.code)
    row, job = _paper_and_job(uow, command.code)
    if job is not None and job.done_at is not None:
        return
    row.status, row.error = PaperStatus.FAILED, command.message
    if job is not None:
        outbox.put_off(job, uow.now + outbox.back_off(job.attempts + 1), command.error_code)
    next_try_at = None if job is None else job.due_at
    place = incidents.of_paper(row.code)
    incidents.note(uow, case, place, command.error_code, command.message, next_try_at)


def _case_of(uow: UnitOfWork, code: str) -> Case:
    of_paper = select(IssuedPaper.case_id).where(IssuedPaper.code == code).scalar_subquery()
    case = uow.session.scalar(select(Case).where(Case.id == of_paper).with_for_update())
    if case is None:
        raise NotFound()
    return case


def _paper_and_job(uow: UnitOfWork, code: str) -> tuple[IssuedPaper, OutboxRow | None]:
    row = uow.session.scalar(select(IssuedPaper).where(IssuedPaper.code == code).with_for_update())
    if row is None:
        raise NotFound()
    job = uow.session.scalar(select(OutboxRow).where(OutboxRow.key == f"{issue.RENDER}/{code}"))
    return row, job
