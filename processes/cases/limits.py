"""Computation of statutory limits: pure, explained line by line.

A limit is a budget of days that counts from the day after its start. Days inside a suspension do not count: a
suspension from S until U removes the days after S up to and including U.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from processes.policy.calendar import WorkCalendar, in_chinese
from processes.texts import tr

WORKING_DAYS = "working_days"
CALENDAR_DAYS = "calendar_days"
MAX_SPAN = 3_660


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension; `until_on` is None while it lasts."""

    from_on: date
    until_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A statutory limit: budget, extension, start, suspensions."""

    unit: str
    budget: int
    started_on: date
    extension: int = 0
    pauses: Sequence[Pause] = ()

    @property
    def total(self) -> int:
        """Budget plus extension, in days of the unit."""
        return self.budget + self.extension


@dataclass(frozen=True, slots=True)
class Reading:
    """A limit read on a day: used and left days, the due date, whether it is final."""

    used: int
    left: int
    due_on: date
    yellow_on: date
    red_on: date
    is_provisional: bool
    is_paused: bool


def read(limit: Limit, today: date, calendar: WorkCalendar, yellow: Decimal, red: Decimal) -> Reading:
    """Compute a limit as of a day; `yellow` and `red` are the remaining shares of the total at which it
    warns.

    While a suspension lasts the due date is computed as if it ended today.
    """
    days = counted_days(limit, today, calendar)
    due_on = days[-1]
    used = sum(d <= today for d in days)
    if today > due_on:
        used += _beyond(limit, due_on, today, calendar)
    return Reading(
        used=used,
        left=limit.total - used,
        due_on=due_on,
        yellow_on=_warning_day(days, limit, yellow),
        red_on=_warning_day(days, limit, red),
        is_provisional=limit.unit == WORKING_DAYS
        and not (calendar.is_known(due_on) and calendar.is_known(limit.started_on)),
        is_paused=any(p.until_on is None for p in limit.pauses),
    )


def explain(limit: Limit, today: date, calendar: WorkCalendar) -> list[str]:
    """Explain the due date in sentences that a clerk can check with a wall calendar."""
    unit = tr("个工作日") if limit.unit == WORKING_DAYS else tr("日")
    lines = [
        tr(
            "自{started_on}的次日起算，期限 {budget} {unit}",
            started_on=in_chinese(limit.started_on),
            budget=limit.budget,
            unit=unit,
        )
    ]
    if limit.extension:
        lines.append(
            tr(
                "延长 {extension} {unit}，共 {total} {unit2}",
                extension=limit.extension,
                unit=unit,
                total=limit.total,
                unit2=unit,
            )
        )
    for pause in limit.pauses:
        until = pause.until_on or today
        taken = _length(limit, pause.from_on, until, calendar)
        ends = tr("至{until}", until=in_chinese(until)) if pause.until_on else tr("至今（尚未恢复）")
        lines.append(
            tr(
                "{reason}：{from_on}次日{ends}，不计 {taken} {unit}",
                reason=pause.reason,
                from_on=in_chinese(pause.from_on),
                ends=ends,
                taken=taken,
                unit=unit,
            )
        )
    reading = read(limit, today, calendar, Decimal(0), Decimal(0))
    lines.append(tr("截止日期 {due_on}", due_on=in_chinese(reading.due_on)))
    if reading.is_provisional:
        lines.append(tr("{year} 年的放假安排尚未公布或录入，截止日期为暂定", year=reading.due_on.year))
    return lines


def counted_days(limit: Limit, today: date, calendar: WorkCalendar) -> list[date]:
    """Return the days of the budget, in order; the last one is the due date."""
    days: list[date] = []
    day = limit.started_on
    for _ in range(MAX_SPAN):
        if len(days) >= max(limit.total, 1):
            break
        day += timedelta(days=1)
        if not _is_paused(limit, day, today) and _counts(limit, day, calendar):
            days.append(day)
    return days


def _counts(limit: Limit, day: date, calendar: WorkCalendar) -> bool:
    return limit.unit == CALENDAR_DAYS or calendar.is_working_day(day)


def _is_paused(limit: Limit, day: date, today: date) -> bool:
    return any(p.from_on < day <= (p.until_on or today) for p in limit.pauses)


def _length(limit: Limit, after: date, until: date, calendar: WorkCalendar) -> int:
    if limit.unit == CALENDAR_DAYS:
        return max((until - after).days, 0)
    return calendar.working_days_between(after, until)


def _beyond(limit: Limit, due_on: date, today: date, calendar: WorkCalendar) -> int:
    return _length(limit, due_on, today, calendar)


def _warning_day(days: list[date], limit: Limit, share: Decimal) -> date:
    """The first day that begins with no more than `share` of the total left."""
    left = int((limit.total * share).to_integral_value(rounding=ROUND_CEILING))
    return days[max(len(days) - max(left, 1), 0)]
