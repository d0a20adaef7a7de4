"""Destruction after retention (鉴定销毁): what is due, proposing it, and deleting everything but the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, false, or_, select, update
from sqlalchemy.orm import Session

from processes.cases.colleague_models import Comment, Participant
from processes.cases.models import Attachment, Case, CaseEvent, Clock, Incident, Notice, WorkItem
from processes.cases.move_models import CaseMove
from processes.cases.status import CaseStatus
from processes.decisions.models import Deviation, FactSnapshot, PropertyExemption
from processes.errors import NotFound
from processes.papers import old_files, outlived
from processes.papers.archive_models import Destruction, ExcludedDocument, OldFile, OldFileDocument
from processes.papers.models import (
    Handwriting,
    IssuedPaper,
    PaperSignature,
    Printing,
    ReplacedPage,
    ReturnedPage,
)
from processes.papers.outlived import Due
from processes.papers.status import DestructionStatus, PaperStanding, RecordKind
from processes.policy import retention
from processes.policy.calendar import SHANGHAI, civil_date
from processes.policy.periods import Month
from processes.releases import publish
from processes.releases.models import Release
from processes.relief.models import Award
from processes.relief.status import AwardStatus
from processes.storage import full_text, outbox
from processes.storage.base import Row
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

REMOVE = "remove_files"
GONE = tr("（已销毁）")
SHOWN = 200


def due(session: Session, today: date, number: str = "") -> list[Due]:
    """Return files in scope whose retention has ended and that nobody has proposed yet, oldest first; or the
    one given."""
    proposed = set(
        session.scalars(select(Destruction.number).where(Destruction.status == DestructionStatus.PROPOSED))
    )
    found = [
        d
        for d in [
            *_cases(session, today, number),
            *_old_files(session, today, number),
            *outlived.found(session, today, number),
        ]
        if d.number not in proposed
    ]
    return sorted(found, key=lambda d: d.over_on)[:SHOWN]


def place_of(session: Session, kind: str, number: str) -> str:
    """Return the division of a file; raises `NotFound`."""
    if kind in outlived.KINDS:
        return outlived.place_of(session, kind, number)
    table = Case if kind == RecordKind.CASE else OldFile
    found = session.scalar(select(table.division).where(table.number == number))
    if found is None:
        raise NotFound()
    return found


def _cases(session: Session, today: date, number: str) -> list[Due]:
    month = str(Month.of(today))
    draws = select(Award.case_id).where(
        Award.status == AwardStatus.STANDING, or_(Award.until_month.is_(None), Award.until_month >= month)
    )
    query = select(Case).where(
        Case.status == CaseStatus.CLOSED, Case.destroyed_on.is_(None), Case.id.not_in(draws), _is_over(session, today),
    )  # fmt: skip
    if number:
        query = query.where(Case.number == number)
    found = []
    for case in session.scalars(query.order_by(Case.closed_at).limit(SHOWN)):
        closed, term = civil_date(case.closed_at or case.opened_at), term_of(session, case)
        first = retention.over_on(closed, term)
        if first is not None and today >= first:
            found.append(
                Due(
                    RecordKind.CASE,
                    case.number,
                    case.programme_title,
                    closed,
                    term,
                    first,
                    case.id,
                    case.division,
                )
            )
    return found


def _is_over(session: Session, today: date) -> ColumnElement[bool]:
    """Whether a case was closed long enough ago for the retention period of its release."""
    found: list[ColumnElement[bool]] = [false()]
    for release_id in session.scalars(select(Release.id)):
        years = retention.years_of(str(publish.open_release(session, release_id).programme["retention"]))
        if years is not None:
            before = datetime(today.year - years, 1, 1, tzinfo=SHANGHAI)
            found.append(and_(Case.release_id == release_id, Case.closed_at < before))
    return or_(*found)


def term_of(session: Session, case: Case) -> str:
    """Return the retention period of a case's files, from its release."""
    return str(publish.open_release(session, case.release_id).programme["retention"])


def _old_files(session: Session, today: date, number: str) -> list[Due]:
    query = select(OldFile).where(OldFile.destroyed_on.is_(None))
    found = []
    for file in session.scalars(query.where(OldFile.number == number) if number else query):
        first = retention.over_on(file.closed_on, file.retention)
        if first is not None and today >= first:
            found.append(
                Due(
                    RecordKind.OLD_FILE,
                    file.number,
                    file.title,
                    file.closed_on,
                    file.retention,
                    first,
                    file.id,
                    file.division,
                )
            )
    return found


def waiting(session: Session) -> list[Destruction]:
    """Return proposals in scope that wait for a second person."""
    query = (
        select(Destruction).where(Destruction.status == DestructionStatus.PROPOSED).order_by(Destruction.id)
    )
    return list(session.scalars(query))


def decided(session: Session) -> list[Destruction]:
    """Return what was destroyed or kept, latest first."""
    query = (
        select(Destruction)
        .where(Destruction.status != DestructionStatus.PROPOSED)
        .order_by(Destruction.id.desc())
    )
    return list(session.scalars(query.limit(SHOWN)))


