"""Clocks of cases: start, stop, suspend, resume, extend; stored as rows, computed by `limits`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from processes.cases import limits
from processes.cases.holiday_models import HolidayVersion
from processes.cases.limits import Limit, Pause, Reading
from processes.cases.models import Case, Clock, Suspension
from processes.cases.status import CaseStatus, ClockColour, HolidayStatus, SuspensionCause
from processes.errors import ExtensionRefused
from processes.policy.calendar import WorkCalendar, YearNotice, civil_date, end_of_day
from processes.policy.parameters import PolicyBook, Scalar
from processes.releases.bundle import Bundle
from processes.storage.batched_reads import Ask, fetch
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

ALL = "all"


def calendar_of(session: Session) -> WorkCalendar:
    """Return the work calendar with the notices entered by the office."""
    return _calendar_with(fetch(session, [(_NOTICES, {})])[0])


def _calendar_with(rows: list[HolidayVersion]) -> WorkCalendar:
    return WorkCalendar({r.year: year_notice(r) for r in rows})


def year_notice(row: HolidayVersion) -> YearNotice:
    """Return a version of a year's notice as a plain value."""
    return YearNotice(row.year, frozenset(row.days_off), frozenset(row.worked_weekends), row.document_number)


_NOTICES = Ask(HolidayVersion, select(HolidayVersion).where(HolidayVersion.status == HolidayStatus.STANDING))
_SUSPENSIONS_OF_CASE = Ask(
    Suspension,
    select(Suspension)
    .where(Suspension.clock_id.in_(select(Clock.id).where(Clock.case_id == bindparam("case_id"))))
    .order_by(Suspension.id),
)
CLOCKS_OF_CASE = Ask(Clock, select(Clock).where(Clock.case_id == bindparam("case_id")).order_by(Clock.id))


def of_case(session: Session, case_id: int) -> list[Clock]:
    """Return every clock of a case, oldest first, with its suspensions."""
    values = {"case_id": case_id}
    clocks, suspensions = fetch(session, [(CLOCKS_OF_CASE, values), (_SUSPENSIONS_OF_CASE, values)])
    _attach_suspensions(clocks, suspensions)
    return clocks


def _attach_suspensions(clocks: list[Clock], suspensions: list[Suspension]) -> None:
    """Attach suspensions to all clocks, so that they are not queried clock by clock."""
    for clock in clocks:
        if "suspensions" in inspect(clock).unloaded:
            set_committed_value(clock, "suspensions", [s for s in suspensions if s.clock_id == clock.id])


def as_limit(clock: Clock) -> Limit:
    """Return a clock row as a plain value."""
    pauses = tuple(Pause(s.from_on, s.until_on, s.reason) for s in clock.suspensions)
    return Limit(clock.unit, clock.budget, clock.started_on, clock.extension, pauses)


