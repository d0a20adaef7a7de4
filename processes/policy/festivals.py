"""The statutory festivals of a year (全国年节及纪念日放假办法, revision in force from 2025-01-01, article 2).

Thirteen days: 元旦 1, 春节 4 (除夕 to 初三), 清明 1, 劳动节 2, 端午 1, 中秋 1, 国庆节 3. The days of lunar
festivals are tabulated, because a formula is wrong if the new moon is near midnight (2027, 2030).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

# Year: first day of the first month (春节), fifth of the fifth (端午), fifteenth of the eighth (中秋), as month-day.
_LUNAR = {
    2025: ("01-29", "05-31", "10-06"), 2026: ("02-17", "06-19", "09-25"), 2027: ("02-06", "06-09", "09-15"),
    2028: ("01-26", "05-28", "10-03"), 2029: ("02-13", "06-16", "09-22"), 2030: ("02-03", "06-05", "09-12"),
    2031: ("01-23", "06-24", "10-01"), 2032: ("02-11", "06-12", "09-19"), 2033: ("01-31", "06-01", "09-08"),
    2034: ("02-19", "06-20", "09-27"), 2035: ("02-08", "06-10", "09-16"), 2036: ("01-28", "05-30", "10-04"),
    2037: ("02-15", "06-18", "09-24"), 2038: ("02-04", "06-07", "09-13"), 2039: ("01-24", "05-27", "10-02"),
    2040: ("02-12", "06-14", "09-20"), 2041: ("02-01", "06-03", "09-10"), 2042: ("01-22", "06-22", "09-28"),
    2043: ("02-10", "06-11", "09-17"), 2044: ("01-30", "05-31", "10-05"), 2045: ("02-17", "06-19", "09-25"),
    2046: ("02-06", "06-08", "09-15"), 2047: ("01-26", "05-29", "10-04"), 2048: ("02-14", "06-15", "09-22"),
    2049: ("02-02", "06-04", "09-11"), 2050: ("01-23", "06-23", "09-30"),
}  # fmt: skip
FIRST_YEAR, LAST_YEAR = min(_LUNAR), max(_LUNAR)
STATUTORY_DAYS = 13


def statutory(year: int) -> Mapping[str, tuple[date, ...]]:
    """Return title and days of every statutory festival of a year from `FIRST_YEAR` to `LAST_YEAR`.

    A day shared by two festivals (国庆节 and 中秋 in 2031) is listed under both.
    """
    spring, dragon_boat, mid_autumn = (date.fromisoformat(f"{year}-{day}") for day in _LUNAR[year])
    return {
        "元旦": (date(year, 1, 1),),
        "春节": tuple(spring + timedelta(days=n) for n in range(-1, 3)),
        "清明节": (date(year, 4, _clear_and_bright(year)),),
        "劳动节": (date(year, 5, 1), date(year, 5, 2)),
        "端午节": (dragon_boat,),
        "中秋节": (mid_autumn,),
        "国庆节": tuple(date(year, 10, n) for n in (1, 2, 3)),
    }


def _clear_and_bright(year: int) -> int:
    """The day in April of 清明 in this century."""
    within = year % 100
    return (within * 2422 + 48100) // 10000 - within // 4
