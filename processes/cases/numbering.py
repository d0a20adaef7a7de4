"""Visible numbers: case numbers, letter numbers, verification codes."""

from __future__ import annotations

import secrets

from sqlalchemy import select

from processes.cases.models import NumberSeries
from processes.storage.unit_of_work import UnitOfWork

# Without similar characters (0 O 1 I L); 10 of 27 letters are about 2 * 10**14 codes.
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ2345"
CODE_LENGTH = 10


def next_in(uow: UnitOfWork, series: str) -> int:
    """Return the next number of a series; safe for concurrent transactions."""
    query = select(NumberSeries).where(NumberSeries.series == series).with_for_update()
    row = uow.session.scalar(query)
    if row is None:
        uow.insert_if_missing(NumberSeries, series=series, last=0)
        row = uow.session.scalars(query).one()
    row.last += 1
    return row.last


def case_number(uow: UnitOfWork, township: str, code: str, year: int) -> str:
    """`340199101-DB-2026-00042`: township, programme code, year, serial."""
    serial = next_in(uow, f"case/{township}/{code}/{year}")
    return f"{township}-{code}-{year}-{serial:05d}"


def letter_number(uow: UnitOfWork, place: str, series: str, year: int) -> str:
    """`城关民救受〔2026〕42号`: the office's short name, the series, the year, the serial."""
    serial = next_in(uow, f"paper/{place}/{series}/{year}")
    return f"{place}{series}〔{year}〕{serial}号"


def verification_code() -> str:
    """Return a verification code for a paper; it cannot be guessed."""
    return "".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH))


def is_verification_code(text: str) -> bool:
    """Return whether a text has the form of a verification code."""
    return len(text) == CODE_LENGTH and set(text) <= set(_LETTERS)


def household_number(uow: UnitOfWork, township: str) -> str:
    """Return the number of a new household file in a township's series."""
    return f"{township}-H-{next_in(uow, f'household/{township}'):06d}"
