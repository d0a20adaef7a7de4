"""Working days in China: holidays and make-up weekends (调休).

`chinesecalendar` carries the State Council's yearly notices. For a year without a notice the result is
provisional; the office may enter a year's notice itself, which takes precedence over the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

from processes.texts import tr

SHANGHAI = ZoneInfo("Asia/Shanghai")
SATURDAY = 5
_DECEMBER = 12


def in_chinese(day: date) -> str:
    """Format a date as official texts do, without leading zeros: 2026年3月2日."""
    return tr("{year}年{month}月{day}日", year=day.year, month=day.month, day=day.day)


@dataclass(frozen=True, slots=True)
class YearNotice:
    """A year's holiday notice entered by the office: days off, worked weekends, its document number."""

    year: int
    days_off: frozenset[date]
    worked_weekends: frozenset[date]
    document_number: str


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Calendar of working days; `notices` are the years entered by the office."""

    notices: Mapping[int, YearNotice] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Return whether offices work on this day; by weekday alone if the year has no notice."""
        notice = self._notice_of(day)
        if notice is not None:
            if day in notice.worked_weekends:
                return True
            return day.weekday() < SATURDAY and day not in notice.days_off
        published = _published(day)
        return day.weekday() < SATURDAY if published is None else published

    def _notice_of(self, day: date) -> YearNotice | None:
        """The notice that covers this day: next year's if 元旦 reaches into December, else its own year's."""
        following = self.notices.get(day.year + 1) if day.month == _DECEMBER else None
        if following is not None and day in following.days_off | following.worked_weekends:
            return following
        return self.notices.get(day.year)

    def is_known(self, day: date) -> bool:
        """Return whether the year's notice is known, so that results are final."""
        return day.year in self.notices or _published(day) is not None

    def add_working_days(self, day: date, count: int) -> date:
        """Return the day `count` working days after `day`, which is not counted."""
        current = day
        while count > 0:
            current += timedelta(days=1)
            count -= self.is_working_day(current)
        return current

    def working_days_between(self, after: date, until: date) -> int:
        """Return the number of working days after `after`, up to and including `until`."""
        days = (until - after).days
        return sum(self.is_working_day(after + timedelta(days=n)) for n in range(1, days + 1))


@cache
def _published(day: date) -> bool | None:
    """Whether the State Council's notice makes it a working day; None: no notice is known for that year.

    Cached, because the package searches all its years for every day.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def civil_date(instant: datetime) -> date:
    """Return the civil date in China at this instant."""
    return instant.astimezone(SHANGHAI).date()


def end_of_day(day: date) -> datetime:
    """Return the instant in UTC at which a civil day ends, which is the midnight that begins the next day."""
    return start_of_day(day + timedelta(days=1))


def start_of_day(day: date) -> datetime:
    """Return the instant in UTC at which a civil day begins."""
    return datetime.combine(day, time(), tzinfo=SHANGHAI).astimezone(UTC)
