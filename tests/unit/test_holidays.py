"""A year's holiday notice: what the State Council published is taken, what it never would is told at the field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import chinese_calendar
import pytest

from processes.errors import Unreadable
from processes.policy import festivals, holidays
from processes.policy.calendar import WorkCalendar, YearNotice
from processes.policy.holidays import Plan, days
from tests.builders.holidays import OFF_2027, REAL, WORKED_2027

TODAY = date(2026, 11, 20)
PLAN = Plan(2027, days(OFF_2027), days(WORKED_2027), "国办发明电〔2026〕8号")


@pytest.mark.parametrize("year", REAL)
def test_what_was_published_is_plausible(year: int) -> None:
    plan = REAL[year]
    assert holidays.faults(plan, TODAY) == {}
    published = chinese_calendar.constants
    assert set(plan.worked_weekends) == {d for d in published.workdays if d.year == year}
    assert set(plan.days_off) >= {d for d in published.holidays if d.year == year and d.weekday() < 5}


@pytest.mark.parametrize("year", [2025, 2026])
def test_festivals_are_those_of_the_calendar(year: int) -> None:
    """The lunar table against the package's own names of days: 13 days in all."""
    found = festivals.statutory(year)
    assert sum(map(len, found.values())) == festivals.STATUTORY_DAYS
    for listed in found.values():
        assert all(chinese_calendar.is_holiday(d) for d in listed)


def test_festivals_near_midnight() -> None:
    assert festivals.statutory(2027)["春节"][1] == date(2027, 2, 6)
    assert festivals.statutory(2030)["春节"][1] == date(2030, 2, 3)
    assert festivals.statutory(2026)["清明节"] == (date(2026, 4, 5),)


def test_the_notice_of_2027_is_plausible() -> None:
    assert holidays.faults(PLAN, TODAY) == {}


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"year": 2028}, "year", "还不会公布"),
        ({"year": 1999}, "year", "2025 至 2050"),
        ({"document_number": ""}, "document_number", "国办发明电〔2025〕7号"),
        ({"document_number": "国办发明电2026第8号"}, "document_number", "样式"),
        ({"document_number": "国办发明电〔2024〕8号"}, "document_number", "年份不对"),
        ({"days_off": PLAN.days_off[:-5]}, "days_off", "国庆节的法定假日未列入：2027年10月3日"),
        ({"days_off": PLAN.days_off[1:]}, "days_off", "元旦的法定假日未列入：2027年1月1日"),
        ({"days_off": (*PLAN.days_off, date(2028, 1, 1))}, "days_off", "不在 2027 年内：2028年1月1日"),
        ({"days_off": (*PLAN.days_off, date(2026, 12, 24))}, "days_off", "不在 2027 年内：2026年12月24日"),
        ({"days_off": (*PLAN.days_off, PLAN.days_off[0])}, "days_off", "重复"),
        (
            {"days_off": (*PLAN.days_off, *days("2027-07-01至2027-07-20"))},
            "days_off",
            # 3 + 7 + 3 + 5 + 1 + 1 + 7 = 27; 27 + 20 = 47
            "放假共 47 天，超过 40 天",
        ),
        # 17 + 8 − 4 = 21, more than 13 + 7
        (
            {"days_off": (*PLAN.days_off, *days("2027-07-05至2027-07-09 2027-07-12至2027-07-14"))},
            "days_off",
            "为 21 天",
        ),
        # 17 − 5 = 12, less than 13: somebody left a day out
        ({"worked_weekends": (*PLAN.worked_weekends, date(2027, 7, 3))}, "days_off", "为 12 天"),
        ({"worked_weekends": (date(2027, 2, 22),)}, "worked_weekends", "应为星期六或星期日：2027年2月22日"),
        ({"worked_weekends": (date(2027, 2, 6),)}, "worked_weekends", "既放假又上班"),
        (
            {"worked_weekends": tuple(date(2027, 7, 3 + 7 * n) for n in range(4)) + days("2027-08-07至2027-08-08")
             + tuple(date(2027, 11, 6 + 7 * n) for n in range(4)) + tuple(date(2027, 3, 6 + 7 * n) for n in range(4))
             + (date(2027, 12, 4),)},
            "worked_weekends", "共 15 天",
        ),
    ],
)  # fmt: skip
def test_what_no_notice_says_is_told_at_its_field(changes: dict, field: str, said: str) -> None:
    told = holidays.faults(replace(PLAN, **changes), TODAY)
    assert said in "；".join(told[field])


def test_new_years_day_reaches_into_december() -> None:
    """As in 2018-12-31 (off) and 2018-12-29 (worked), which the notice of 2019 says."""
    off, worked = date(2026, 12, 31), date(2026, 12, 27)
    plan = replace(PLAN, days_off=(off, *PLAN.days_off), worked_weekends=(worked, *PLAN.worked_weekends))
    assert holidays.faults(plan, TODAY) == {}
    notice = YearNotice(2027, frozenset(plan.days_off), frozenset(plan.worked_weekends), plan.document_number)
    this_year = YearNotice(2026, frozenset(REAL[2026].days_off), frozenset(), "")
    for calendar in (WorkCalendar({2027: notice}), WorkCalendar({2026: this_year, 2027: notice})):
        assert not calendar.is_working_day(off)
        assert calendar.is_working_day(worked)
        assert calendar.is_working_day(date(2026, 12, 30))


def test_days_are_read_as_people_write_them() -> None:
    assert days("2027年1月1日至2027年1月3日，2027.4.5") == (
        date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3), date(2027, 4, 5),
    )  # fmt: skip
    for wrong in ("2027-02-30", "2027-01-03至2027-01-01", "一月一日", "2027-01-01至2027-12-31"):
        with pytest.raises(Unreadable):
            days(wrong)
    assert holidays.document_number(" 国办发明电[2025] 7号 ") == "国办发明电〔2025〕7号"
    assert holidays.spans(PLAN.days_off[:10]) == "2027年1月1日至3日、2月5日至11日"
