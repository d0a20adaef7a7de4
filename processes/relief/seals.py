"""Hashes over rows of money: a fund entry includes the one before it; an award or relief is hashed in its
case's event.

To alter such a row unnoticed one would have to rewrite the fund's book or the case's chain, and those are
sealed daily.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC

from processes.relief.fund_models import FundEntry, ReliefPayment
from processes.relief.models import Award
from processes.storage.base import WHOLE

_TAIL = 4


def of_entry(previous: str, township: str, entry: FundEntry) -> str:
    """Return the hash of a posted entry, over its postings and the entry before it."""
    at = entry.entered_at.astimezone(UTC).isoformat()
    more = _hash(
        at,
        entry.entered_by_id,
        entry.confirmed_by_id,
        entry.case_id,
        of_entry_v1(previous, township, entry),
    )
    return WHOLE + more[: -len(WHOLE)]


def is_of_entry(previous: str, township: str, entry: FundEntry) -> bool:
    """Return whether a posted entry has the expected hash; older entries cover less."""
    of = of_entry if entry.digest.startswith(WHOLE) else of_entry_v1
    return entry.digest == of(previous, township, entry)


def of_entry_v1(previous: str, township: str, entry: FundEntry) -> str:
    """Return the first version of the hash: without the accounts, the instant and the case by their keys."""
    return _hash(
        previous, township, entry.serial, entry.kind, entry.booked_on.isoformat(), f"{entry.amount:.2f}", entry.memo,
        entry.case_number, entry.reverses_id or 0, entry.question, entry.entered_by, entry.confirmed_by,
        *sorted(f"{p.account} {p.amount:.2f}" for p in entry.postings),
    )  # fmt: skip


def of_payment(row: ReliefPayment) -> str:
    """Return the hash of a one-off relief as paid."""
    on = "" if row.event_on is None else row.event_on.isoformat()
    return _hash(
        row.case_id, row.household_id, row.event, on, f"{row.amount:.2f}", row.granted_on.isoformat(), row.source,
        row.question,
    )  # fmt: skip


def of_award(award: Award, people: Iterable[int], household_id: int | None = None) -> str:
    """Return the hash of an award as granted; of the account only its last digits, to reveal nothing else.

    An award that moved with its person was granted in another household.
    """
    return _hash(
        award.case_id, household_id or award.household_id, award.programme, f"{award.monthly_amount:.2f}", award.from_month,
        award.grade, award.cover, award.question, (award.account or "")[-_TAIL:], *sorted(people),
    )  # fmt: skip


def of_other_values(award: Award) -> str:
    """Return the hash of the other unchangeable values of an award."""
    return _hash(award.programme_title, award.programme_code, award.granted_at.astimezone(UTC).isoformat())


def _hash(*said: object) -> str:
    return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()
