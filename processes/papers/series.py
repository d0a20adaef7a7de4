"""Number series after a restoration: skips numbers that may have been issued since the backup."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Case, NumberSeries
from processes.errors import Invalid
from processes.papers.models import IssuedPaper
from processes.papers.run_models import PrintRun
from processes.policy.calendar import SHANGHAI, civil_date
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

LOOKED_BACK = timedelta(days=90)
LONGEST_SERIAL = 9
LEAST_A_DAY = 20
"""The minimum skipped for each day: a series may have been quiet before the backup and busy after it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The numbers skipped in a series."""

    series: str
    shown: str
    """The prefix of its numbers."""
    last: int
    next: int


def move_on(uow: UnitOfWork, made_at: datetime, until: date, told: Sequence[str]) -> list[Gap]:
    """Skip in every series what may have been issued from the backup to the last day of work, both included.

    Each day counts as the busiest day of the series in the three months before the backup, at least
    `LEAST_A_DAY`. A number that the operator knows to be issued replaces the estimate. Raises `Invalid` for a
    number of no series, or below the backup's.
    """
    days = max((until - civil_date(made_at)).days, 0) + 1
    busiest = _busiest(uow.session, made_at)
    rows = {r.series: r for r in uow.session.scalars(select(NumberSeries).with_for_update())}
    known = demand_possible({s: r.last for s, r in rows.items()}, made_at, until, told)
    for series in _of_later_years(rows, civil_date(made_at).year, until.year):
        rows[series] = NumberSeries(series=series, last=0)
        uow.add(rows[series])
    gaps = []
    for series, row in sorted(rows.items()):
        if _year(series) not in (None, *range(civil_date(made_at).year, until.year + 1)):
            continue  # of a year that had ended before the backup
        pace = max(busiest[beginning(series)], LEAST_A_DAY) * days
        before, row.last = row.last, max(row.last, known[series]) if series in known else row.last + pace
        gaps.append(Gap(series, beginning(series), before, row.last + 1))
    return gaps


def demand_possible(
    lasts: Mapping[str, int], made_at: datetime, until: date, told: Sequence[str]
) -> dict[str, int]:
    """Return the highest given number of each series; raises `Invalid` for one of no series, or below the
    backup's."""
    later = _of_later_years(lasts, civil_date(made_at).year, until.year)
    known = _known([*lasts, *later], told)
    for series, number in known.items():
        if number < lasts.get(series, 0):
            raise Invalid(
                reason=tr(
                    "“{series}”在备份中已编到 {series2}，不能填写更小的编号 {number}",
                    series=beginning(series),
                    series2=lasts[series],
                    number=number,
                )
            )
    return known


def beginning(series: str) -> str:
    """Return the prefix of a series' numbers, as `cases.numbering` and the register write them."""
    of_what, *parts = series.split("/")
    if of_what == "paper":
        return tr("{parts}{parts2}〔{parts3}〕", parts=parts[0], parts2=parts[1], parts3=parts[2])
    return f"{'-'.join(parts)}-" if of_what == "case" else f"{parts[0]}-H-"


def _year(series: str) -> int | None:
    last = series.rsplit("/", 1)[-1]
    return None if series.startswith("household/") else int(last)


def _of_later_years(series: Iterable[str], made: int, until: int) -> list[str]:
    """Series of later years, for every one of the backup's year."""
    known = set(series)
    later = [
        f"{one.rsplit('/', 1)[0]}/{year}"
        for one in known
        if _year(one) == made
        for year in range(made + 1, until + 1)
    ]
    return sorted(set(later) - known)


def _known(series: Iterable[str], numbers: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for number in numbers:
        text = number.strip()
        mine = max(
            (s for s in series if text.startswith(beginning(s))), key=lambda s: len(beginning(s)), default=""
        )
        serial = text.removeprefix(beginning(mine)).removesuffix("号") if mine else ""
        if not (serial.isascii() and serial.isdigit() and len(serial) <= LONGEST_SERIAL):
            raise Invalid(reason=tr("“{number}”不是本单位的编号，请按文书或办件上的写法填写", number=number))
        found[mine] = max(int(serial), found.get(mine, 0))
    return found


def _busiest(session: Session, made_at: datetime) -> Counter[str]:
    """The most numbers issued on one day, by prefix."""
    since = made_at - LOOKED_BACK
    days: Counter[tuple[str, date]] = Counter()
    papers = select(IssuedPaper.number, IssuedPaper.issued_on).where(IssuedPaper.issued_at >= since)
    for number, day in session.execute(papers):
        days[tr("{partition}〕", partition=number.partition("〕")[0]), day] += 1
    runs = select(PrintRun.number, PrintRun.asked_at).where(PrintRun.asked_at >= since, PrintRun.number != "")
    for number, at in session.execute(runs):
        days[tr("{partition}〕", partition=number.partition("〕")[0]), at.astimezone(SHANGHAI).date()] += 1
    for number, at in session.execute(select(Case.number, Case.opened_at).where(Case.opened_at >= since)):
        days[f"{number.rpartition('-')[0]}-", at.astimezone(SHANGHAI).date()] += 1
    most: Counter[str] = Counter()
    for (start, _), count in days.items():
        most[start] = max(most[start], count)
    return most
