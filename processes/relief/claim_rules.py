"""When two reliefs may be for the same event, and when several pass a limit together: pure (C12, C40)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What relief is asked for, or was given for: `given` yuan on `given_on`, or asked for and not decided yet."""

    case_number: str
    event: str
    is_bills: bool
    from_on: date | None
    until_on: date | None
    asked_on: date
    amount: Decimal
    given_on: date | None = None
    is_concerned: bool = True
    """Whether a person whom the event concerns is concerned there too; else they only share a household."""

    @property
    def day(self) -> date:
        """The day that counts against periods: when it was given, else when it was asked for."""
        return self.given_on or self.asked_on


@dataclass(frozen=True, slots=True)
class Terms:
    """The county's numbers: months of the same event, days of splitting, the township's limit (yuan; None: none)."""

    same_event_months: int
    split_days: int
    limit: Decimal | None


def may_be_same(asked: Asked, other: Asked, since: date) -> bool:
    """Whether two reliefs of the same persons may be for one event; `since` is where the months begin (exclusive).

    Overlapping days; or the same kind within the months.  Bills are the same when their periods overlap: two bills
    of different periods are two things, and a period that is not known may be any.
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
    """The reliefs of the last days that pass the limit together with this one, which keeps it alone; else none."""
    first = today - timedelta(days=terms.split_days)
    recent = [o for o in others if o.day >= first]
    if terms.limit is None or asked.amount > terms.limit:
        return []
    return recent if recent and sum((o.amount for o in recent), asked.amount) > terms.limit else []


def of_year(others: Iterable[Asked], year: int) -> list[Asked]:
    """What was given in a calendar year."""
    return [o for o in others if o.given_on is not None and o.given_on.year == year]


def _apart(one: Asked, other: Asked) -> bool | None:
    """Whether the days of the two do not meet; None when those of one are not known."""
    if one.from_on is None or one.until_on is None or other.from_on is None or other.until_on is None:
        return None
    return one.until_on < other.from_on or other.until_on < one.from_on
