"""Queries of the book: proposals, and the history of every value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.parameters.models import ParameterValue
from processes.parameters.status import ParameterStatus


def history(session: Session) -> Mapping[str, list[ParameterValue]]:
    """Return every value ever proposed or in force, by name, latest first."""
    found: dict[str, list[ParameterValue]] = {}
    query = select(ParameterValue).order_by(ParameterValue.since.desc(), ParameterValue.id.desc())
    for row in session.scalars(query):
        found.setdefault(row.name, []).append(row)
    return found


def waiting(session: Session) -> Sequence[ParameterValue]:
    """Return proposals that wait for a second person, oldest first."""
    query = (
        select(ParameterValue)
        .where(ParameterValue.status == ParameterStatus.PROPOSED)
        .order_by(ParameterValue.id)
    )
    return session.scalars(query).all()


def waiting_count(session: Session) -> int:
    """Return the number of proposals that wait for a second person."""
    return session.scalar(select(func.count()).where(ParameterValue.status == ParameterStatus.PROPOSED)) or 0
