"""Plausibility checks for a year's holiday notice, before anything is computed with it.

Errors are reported by field. The limits are no policy figures; they reject typing errors and invented
notices, and each states its source.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from processes.errors import Unreadable
from processes.policy import festivals, reading
from processes.policy.calendar import SATURDAY
from processes.texts import tr

MOST_DAYS_OFF = 40
"""The notices of 2008 to 2026 name 23 to 33 days, weekends included."""
MOST_WORKED = 14
"""The notices of 2008 to 2026 make 5 to 12 Saturdays and Sundays working days."""
MOST_EXTRA = 7
"""Weekdays off beyond festivals and exchanged days: one for 2015-09-03, two for 2020, up to a week in
autonomous regions."""
LAST_DAYS_BEFORE = 25
"""From this day of December on a notice may cover the year before (元旦 2019: off 2018-12-31, worked 2018-12-29)."""
LONGEST_SPAN = 40
_DECEMBER = 12
_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,16}〔(20[0-9]{2})〕[1-9][0-9]{0,3}号")
_BRACKETS = str.maketrans(dict.fromkeys("([（［【﹝", "〔") | dict.fromkeys(")]）］】﹞", "〕"))
_SPAN = re.compile(r"(.+?)(?:至|—+|~|～|到)(.+)")


@dataclass(frozen=True, slots=True)
class Plan:
    """A year's notice as typed: days off, Saturdays and Sundays worked, its document number."""

    year: int
    days_off: tuple[date, ...]
    worked_weekends: tuple[date, ...]
    document_number: str


