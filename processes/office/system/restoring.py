"""After a restoration: number series skip what may have been issued, lost files are made again."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from processes.access.permissions import Permission, Role
from processes.access.scope import Actor
from processes.cases.anchor_models import ChainAnchor
from processes.cases.restoration_models import Restoration
from processes.errors import NotFound
from processes.office.command import Command, handles
from processes.papers import issue, series
from processes.papers.models import IssuedPaper
from processes.papers.status import PaperStanding
from processes.policy.calendar import civil_date
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NoteRestorationResult:
    """The result of `NoteRestoration`."""

    restoration: int
    gaps: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class NoteRestoration(Command[NoteRestorationResult]):
    """The database was restored from a backup: skip in every series what may have been issued.

    `until` is the last day on which the office worked after the backup; `numbers` are known to have been
    issued.
    """

    permission = Permission.SYSTEM_WORK

    digest: str
    made_at: datetime
    until: date | None = None
    numbers: tuple[str, ...] = ()


@handles(NoteRestoration)
def note(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteRestoration
) -> NoteRestorationResult:
    """Advance every series, once for a restoration; return what each skips."""
    digest = hashlib.sha256(command.digest.encode()).hexdigest()
    known = uow.session.scalar(select(Restoration).where(Restoration.digest == digest))
    if known is None:
        until = command.until or civil_date(uow.now)
        gaps = series.move_on(uow, command.made_at, until, command.numbers)
        last = uow.session.scalar(select(func.max(ChainAnchor.id))) or 0
        known = Restoration(
            digest=digest, made_at=command.made_at, at=uow.now, last_anchor_id=last,
            gaps=[asdict(g) for g in gaps],
        )  # fmt: skip
        uow.add(known)
        uow.flush()
    return NoteRestorationResult(restoration=known.id, gaps=known.gaps)


@dataclass(frozen=True, slots=True)
class RemakePaperResult:
    """The result of `RemakePaper`."""

    code: str


@dataclass(frozen=True, slots=True)
class RemakePaper(Command[RemakePaperResult]):
    """Make the lost or damaged file of a paper again from its contract."""

    permission = Permission.SESSION

    code: str


@handles(RemakePaper)
def remake_paper(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: RemakePaper
) -> RemakePaperResult:
    """Have the renderer make the file of a paper again."""
    actor.demand(Permission.SYSTEM_WORK if Role.SYSTEM in actor.roles else Permission.PAPER_READ)
    row = uow.session.scalar(select(IssuedPaper).where(IssuedPaper.code == command.code).with_for_update())
    if row is None or row.standing == PaperStanding.DESTROYED or not actor.covers(row.division):
        raise NotFound()
    issue.ask_again(uow, row.code)
    return RemakePaperResult(code=row.code)
