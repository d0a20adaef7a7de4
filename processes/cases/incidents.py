"""Incidents (异常): failures of a case that wait for a retry; one for each subject, until resolved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from processes.cases.models import Case, Incident
from processes.storage.unit_of_work import UnitOfWork

TIMER = "timer"
_PAPER = "paper/"


def of_paper(code: str) -> str:
    """Return the subject key of a paper that could not be made."""
    return f"{_PAPER}{code}"


def paper_at(place: str) -> str | None:
    """Return the code of the paper in a subject key."""
    return place.removeprefix(_PAPER) if place.startswith(_PAPER) else None


def unresolved(uow: UnitOfWork, case_id: int, place: str) -> Incident | None:
    """Return the open incidents of a subject."""
    return next(iter(_waiting(uow, case_id, place)), None)


def note(
    uow: UnitOfWork, case: Case, place: str, code: str, message: str, next_try_at: datetime | None
) -> None:
    """Record a failure, new or repeated; the message is the latest reason."""
    known = unresolved(uow, case.id, place)
    if known is None:
        known = Incident(case_id=case.id, place=place, at=uow.now, attempts=0)
        uow.add(known)
    known.code, known.message = code, message
    known.attempts += 1
    known.next_try_at = next_try_at


def resolve(uow: UnitOfWork, case_id: int, place: str) -> None:
    """Mark the incidents of this subject resolved."""
    for incident in _waiting(uow, case_id, place):
        incident.resolved_at = uow.now


def _waiting(uow: UnitOfWork, case_id: int, place: str) -> Sequence[Incident]:
    """Oldest first; several only if an earlier version of the program recorded each failure separately."""
    query = select(Incident).where(
        Incident.case_id == case_id, Incident.place == place, Incident.resolved_at.is_(None)
    )
    return uow.session.scalars(query.order_by(Incident.id)).all()