def days(raw: str) -> tuple[date, ...]:
    """Parse days in sequence, with ranges (`2027-02-05至2027-02-11`); raises `Unreadable`."""
    dates: list[date] = []
    for word in re.split(r"[\s,，、;；]+", reading.text(raw, lines=True)):
        if not word:
            continue
        span = _SPAN.fullmatch(word)
        try:
            first = reading.day(span[1] if span else word)
            last = reading.day(span[2]) if span else first
        except Unreadable as fault:
            raise Unreadable(reason=tr("“{word}”：{reason}", word=word[:30], reason=fault.reason)) from None
        if not 0 <= (last - first).days < LONGEST_SPAN:
            raise Unreadable(reason=tr("“{word}”起止日期不对", word=word[:30]))
        dates += [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return tuple(dates)


def document_number(raw: str) -> str:
    """Return the document number with the proper brackets (国办发明电〔2025〕7号)."""
    return "".join(reading.text(raw).split()).translate(_BRACKETS)


def faults(plan: Plan, today: date) -> dict[str, list[str]]:
    """Return field and sentences for everything that no real notice has; empty if the notice is plausible."""
    if not festivals.FIRST_YEAR <= plan.year <= festivals.LAST_YEAR:
        return {
            "year": [
                tr(
                    "年份应在 {first_year} 至 {last_year} 之间",
                    first_year=festivals.FIRST_YEAR,
                    last_year=festivals.LAST_YEAR,
                )
            ]
        }
    if plan.year > today.year + 1:
        return {"year": [tr("{year} 年的放假安排还不会公布，最多录入下一年的", year=plan.year)]}
    by_field = {
        "document_number": list(_number_faults(plan)),
        "days_off": list(_off_faults(plan)),
        "worked_weekends": list(_worked_faults(plan)),
    }
    if not any(by_field.values()):
        by_field["days_off"] += _balance_faults(plan)
    return {field: sentences for field, sentences in by_field.items() if sentences}


def spans(listed: Iterable[date]) -> str:
    """Format days as text, consecutive days together: 1月1日至3日、4月5日, with the year where it changes."""
    runs: list[list[date]] = []
    for day in sorted(set(listed)):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    parts, year = [], 0
    for run in runs:
        parts.append(_run(run[0], run[-1], year))
        year = run[-1].year
    return tr("、").join(parts)


def _run(first: date, last: date, year: int) -> str:
    begins = ("" if first.year == year else tr("{year}年", year=first.year)) + tr(
        "{month}月{day}日", month=first.month, day=first.day
    )
    if first == last:
        return begins
    ends = "" if last.year == first.year else tr("{year}年", year=last.year)
    month = "" if (last.year, last.month) == (first.year, first.month) else tr("{month}月", month=last.month)
    return tr("{begins}至{ends}{month}{day}日", begins=begins, ends=ends, month=month, day=last.day)


def _number_faults(plan: Plan) -> Iterable[str]:
    match = _NUMBER.fullmatch(plan.document_number)
    if match is None:
        yield tr("文号应写作“国办发明电〔2025〕7号”的样式")
    elif int(match[1]) not in (plan.year - 1, plan.year):
        yield tr("{year} 年的放假安排应由上一年或当年的文件规定，文号年份不对", year=plan.year)


def _off_faults(plan: Plan) -> Iterable[str]:
    yield from _place_faults(plan, plan.days_off)
    listed = set(plan.days_off)
    for title, needed in festivals.statutory(plan.year).items():
        if missing := [d for d in needed if d not in listed]:
            yield tr("{title}的法定假日未列入：{missing}", title=title, missing=spans(missing))
    if len(listed) > MOST_DAYS_OFF:
        yield tr(
            "放假共 {listed} 天，超过 {most_days_off} 天，请核对",
            listed=len(listed),
            most_days_off=MOST_DAYS_OFF,
        )


def _worked_faults(plan: Plan) -> Iterable[str]:
    yield from _place_faults(plan, plan.worked_weekends)
    if weekdays := [d for d in plan.worked_weekends if d.weekday() < SATURDAY]:
        yield tr("调休上班的日期应为星期六或星期日：{weekdays}", weekdays=spans(weekdays))
    if both := set(plan.days_off) & set(plan.worked_weekends):
        yield tr("同一天不能既放假又上班：{both}", both=spans(both))
    if len(set(plan.worked_weekends)) > MOST_WORKED:
        yield tr(
            "调休上班共 {worked_weekends} 天，超过 {most_worked} 天，请核对",
            worked_weekends=len(set(plan.worked_weekends)),
            most_worked=MOST_WORKED,
        )


def _place_faults(plan: Plan, listed: Sequence[date]) -> Iterable[str]:
    if twice := [d for d, times in Counter(listed).items() if times > 1]:
        yield tr("日期重复：{twice}", twice=spans(twice))
    if outside := [d for d in listed if not _may_name(plan.year, d)]:
        yield tr(
            "不在 {year} 年内：{outside}（元旦假期可以连到上一年 12 月 {last_days_before} 日以后）",
            year=plan.year,
            outside=spans(outside),
            last_days_before=LAST_DAYS_BEFORE,
        )


def _may_name(year: int, day: date) -> bool:
    return day.year == year or (
        day.year == year - 1 and day.month == _DECEMBER and day.day >= LAST_DAYS_BEFORE
    )


def _balance_faults(plan: Plan) -> list[str]:
    """Weekdays off must equal the statutory days, those moved from weekends (article 6), and exchanged days.

    In 2025: 18 weekdays off − 5 worked weekend days = 13; in 2026: 19 − 6 = 13. If two festivals share a day,
    it is compensated too (国庆节 and 中秋 of 2020: eight days).
    """
    due = festivals.STATUTORY_DAYS
    off = sum(d.weekday() < SATURDAY for d in plan.days_off)
    kept = off - len(plan.worked_weekends)
    if due <= kept <= due + MOST_EXTRA:
        return []
    return [
        tr(
            "工作日放假 {off} 天，减去调休上班 {worked_weekends} 天为 {kept} 天，应为法定假日 {due} 天（另有规定的至多再加 {most_extra} 天），请核对日期是否录全",
            off=off,
            worked_weekends=len(plan.worked_weekends),
            kept=kept,
            due=due,
            most_extra=MOST_EXTRA,
        )
    ]
