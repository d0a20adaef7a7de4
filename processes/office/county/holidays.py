"""Holiday notices: propose, confirm, reject, undo; limits are recomputed in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from processes.access import audit, persons
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, clocks, events, holidays
from processes.cases.holiday_models import HolidayVersion
from processes.cases.models import Case, Clock
from processes.cases.status import ClockColour, HolidayStatus
from processes.engine import runtime
from processes.errors import FormInvalid, OwnProposal, RuleBroken
from processes.office.answers import reason_of
from processes.office.command import Command, Weighty, handles
from processes.office.run import Run
from processes.policy import holidays as plausibility
from processes.policy.calendar import WorkCalendar, civil_date
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_LOGGED = 120
_WARNINGS = ("", ClockColour.YELLOW, ClockColour.RED, ClockColour.OVERDUE)


@dataclass(frozen=True, slots=True)
class ProposeHolidaysResult:
    """The result of `ProposeHolidays`."""

    version: int


@dataclass(frozen=True, slots=True)
class ProposeHolidays(Command[ProposeHolidaysResult]):
    """Propose a version of a year's notice; confirmed by another person it overrides the package's."""

    permission = Permission.CALENDAR_WRITE

    year: int
    days_off: tuple[date, ...]
    worked_weekends: tuple[date, ...]
    document_number: str


@handles(ProposeHolidays)
def propose(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ProposeHolidays
) -> ProposeHolidaysResult:
    """Store a version that waits for a second person; raises `FormInvalid` for an implausible notice."""
    number = plausibility.document_number(command.document_number)
    plan = plausibility.Plan(command.year, command.days_off, command.worked_weekends, number)
    if faults := plausibility.faults(plan, civil_date(uow.now)):
        raise FormInvalid(faults)
    holidays.hold(uow)
    rows = holidays.of_year(uow.session, command.year)
    if holidays.proposed(rows) is not None:
        raise RuleBroken(reason=tr("{year} 年已有一个版本待确认，请先确认或退回", year=command.year))
    row = HolidayVersion(
        year=command.year, version=len(rows) + 1, status=HolidayStatus.PROPOSED, document_number=number,
        days_off=sorted(command.days_off), worked_weekends=sorted(command.worked_weekends),
        proposed_by_id=actor.account_id, proposed_by=actor.name, proposed_at=uow.now,
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    _note(uow, actor, "holiday_notice_proposed", row)
    return ProposeHolidaysResult(version=row.id)


@dataclass(frozen=True, slots=True)
class ConfirmHolidaysResult:
    """The result of `ConfirmHolidays`."""

    counted: int


@dataclass(frozen=True, slots=True)
class ConfirmHolidays(Weighty[ConfirmHolidaysResult]):
    """Confirm a proposed version; every running limit is recomputed."""

    permission = Permission.CALENDAR_WRITE

    version_id: int


@handles(ConfirmHolidays)
def confirm(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ConfirmHolidays
) -> ConfirmHolidaysResult:
    """Confirm a version as the second person; return how many running limits were recomputed."""
    row, rows = holidays.locked(uow, command.version_id)
    _demand(row, HolidayStatus.PROPOSED)
    if persons.is_one_of(uow.session, actor.account_id, (row.proposed_by_id,), row.proposed_at):
        raise OwnProposal(what=tr("{year} 年放假安排", year=row.year))
    before = clocks.calendar_of(uow.session)
    former = holidays.standing(rows)
    if former is not None:
        former.status = HolidayStatus.SUPERSEDED
        row.replaced_id = former.id
        # An open request to undo concerned the previous version.
        former.undo_asked_by_id, former.undo_asked_at = None, None
        uow.flush()  # before the other one is in force: a year has at most one
    row.status = HolidayStatus.STANDING
    row.confirmed_by_id, row.confirmed_by, row.confirmed_at = actor.account_id, actor.name, uow.now
    uow.flush()
    counted = _count_anew(uow, actor, before, holidays.calendar_with(before, row.year, row))
    _note(uow, actor, "holiday_notice_confirmed", row)
    return ConfirmHolidaysResult(counted=counted)


@dataclass(frozen=True, slots=True)
class RejectHolidaysResult:
    """The result of `RejectHolidays`."""

    status: str


@dataclass(frozen=True, slots=True)
class RejectHolidays(Command[RejectHolidaysResult]):
    """Refuse a proposed version, or withdraw one's own."""

    permission = Permission.CALENDAR_WRITE

    version_id: int
    reason: str


@handles(RejectHolidays)
def reject(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: RejectHolidays
) -> RejectHolidaysResult:
    """Refuse a version with a reason; its proposer may withdraw it this way."""
    reason = reason_of(command.reason)
    row, _ = holidays.locked(uow, command.version_id)
    _demand(row, HolidayStatus.PROPOSED)
    row.status, row.rejected_because = HolidayStatus.REJECTED, reason
    row.rejected_by, row.rejected_at = actor.name, uow.now
    _note(uow, actor, "holiday_notice_rejected", row)
    return RejectHolidaysResult(status=row.status)


@dataclass(frozen=True, slots=True)
class AskUndoHolidaysResult:
    """The result of `AskUndoHolidays`."""

    status: str


@dataclass(frozen=True, slots=True)
class AskUndoHolidays(Command[AskUndoHolidaysResult]):
    """Request to undo the version in force, so that the previous one applies again."""

    permission = Permission.CALENDAR_WRITE

    version_id: int
    reason: str