class CaseClocks:
    """The clocks of one case within one transaction."""

    def __init__(self, uow: UnitOfWork, case: Case, bundle: Bundle) -> None:
        self.uow = uow
        self.case = case
        self.bundle = bundle
        self.today = civil_date(uow.now)
        """The day for starting, stopping and reading clocks; for a timer, the day on which it was due."""
        self._calendar: WorkCalendar | None = None
        self._rows: list[Clock] | None = None

    @property
    def calendar(self) -> WorkCalendar:
        """The calendar, read once per transaction."""
        if self._calendar is None:
            self._calendar = calendar_of(self.uow.session)
        return self._calendar

    @property
    def rows(self) -> list[Clock]:
        """Every clock of the case, including those of this transaction."""
        if self._rows is None:
            ready = self.uow.ready(Clock, self.case.id)
            self._rows = (
                of_case(self.uow.session, self.case.id) if ready is None and self.case.id else ready or []
            )
            self._load_suspensions_and_calendar(self._rows)
        return self._rows

    def _load_suspensions_and_calendar(self, rows: list[Clock]) -> None:
        """Load suspensions and holiday notices in one round trip."""
        if not rows:
            return
        suspensions, notices = self.uow.read(
            (_SUSPENSIONS_OF_CASE, {"case_id": self.case.id}), (_NOTICES, {})
        )
        self._calendar = _calendar_with(notices)
        _attach_suspensions(rows, suspensions)

    def running(self, name: str = ALL) -> list[Clock]:
        """Clocks that have not been stopped."""
        return [c for c in self.rows if c.stopped_on is None and name in (ALL, c.name)]

    def start(self, name: str, since: date | None = None, days: int | None = None) -> Clock:
        """Start a clock of the programme, counting from the day after `since` (default: today).

        A limit that continues through returns (the whole procedure) is not restarted: sending a case back
        does not give the office more time.
        """
        rule = self.bundle.clocks[name]
        begins = since or self.today
        if rule.keeps_running and self.running(name):
            return self.running(name)[0]
        for earlier in self.running(name):
            earlier.stopped_on = begins
        clock = Clock(
            case_id=self.case.id,
            name=name,
            title=rule.title,
            unit=rule.unit,
            budget=self._days(rule.budget, begins) if days is None else days,
            extension=0,
            extension_reason="",
            started_on=begins,
            suspensions=[],
            warned="",
            bars_advances=rule.bars_advances,
        )
        self._refresh(clock)
        self.rows.append(clock)
        self.uow.add(clock)
        return clock

    def stop(self, name: str) -> list[Clock]:
        """Stop running clocks of a name, or all of them."""
        stopped = self.running(name)
        for clock in stopped:
            self._refresh(clock)
            clock.stopped_on = self.today
        return stopped

    def suspend(
        self, name: str, reason: str, since: date | None = None, cause: SuspensionCause = SuspensionCause.STEP
    ) -> list[Clock]:
        """Stop counting from the day after `since` (default: today); return the clocks that were counting
        until then."""
        suspended = [c for c in self.running(name) if all(s.until_on is not None for s in c.suspensions)]
        for clock in suspended:
            clock.suspensions.append(Suspension(from_on=since or self.today, reason=reason, cause=cause))
            self._refresh(clock)
        return suspended

    def resume(
        self, name: str, until: date | None = None, cause: SuspensionCause | None = None
    ) -> list[Clock]:
        """Count again from the day after `until` (default: today); return the clocks that were suspended
        until then.

        With a cause only what was suspended by it.
        """
        resumed = []
        for clock in self.running(name):
            open_ones = [s for s in clock.suspensions if s.until_on is None and cause in (None, s.cause)]
            for suspension in open_ones:
                suspension.until_on = max(until or self.today, suspension.from_on)
            if open_ones:
                self._refresh(clock)
                resumed.append(clock)
        return resumed

    def extend(self, name: str, reason: str) -> Clock:
        """Extend a running clock once, by the programme's extension; raises `ExtensionRefused`."""
        clock = next(iter(self.running(name)), None)
        rule = self.bundle.clocks.get(name)
        if clock is None or rule is None or not rule.extension:
            raise ExtensionRefused(reason=tr("该时限没有在计时，或按规定不能延长"))
        if clock.extension:
            raise ExtensionRefused(
                reason=tr("已延长过 {extension} 个工作日，只能延长一次", extension=clock.extension)
            )
        if not reason.strip():
            raise ExtensionRefused(reason=tr("须写明特殊情况的理由"))
        clock.extension = self._days(rule.extension, clock.started_on)
        clock.extension_reason = reason.strip()
        self._refresh(clock)
        return clock

    def dues(self) -> Mapping[str, datetime]:
        """Return the instants at which running clocks fall due: the end of their due day."""
        for clock in self.running():
            self._refresh(clock)
        return {c.name: end_of_day(c.due_on) for c in self.running()}

    def reading(self, clock: Clock) -> Reading:
        """Return a clock's reading as of today."""
        yellow, red = self._shares()
        return limits.read(as_limit(clock), self.today, self.calendar, yellow, red)

    def _refresh(self, clock: Clock) -> None:
        reading = self.reading(clock)
        clock.due_on, clock.yellow_on, clock.red_on = reading.due_on, reading.yellow_on, reading.red_on
        clock.is_provisional = reading.is_provisional

    def _shares(self) -> tuple[Decimal, Decimal]:
        return shares(self.bundle.policy, self.today, self.case.division)

    def _days(self, parameter: str, on: date) -> int:
        return int(_number(self.bundle.policy.value(parameter, on, self.case.division)))


def shares(policy: PolicyBook, on: date, division: str) -> tuple[Decimal, Decimal]:
    """Return the remaining shares of a limit at which it turns yellow and red."""
    return (
        _number(policy.value("clock.warning.yellow", on, division)),
        _number(policy.value("clock.warning.red", on, division)),
    )


def colour(today: date, due_on: date, yellow_on: date, red_on: date) -> ClockColour:
    """Return how near the end of a running limit is."""
    if today > due_on:
        return ClockColour.OVERDUE
    if today >= red_on:
        return ClockColour.RED
    return ClockColour.YELLOW if today >= yellow_on else ClockColour.GREEN


def _number(value: Scalar) -> Decimal:
    if not isinstance(value, Decimal):
        raise ExtensionRefused(reason=tr("时限参数不是数字"))
    return value


def blocking_advances(session: Session, township: str, today: date, except_case: int) -> list[str]:
    """Return the numbers of a township's cases with overdue paperwork; they block its next advance (C10)."""
    query = (
        select(Case.number)
        .join(Clock, Clock.case_id == Case.id)
        .where(
            Case.division.startswith(township), Case.status == CaseStatus.OPEN, Case.id != except_case,
            Clock.bars_advances.is_(True), Clock.stopped_on.is_(None), Clock.due_on < today,
        )
        .order_by(Case.number)
    )  # fmt: skip
    return list(session.scalars(query))
