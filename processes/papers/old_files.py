"""Old paper files (旧档): queries and registration."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import render
from processes.errors import NotFound
from processes.papers import brought
from processes.papers.archive_models import ExcludedDocument, OldFile, OldFileDocument
from processes.storage import file_store
from processes.storage.unit_of_work import UnitOfWork

SHOWN = 100


def by_number(session: Session, number: str) -> OldFile:
    """Return an old file in scope; raises `NotFound`."""
    found = session.scalar(select(OldFile).where(OldFile.number == number, OldFile.destroyed_on.is_(None)))
    if found is None:
        raise NotFound()
    return found


def of_household(session: Session, household_id: int) -> list[OldFile]:
    """Return the old files of a household that still exist."""
    query = select(OldFile).where(OldFile.household_id == household_id, OldFile.destroyed_on.is_(None))
    return list(session.scalars(query.order_by(OldFile.closed_on, OldFile.id)))


def latest(session: Session) -> list[OldFile]:
    """Return old files in scope, the last registered first."""
    query = select(OldFile).where(OldFile.destroyed_on.is_(None)).order_by(OldFile.id.desc())
    return list(session.scalars(query.limit(SHOWN)))


def sheets(session: Session, old_file_id: int) -> list[OldFileDocument]:
    """Return the documents of an old file, in order."""
    query = select(OldFileDocument).where(OldFileDocument.old_file_id == old_file_id)
    return list(session.scalars(query.order_by(OldFileDocument.position)))


def aside(session: Session, old_file_id: int) -> list[ExcludedDocument]:
    """Return the documents excluded from an old file, in order of exclusion."""
    query = select(ExcludedDocument).where(ExcludedDocument.old_file_id == old_file_id)
    return list(session.scalars(query.order_by(ExcludedDocument.id)))


def set_aside(uow: UnitOfWork, file: OldFile, sheet: OldFileDocument, who: str, reason: str) -> None:
    """Exclude a document from an old file; it is kept until the file is destroyed."""
    uow.add(
        ExcludedDocument(
            old_file_id=file.id, title=sheet.title, media_type=sheet.media_type, sha256=sheet.sha256,
            pages=sheet.pages, aside_at=uow.now, aside_by=who, reason=reason,
        )
    )  # fmt: skip
    uow.session.delete(sheet)


def add_sheet(
    uow: UnitOfWork, file: OldFile, title: str, media_type: str, content: bytes, pages: int, folder: Path
) -> OldFileDocument:
    """Append a scanned document to the file."""
    last = uow.session.scalar(
        select(func.max(OldFileDocument.position)).where(OldFileDocument.old_file_id == file.id)
    )  # fmt: skip
    row = OldFileDocument(
        old_file_id=file.id, position=(last or 0) + 1, title=title, media_type=media_type,
        sha256=file_store.put(folder, content), pages=pages,
    )  # fmt: skip
    uow.add(row)
    return row


def preview_of(content: bytes, is_pdf: bool) -> bytes:
    """Return a thumbnail of an uploaded file's first page; raises `AttachmentRefused` as `pages_of` does."""
    with brought.told():
        return render.preview(render.Previewing(content, is_pdf))


def pages_of(content: bytes, is_pdf: bool) -> int:
    """Return the number of pages of an uploaded file; raises `AttachmentRefused` if it cannot be read
    completely.

    The file is parsed in a child process with limited time and memory, never by the caller.
    """
    with brought.told():
        return render.count_pages(render.Counting(content, is_pdf))