@handles(AskUndoHolidays)
def ask_undo(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: AskUndoHolidays
) -> AskUndoHolidaysResult:
    """Request to undo the version in force."""
    reason = reason_of(command.reason)
    row, _ = holidays.locked(uow, command.version_id)
    _demand(row, HolidayStatus.STANDING)
    if row.undo_asked_at is not None:
        raise RuleBroken(
            reason=tr("{undo_asked_by}已提出撤销，待另一人确认", undo_asked_by=row.undo_asked_by)
        )
    row.undo_asked_by_id, row.undo_asked_by = actor.account_id, actor.name
    row.undo_asked_at, row.undo_because = uow.now, reason
    _note(uow, actor, "holiday_undo_asked", row)
    return AskUndoHolidaysResult(status=row.status)


@dataclass(frozen=True, slots=True)
class DecideUndoHolidaysResult:
    """The result of `DecideUndoHolidays`."""

    counted: int = 0
    standing: int | None = None
    status: str = ""


@dataclass(frozen=True, slots=True)
class DecideUndoHolidays(Command[DecideUndoHolidaysResult]):
    """Undo the version in force as requested by another person, or keep it."""

    permission = Permission.CALENDAR_WRITE

    version_id: int
    accept: bool

    def needs_verification(self) -> bool:
        """Only undoing it."""
        return self.accept


@handles(DecideUndoHolidays)
def decide_undo(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: DecideUndoHolidays
) -> DecideUndoHolidaysResult:
    """Undo as the second person, so that the previous version applies again; or keep it, which anybody may."""
    row, rows = holidays.locked(uow, command.version_id)
    _demand(row, HolidayStatus.STANDING)
    if row.undo_asked_at is None:
        raise RuleBroken(reason=tr("没有人提出撤销"))
    if not command.accept:
        row.undo_asked_by_id, row.undo_asked_at = None, None
        _note(uow, actor, "holiday_undo_refused", row)
        return DecideUndoHolidaysResult(status=row.status)
    if persons.is_one_of(uow.session, actor.account_id, (row.undo_asked_by_id,), row.undo_asked_at):
        raise OwnProposal(what=tr("撤销 {year} 年放假安排", year=row.year))
    before = clocks.calendar_of(uow.session)
    row.status = HolidayStatus.WITHDRAWN
    row.undone_by_id, row.undone_by, row.undone_at = actor.account_id, actor.name, uow.now
    uow.flush()  # before the previous one is in force: a year has at most one
    former = next((r for r in rows if r.id == row.replaced_id), None)
    if former is not None:
        former.status = HolidayStatus.STANDING
    uow.flush()
    counted = _count_anew(uow, actor, before, holidays.calendar_with(before, row.year, former))
    _note(uow, actor, "holiday_notice_undone", row)
    return DecideUndoHolidaysResult(counted=counted, standing=None if former is None else former.version)


def _demand(row: HolidayVersion, status: HolidayStatus) -> None:
    if row.status != status:
        raise RuleBroken(reason=tr("这一版本已由他人处理，请刷新页面"))


def _count_anew(uow: UnitOfWork, actor: Actor, before: WorkCalendar, after: WorkCalendar) -> int:
    """Recompute every running limit that the change affects, under the locks of their cases; return how many.

    Cases are locked before waiting for readers of the notices, the usual order.
    """
    today = civil_date(uow.now)
    _lock_cases(uow, holidays.by_case(holidays.moved(uow.session, today, before, after)))
    holidays.wait_for_readers(uow)
    uow.session.expire_all()
    found = holidays.by_case(holidays.moved(uow.session, today, before, after))
    cases = _lock_cases(uow, found)
    for case in cases:
        _count_case(uow, actor, case)
    return sum(len(limits) for limits in found.values())


def _lock_cases(uow: UnitOfWork, found: Any) -> list[Case]:
    query = select(Case).where(Case.id.in_(list(found))).order_by(Case.id).with_for_update()
    return list(uow.session.scalars(query.execution_options(populate_existing=True)))


def _count_case(uow: UnitOfWork, actor: Actor, case: Case) -> None:
    """Recompute a case's clocks, the limits of its open steps and its next timer, with the current calendar."""
    run = Run(uow, actor, case, actions.items_of(uow, case))
    due = {k.id: k.due_on for k in run.clocks.running()}
    run.clocks.dues()
    for clock in run.clocks.running():
        if clock.due_on != due[clock.id]:
            _lower_warning(clock, run.clocks)
            events.append(
                uow, case, actor, "clock_counted_anew", clock.title,
                before=due[clock.id], due_on=clock.due_on,
            )  # fmt: skip
    actions.date_items(run.items, run.clocks)
    if case.due_at is not None:
        case.due_at = runtime.look(run.definition, run.state(), run.facts()).due_at


def _lower_warning(clock: Clock, of_case: clocks.CaseClocks) -> None:
    """A limit that ends later will warn again."""
    colour = clocks.colour(of_case.today, clock.due_on, clock.yellow_on, clock.red_on)
    warning = "" if colour is ClockColour.GREEN else colour
    clock.warned = min(clock.warned, warning, key=_WARNINGS.index)


def _note(uow: UnitOfWork, actor: Actor, action: audit.Action, row: HolidayVersion) -> None:
    """Write down which days, whatever happened to them."""
    worked = plausibility.spans(row.worked_weekends) or tr("无")
    message = (
        tr(
            "{year} 年第 {version} 版 {document_number}：放假{days_off}",
            year=row.year,
            version=row.version,
            document_number=row.document_number,
            days_off=plausibility.spans(row.days_off),
        ),
        tr(
            "{year} 年第 {version} 版 {document_number}：上班{worked}",
            year=row.year,
            version=row.version,
            document_number=row.document_number,
            worked=worked,
        ),
    )
    for text in message:
        for at in range(0, len(text), _LOGGED):
            audit.note(uow, actor, action, text[at : at + _LOGGED])
