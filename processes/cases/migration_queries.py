"""Queries of migration batches: rows, counts by kind, the next row for the worker."""

from __future__ import annotations

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from processes.cases.migration_models import MigrationBatch, MigrationRow
from processes.cases.models import Case
from processes.cases.status import MIGRATION_ENDS, CaseStatus, MigrationRowStatus
from processes.engine.migration import Kind
from processes.errors import NotFound
from processes.storage.unit_of_work import UnitOfWork

SHOWN = 500


def listed(session: Session) -> list[MigrationBatch]:
    """Return batches, latest first."""
    return list(session.scalars(select(MigrationBatch).order_by(MigrationBatch.id.desc()).limit(100)))


def one(session: Session, batch_id: int) -> MigrationBatch:
    """Return a batch; raises `NotFound`."""
    batch = session.get(MigrationBatch, batch_id)
    if batch is None:
        raise NotFound()
    return batch


def locked(uow: UnitOfWork, batch_id: int) -> MigrationBatch:
    """Lock a batch and return it; raises `NotFound`."""
    batch = uow.session.scalar(select(MigrationBatch).where(MigrationBatch.id == batch_id).with_for_update())
    if batch is None:
        raise NotFound()
    return batch


def standing(session: Session, programme: str) -> MigrationBatch | None:
    """Return the unfinished batch of a programme; at most one exists."""
    return session.scalar(
        select(MigrationBatch).where(
            MigrationBatch.programme == programme, MigrationBatch.status.not_in(MIGRATION_ENDS)
        )
    )


def unfinished(release_id: int) -> Select[Case]:
    """Return the unfinished cases of a release."""
    return select(Case).where(Case.release_id == release_id, Case.status != CaseStatus.CLOSED)


def count_unfinished(session: Session, release_id: int) -> int:
    """Return the number of unfinished cases of a release."""
    return session.scalar(select(func.count()).select_from(unfinished(release_id).subquery())) or 0


def rows(session: Session, batch_id: int, kind: str = "") -> list[tuple[MigrationRow, Case]]:
    """Return the first rows of a batch with their cases: open choices first, then impossible ones."""
    query = (
        select(MigrationRow, Case)
        .join(Case, Case.id == MigrationRow.case_id)
        .where(MigrationRow.batch_id == batch_id)
        .order_by(MigrationRow.kind, Case.id)
        .limit(SHOWN)
    )
    if kind:
        query = query.where(MigrationRow.kind == kind)
    return [(row, case) for row, case in session.execute(query)]


def tally(session: Session, batch_id: int) -> dict[str, int]:
    """Count the rows of a batch by kind and by status, and those with an open choice, going and staying."""
    counts: dict[str, int] = {}
    for column in (MigrationRow.kind, MigrationRow.status):
        query = select(column, func.count()).where(MigrationRow.batch_id == batch_id).group_by(column)
        counts |= {str(name): count for name, count in session.execute(query)}
    choices = select(MigrationRow.go, func.count()).where(
        MigrationRow.batch_id == batch_id, MigrationRow.kind == Kind.CHOICE
    )
    chosen = {go: int(count) for go, count in session.execute(choices.group_by(MigrationRow.go))}
    counts |= {
        "undecided": chosen.get(None, 0), "going": chosen.get(True, 0), "staying": chosen.get(False, 0),
    }  # fmt: skip
    return counts


def next_row(session: Session, batch: MigrationBatch, status: MigrationRowStatus) -> MigrationRow | None:
    """Return the next row to be migrated (`waits`), or to be undone (`migrated`)."""
    query = select(MigrationRow).where(MigrationRow.batch_id == batch.id, MigrationRow.status == status)
    if status == MigrationRowStatus.WAITS:
        chosen = and_(MigrationRow.kind == Kind.CHOICE, MigrationRow.go.is_(True))
        query = query.where(or_(MigrationRow.kind == Kind.SAFE, chosen))
    return session.scalars(query.order_by(MigrationRow.id).limit(1)).first()


def unfinished_by_release(session: Session, programme: str) -> dict[int, int]:
    """Return the number of unfinished cases by release of a programme, by the release's row id."""
    query = (
        select(Case.release_id, func.count())
        .where(Case.programme == programme, Case.status != CaseStatus.CLOSED)
        .group_by(Case.release_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}
