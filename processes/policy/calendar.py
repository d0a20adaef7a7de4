"""Working days in China: holidays and make-up weekends (调休).

`chinesecalendar` carries the State Council's yearly notices.  A year that it does not know gives a
provisional answer that says so; the office may enter a year's notice itself, and that outranks
the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
SATURDAY = 5
_DECEMBER = 12


def in_chinese(day: date) -> str:
    """2026年3月2日, as official texts write a day: no zeros before."""
    return f"{day.year}年{day.month}月{day.day}日"


@dataclass(frozen=True, slots=True)
class YearNotice:
    """A year's holiday notice as the office entered it: days off, worked weekends, its number."""

    year: int
    days_off: frozenset[date]
    worked_weekends: frozenset[date]
    document_number: str


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Tells working days; `notices` are the years that the office entered itself."""

    notices: Mapping[int, YearNotice] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on this day; by the weekday alone where the year is unknown."""
        notice = self._notice_of(day)
        if notice is not None:
            if day in notice.worked_weekends:
                return True
            return day.weekday() < SATURDAY and day not in notice.days_off
        published = _published(day)
        return day.weekday() < SATURDAY if published is None else published

    def _notice_of(self, day: date) -> YearNotice | None:
        """The notice that says what this day is: next year's where 元旦 reaches into December, else its own year's."""
        following = self.notices.get(day.year + 1) if day.month == _DECEMBER else None
        if following is not None and day in following.days_off | following.worked_weekends:
            return following
        return self.notices.get(day.year)

    def is_known(self, day: date) -> bool:
        """Whether the year's notice is known, so that the answer is final."""
        return day.year in self.notices or _published(day) is not None

    def add_working_days(self, day: date, count: int) -> date:
        """The day that lies `count` working days after `day` (the day itself not counted)."""
        current = day
        while count > 0:
            current += timedelta(days=1)
            count -= self.is_working_day(current)
        return current

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie after `after`, up to and including `until`."""
        days = (until - after).days
        return sum(self.is_working_day(after + timedelta(days=n)) for n in range(1, days + 1))


@cache
def _published(day: date) -> bool | None:
    """Whether the State Council's notice makes it a working day; None: no notice is known for that year.

    Kept, because the package looks through all its years for every day that it is asked about.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def civil_date(instant: datetime) -> date:
    """The date that the office's wall calendar shows at this instant."""
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """The instant at which a civil day ends, in UTC: midnight that begins the next day."""
    return start_of_day(day + timedelta(days=1))


def start_of_day(day: date) -> datetime:
    """The instant at which a civil day begins, in UTC."""
    return datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC)
