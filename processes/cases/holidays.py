"""Versions of holiday notices: which are in force, which wait, and which limits they change."""

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
    """A running limit that another calendar counts differently; it may still end on the same day."""

    case_id: int
    case_number: str
    title: str
    before: date
    after: date


def versions(session: Session) -> Sequence[HolidayVersion]:
    """Return every version, the latest year and version first."""
    query = select(HolidayVersion).order_by(HolidayVersion.year.desc(), HolidayVersion.version.desc())
    return session.scalars(query).all()


def of_year(session: Session, year: int) -> list[HolidayVersion]:
    """Return every version of a year, oldest first."""
    query = select(HolidayVersion).where(HolidayVersion.year == year).order_by(HolidayVersion.version)
    return list(session.scalars(query))


def hold(uow: UnitOfWork) -> None:
    """On PostgreSQL: lock the notices until this transaction ends (SQLite has only one writer)."""
    _lock_table(uow, "EXCLUSIVE")


def locked(uow: UnitOfWork, version_id: int) -> tuple[HolidayVersion, list[HolidayVersion]]:
    """Lock a version and every version of its year, and return them; raises `NotFound`."""
    hold(uow)
    row = uow.session.get(HolidayVersion, version_id)
    if row is None:
        raise NotFound()
    return row, of_year(uow.session, row.year)


def standing(rows: Iterable[HolidayVersion]) -> HolidayVersion | None:
    """Return the version in force."""
    return next((r for r in rows if r.status == HolidayStatus.STANDING), None)


def proposed(rows: Iterable[HolidayVersion]) -> HolidayVersion | None:
    """Return the version that waits for a second person."""
    return next((r for r in rows if r.status == HolidayStatus.PROPOSED), None)


def calendar_with(calendar: WorkCalendar, year: int, row: HolidayVersion | None) -> WorkCalendar:
    """Return the calendar with this version of a year; None: as the package knows the year."""
    notices = {y: n for y, n in calendar.notices.items() if y != year}
    return WorkCalendar(notices if row is None else notices | {year: year_notice(row)})


def would_move(session: Session, today: date, year: int, row: HolidayVersion | None) -> list[Moved]:
    """Return which running limits in the session's scope would count differently with this version of a year."""
    before = calendar_of(session)
    return moved(session, today, before, calendar_with(before, year, row))


def moved(session: Session, today: date, before: WorkCalendar, after: WorkCalendar) -> list[Moved]:
    """Return running limits that two calendars count differently, or with different certainty, by case."""
    query = (
        select(Clock, Case.number)
        .join(Case, Case.id == Clock.case_id)
        .where(
            Clock.stopped_on.is_(None), Case.status != CaseStatus.CLOSED, Clock.unit == limits.WORKING_DAYS
        )
        .options(selectinload(Clock.suspensions))
        .order_by(Case.id, Clock.id)
    )
    changes = []
    for clock, number in session.execute(query):
        one, other = (_counted(clock, today, calendar) for calendar in (before, after))
        if one != other:
            changes.append(Moved(clock.case_id, number, clock.title, one[0][-1], other[0][-1]))
    return changes


def _counted(clock: Clock, today: date, calendar: WorkCalendar) -> tuple[list[date], bool]:
    """The days counted, of which the last is the due date, and whether the result is provisional."""
    limit = as_limit(clock)
    days = limits.counted_days(limit, today, calendar)
    return days, not (calendar.is_known(days[-1]) and calendar.is_known(limit.started_on))


def wait_for_readers(uow: UnitOfWork) -> None:
    """On PostgreSQL: wait until no transaction uses the current notices, and block new ones until this one
    ends.

    A case being opened meanwhile is stored before this continues, or uses the new notices.
    """
    _lock_table(uow, "ACCESS EXCLUSIVE")


def _lock_table(uow: UnitOfWork, mode: str) -> None:
    if uow.session.get_bind().dialect.name == "postgresql":
        uow.session.execute(text(f"LOCK TABLE holiday_version IN {mode} MODE"))


def by_case(found: Iterable[Moved]) -> Mapping[int, list[Moved]]:
    """Return the limits of each case, in the order in which cases are locked."""
    grouped: dict[int, list[Moved]] = {}
    for one in found:
        grouped.setdefault(one.case_id, []).append(one)
    return dict(sorted(grouped.items()))
