"""Months as the unit of benefits, and ages on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; benefits are granted from a month and paid for a month."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month that contains a day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `2026-05`; raises ValueError for anything else."""
        year, number = text.split("-")
        month = cls(int(year), int(number))
        month.first_day()
        return month

    def plus(self, count: int) -> Month:
        """Return the month `count` months later (earlier if negative)."""
        index = self.year * 12 + self.number - 1 + count
        return Month(index // 12, index % 12 + 1)

    def first_day(self) -> date:
        """The first day of the month."""
        return date(self.year, self.number, 1)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def age_on(birth: date, day: date) -> int:
    """Return full years of age on a day (周岁); the birthday itself counts."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def months_after(day: date, count: int) -> date:
    """Return the same day of the month so many months later, or the month's last day if it has no such day."""
    month = Month.of(day).plus(count)
    last = (month.plus(1).first_day() - timedelta(days=1)).day
    return date(month.year, month.number, min(day.day, last))
