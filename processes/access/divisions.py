"""Divisions: names, and the villages in which a person can register a household."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.access.models import Division
from processes.access.scope import TOWNSHIP_DIGITS
from processes.errors import NotFound
from processes.storage.unit_of_work import within

VILLAGE_DIGITS = 12


def name(session: Session, code: str) -> str:
    """Return the full name of a division, or its code if it has none."""
    row = session.get(Division, code)
    return code if row is None else row.full_name


def names(session: Session, codes: list[str]) -> dict[str, str]:
    """Return full names by code; the code if there is no name."""
    query = select(Division.code, Division.full_name).where(Division.code.in_(codes))
    known = {row[0]: row[1] for row in session.execute(query)} if codes else {}
    return {code: known.get(code, code) for code in codes}


def villages(session: Session, prefix: str) -> list[Division]:
    """Return villages under a division, by code."""
    query = select(Division).where(
        within(Division.code, prefix), func.length(Division.code) == VILLAGE_DIGITS
    )
    return list(session.scalars(query.order_by(Division.code)))


def all_of(session: Session, prefix: str) -> list[Division]:
    """Return a division and every division under it, by code."""
    return list(
        session.scalars(select(Division).where(within(Division.code, prefix)).order_by(Division.code))
    )


def townships(session: Session, prefix: str) -> list[Division]:
    """Return townships under a division, or the one that contains it, by code."""
    query = select(Division).where(
        within(Division.code, prefix[:TOWNSHIP_DIGITS]), func.length(Division.code) == TOWNSHIP_DIGITS
    )
    return list(session.scalars(query.order_by(Division.code)))


def township(session: Session, code: str, prefix: str) -> str:
    """Return the name of a township covered by a person's scope; raises `NotFound`."""
    row = session.get(Division, code)
    if row is None or len(code) != TOWNSHIP_DIGITS or not code.startswith(prefix[:TOWNSHIP_DIGITS]):
        raise NotFound()
    return row.full_name
