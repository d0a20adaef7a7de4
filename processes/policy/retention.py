"""Retention periods of files (保管期限): full years, counted from the year after closing (DA/T 归档次年)."""

from __future__ import annotations

import re
from datetime import date

from processes.texts import tr

PERMANENT = tr("永久")
TERMS = (PERMANENT, tr("30年"), tr("10年"))
_YEARS = re.compile(r"(\d{1,3})年")


def years_of(retention: str) -> int | None:
    """Return the years of `30年`; None for `永久`. Raises ValueError for anything else."""
    if retention == PERMANENT:
        return None
    match = _YEARS.fullmatch(retention)
    if match is None:
        raise ValueError(retention)
    return int(match.group(1))


def over_on(closed_on: date, retention: str) -> date | None:
    """Return the first day on which a file may be destroyed; None if it is kept permanently."""
    years = years_of(retention)
    return None if years is None else date(closed_on.year + 1 + years, 1, 1)


def is_over(closed_on: date, retention: str, today: date) -> bool:
    """Return whether a file's retention period has ended."""
    first = over_on(closed_on, retention)
    return first is not None and today >= first
