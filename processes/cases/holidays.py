"""Versions of holiday notices: which stand, which wait, and which limits move when one takes effect or goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session, selectinload

from processes.cases import limits
from processes.cases.clocks import as_limit, calendar_of, year_notice
from processes.cases.holiday_models import HolidayVersion
from processes.cases.models import Case, Clock
from processes.cases.status import CaseStatus, HolidayStatus
from processes.errors import NotFound
from processes.policy.calendar import WorkCalendar
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Moved:
    """A running limit that another calendar counts otherwise; it may still end on the same day."""

    case_id: int
    case_number: str
    title: str
    before: date
    after: date


def versions(session: Session) -> Sequence[HolidayVersion]:
    """Every version, the latest year and version first."""
    query = select(HolidayVersion).order_by(HolidayVersion.year.desc(), HolidayVersion.version.desc())
    return session.scalars(query).all()


def of_year(session: Session, year: int) -> list[HolidayVersion]:
    """Every version of a year, oldest first."""
    query = select(HolidayVersion).where(HolidayVersion.year == year).order_by(HolidayVersion.version)
    return list(session.scalars(query))


def hold(uow: UnitOfWork) -> None:
    """On PostgreSQL: nobody else changes the notices until this transaction ends (SQLite has one writer anyway)."""
    _lock_table(uow, "EXCLUSIVE")


def locked(uow: UnitOfWork, version_id: int) -> tuple[HolidayVersion, list[HolidayVersion]]:
    """A version and every version of its year, none of which anybody else changes; raises `NotFound`."""
    hold(uow)
    row = uow.session.get(HolidayVersion, version_id)
    if row is None:
        raise NotFound()
    return row, of_year(uow.session, row.year)


def standing(rows: Iterable[HolidayVersion]) -> HolidayVersion | None:
    """The version that counts."""
    return next((r for r in rows if r.status == HolidayStatus.STANDING), None)


def proposed(rows: Iterable[HolidayVersion]) -> HolidayVersion | None:
    """The version that waits for a second person."""
    return next((r for r in rows if r.status == HolidayStatus.PROPOSED), None)


def calendar_with(calendar: WorkCalendar, year: int, row: HolidayVersion | None) -> WorkCalendar:
    """The calendar as it would be with this version of a year; None: as the program knows the year itself."""
    notices = {y: n for y, n in calendar.notices.items() if y != year}
    return WorkCalendar(notices if row is None else notices | {year: year_notice(row)})


def would_move(session: Session, today: date, year: int, row: HolidayVersion | None) -> list[Moved]:
    """Which running limits of the session's scope are counted otherwise with this version of a year."""
    before = calendar_of(session)
    return moved(session, today, before, calendar_with(before, year, row))


def moved(session: Session, today: date, before: WorkCalendar, after: WorkCalendar) -> list[Moved]:
    """Running limits whose days two calendars count differently, or know for certain differently, by case."""
    query = (
        select(Clock, Case.number)
        .join(Case, Case.id == Clock.case_id)
        .where(
            Clock.stopped_on.is_(None), Case.status != CaseStatus.CLOSED, Clock.unit == limits.WORKING_DAYS
        )
        .options(selectinload(Clock.suspensions))
        .order_by(Case.id, Clock.id)
    )
    found = []
    for clock, number in session.execute(query):
        one, other = (_counted(clock, today, calendar) for calendar in (before, after))
        if one != other:
            found.append(Moved(clock.case_id, number, clock.title, one[0][-1], other[0][-1]))
    return found


def _counted(clock: Clock, today: date, calendar: WorkCalendar) -> tuple[list[date], bool]:
    """The days that count, the last of which is the due date, and whether that is provisional."""
    limit = as_limit(clock)
    days = limits.counted_days(limit, today, calendar)
    return days, not (calendar.is_known(days[-1]) and calendar.is_known(limit.started_on))


def wait_for_readers(uow: UnitOfWork) -> None:
    """On PostgreSQL: wait until nobody counts by the notices as they are, and let nobody begin to until this ends.

    A case that is being opened meanwhile is stored before this goes on, or counts by what this makes.
    """
    _lock_table(uow, "ACCESS EXCLUSIVE")


def _lock_table(uow: UnitOfWork, mode: str) -> None:
    if uow.session.get_bind().dialect.name == "postgresql":
        uow.session.execute(text(f"LOCK TABLE holiday_version IN {mode} MODE"))


def by_case(found: Iterable[Moved]) -> Mapping[int, list[Moved]]:
    """The limits of each case, in the order in which cases are locked."""
    grouped: dict[int, list[Moved]] = {}
    for one in found:
        grouped.setdefault(one.case_id, []).append(one)
    return dict(sorted(grouped.items()))
