"""When two reliefs may be for the same event, and when several exceed a limit together: pure (C12, C40)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """Relief requested or given: `given` yuan on `given_on`, or requested and not decided yet."""

    case_number: str
    event: str
    is_bills: bool
    from_on: date | None
    until_on: date | None
    asked_on: date
    amount: Decimal
    given_on: date | None = None
    is_concerned: bool = True
    """Whether a person of the event is concerned there too; else they only share a household."""

    @property
    def day(self) -> date:
        """The day that counts against periods: the day of payment, else that of the request."""
        return self.given_on or self.asked_on


@dataclass(frozen=True, slots=True)
class Terms:
    """The county's parameters: months for the same event, days for splitting, the township's limit (yuan;
    None: none)."""

    same_event_months: int
    split_days: int
    limit: Decimal | None


def may_be_same(asked: Asked, other: Asked, since: date) -> bool:
    """Return whether two reliefs of the same persons may be for one event; `since` is the start of the months
    (exclusive).

    That is the case for overlapping days, or the same kind within the months. Bills are the same if their
    periods overlap; bills of different periods are separate, and an unknown period may be any.
    """
    if not other.is_concerned:
        return False
    apart = _apart(asked, other)
    if apart is False:
        return True
    if asked.is_bills and other.is_bills:
        return apart is None and other.day > since
    return asked.event == other.event and other.day > since


def together(asked: Asked, others: Iterable[Asked], terms: Terms, today: date) -> list[Asked]:
    """Return the recent reliefs that exceed the limit together with this one, which alone does not; else none."""
    first = today - timedelta(days=terms.split_days)
    recent = [o for o in others if o.day >= first]
    if terms.limit is None or asked.amount > terms.limit:
        return []
    return recent if recent and sum((o.amount for o in recent), asked.amount) > terms.limit else []


def of_year(others: Iterable[Asked], year: int) -> list[Asked]:
    """Return the amount given in a calendar year."""
    return [o for o in others if o.given_on is not None and o.given_on.year == year]


def _apart(one: Asked, other: Asked) -> bool | None:
    """Whether the days of the two do not overlap; None if those of one are unknown."""
    if one.from_on is None or one.until_on is None or other.from_on is None or other.until_on is None:
        return None
    return one.until_on < other.from_on or other.until_on < one.from_on