def pieces_of(session: Session, kind: str, subject: int) -> list[dict[str, Any]]:
    """Return the contents of a file: title, pages, sha256."""
    if kind in outlived.KINDS:
        return outlived.pieces_of(session, kind, subject)
    if kind == RecordKind.OLD_FILE:
        rows: list[OldFileDocument | ExcludedDocument] = [
            *old_files.sheets(session, subject),
            *old_files.aside(session, subject),
        ]
        return [{"title": r.title, "pages": r.pages, "sha256": r.sha256} for r in rows]
    papers = session.scalars(select(IssuedPaper).where(IssuedPaper.case_id == subject))
    attached = session.scalars(select(Attachment).where(Attachment.case_id == subject))
    return [
        *({"title": f"{p.title} {p.number}", "pages": p.pages, "sha256": p.sha256 or ""} for p in papers),
        *({"title": tr("附件"), "pages": None, "sha256": a.sha256} for a in attached),
    ]


def destroy_outlived(uow: UnitOfWork, kind: str, number: str) -> None:
    """Destroy records that are kept beside the files of cases."""
    key, files = outlived.destroy(uow, kind, number)
    if files:
        remove_files(uow, key, papers=files)


def destroy_old_file(uow: UnitOfWork, file: OldFile) -> None:
    """Destroy the scans of an old file."""
    rows: list[OldFileDocument | ExcludedDocument] = [
        *old_files.sheets(uow.session, file.id),
        *old_files.aside(uow.session, file.id),
    ]
    remove_files(uow, f"old_file/{file.id}", scans=[r.sha256 for r in rows])
    for kind in (OldFileDocument, ExcludedDocument):
        _each_away(uow.session, kind, kind.old_file_id == file.id)
    file.title, file.note, file.destroyed_on = GONE, "", civil_date(uow.now)


def _each_away(session: Session, kind: type[Row], which: ColumnElement[bool]) -> None:
    """Delete rows one by one, so that each deletion is recorded (`access.row_states`)."""
    for row in session.scalars(select(kind).where(which)):
        session.delete(row)


def destroy_case(uow: UnitOfWork, case: Case) -> None:
    """Destroy all personal data of a case; its number, dates and the hashes of its events stay."""
    session = uow.session
    papers = session.scalars(select(IssuedPaper).where(IssuedPaper.case_id == case.id)).all()
    ids = [p.id for p in papers]
    signed = session.scalars(select(PaperSignature.sha256).where(PaperSignature.paper_id.in_(ids))).all()
    returned = [
        sha256
        for kind in (ReturnedPage, ReplacedPage)
        for sha256 in session.scalars(select(kind.sha256).where(kind.paper_id.in_(ids)))
    ]
    attached = session.scalars(select(Attachment.sha256).where(Attachment.case_id == case.id)).all()
    remove_files(
        uow, f"case/{case.id}", papers=[*(p.sha256 for p in papers if p.sha256), *signed],
        scans=returned, attachments=attached,
    )  # fmt: skip
    for of_paper in (Printing, PaperSignature, ReturnedPage, ReplacedPage):
        _each_away(session, of_paper, of_paper.paper_id.in_(ids))
    for unstated in (Incident, FactSnapshot):
        session.execute(delete(unstated).where(unstated.case_id == case.id))
    for of_case in (Handwriting, Attachment, Deviation, PropertyExemption, Comment, Participant):
        _each_away(session, of_case, of_case.case_id == case.id)
    for paper in papers:
        paper.contract, paper.standing, paper.ended_because = {}, PaperStanding.DESTROYED, ""
        paper.ended_on, paper.signed_sha256 = civil_date(uow.now), None
    for item in session.scalars(select(WorkItem).where(WorkItem.case_id == case.id)):
        item.applicant, item.id_tail, item.submission, item.draft = GONE, "", None, None
        item.initials, item.initials_other, item.held = "", "", None
        item.returned_reason = None
    full_text.remove(session, case.id)
    session.execute(delete(Notice).where(Notice.case_number == case.number))
    # Digests stay unchanged: the chain still proves that no event is missing.
    events = select(CaseEvent).where(CaseEvent.case_id == case.id)
    for event in session.scalars(events):
        event.title, event.payload, event.salt = "", {}, ""
    session.execute(update(Clock).where(Clock.case_id == case.id).values(extension_reason=None))
    for move in session.scalars(select(CaseMove).where(CaseMove.case_id == case.id)):
        move.reason = move.said = ""
    session.execute(update(Award).where(Award.case_id == case.id).values(account=None, account_index=""))
    case.initials = case.initials_other = ""
    case.applicant, case.state, case.destroyed_on = GONE, b"", civil_date(uow.now)


def remove_files(
    uow: UnitOfWork, key: str, papers: Sequence[str] = (), scans: Sequence[str] = (),
    attachments: Sequence[str] = (),
) -> None:  # fmt: skip
    """Request deletion of the files once this is committed."""
    folders = {"papers": list(papers), "scans": list(scans), "attachments": list(attachments)}
    outbox.put(uow, REMOVE, f"{REMOVE}/{key}", {"files": folders})


def still_used(session: Session, folder: str, sha256: str) -> bool:
    """Return whether another row uses the same bytes, which the file store keeps once."""
    columns: dict[str, list[Any]] = {
        "papers": [IssuedPaper.sha256, IssuedPaper.signed_sha256, PaperSignature.sha256],
        "scans": [ReturnedPage.sha256, ReplacedPage.sha256, OldFileDocument.sha256, ExcludedDocument.sha256],
        "attachments": [Attachment.sha256],
    }
    for column in columns[folder]:
        query = select(column).where(column == sha256)
        if column.class_ is IssuedPaper:
            query = query.where(IssuedPaper.standing != PaperStanding.DESTROYED)
        if session.execute(query.limit(1)).first() is not None:
            return True
    return False
