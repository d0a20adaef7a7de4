"""Limits of a case: extend one, warn of one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from processes.access.permissions import Permission, Role
from processes.access.scope import Actor
from processes.cases import actions, clocks, events, notices
from processes.cases.actions import locked_by_id
from processes.cases.models import Case, Clock, WorkItem
from processes.cases.status import ClockColour, WorkItemStatus
from processes.office.answers import reason_of
from processes.office.command import Command, handles
from processes.office.run import Run
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr, tr_day


@dataclass(frozen=True, slots=True)
class ExtendClockResult:
    """The result of `ExtendClock`."""

    due_on: str


@dataclass(frozen=True, slots=True)
class ExtendClock(Command[ExtendClockResult]):
    """Extend a statutory limit once, with a reason."""

    permission = Permission.CLOCK_EXTEND

    case_number: str
    clock: str
    reason: str


@handles(ExtendClock)
def extend_clock(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ExtendClock
) -> ExtendClockResult:
    """Extend a statutory limit once, with a reason; raises `ExtensionRefused`."""
    case = actions.locked_case(uow, actor, command.case_number)
    run = Run(uow, actor, case, actions.items_of(uow, case))
    clock = run.clocks.extend(command.clock, reason_of(command.reason))
    events.append(
        uow, case, actor, "clock_extended", clock.title,
        reason=clock.extension_reason, days=clock.extension, due_on=clock.due_on,
    )  # fmt: skip
    actions.date_items(run.items, run.clocks)
    case.version += 1
    return ExtendClockResult(due_on=clock.due_on.isoformat())


@dataclass(frozen=True, slots=True)
class WarnClockResult:
    """The result of `WarnClock`."""

    colour: str = ""
    warned: bool = False


@dataclass(frozen=True, slots=True)
class WarnClock(Command[WarnClockResult]):
    """Record that a clock has turned yellow, red or overdue."""

    permission = Permission.SYSTEM_WORK

    clock_id: int


@handles(WarnClock)
def warn_clock(settings: Settings, uow: UnitOfWork, actor: Actor, command: WarnClock) -> WarnClockResult:
    """Record that a clock has turned yellow, red or overdue."""
    case_id = uow.session.scalar(select(Clock.case_id).where(Clock.id == command.clock_id))
    case = None if case_id is None else locked_by_id(uow, case_id)
    if case is None:
        return WarnClockResult()
    run = Run(uow, actor, case, actions.items_of(uow, case))
    run.clocks.dues()
    clock = next((k for k in run.clocks.running() if k.id == command.clock_id), None)
    if clock is None or any(s.until_on is None for s in clock.suspensions):
        return WarnClockResult()
    actions.date_items(run.items, run.clocks)
    colour = clocks.colour(run.clocks.today, clock.due_on, clock.yellow_on, clock.red_on)
    turned = colour not in (ClockColour.GREEN, clock.warned)
    if turned:
        clock.warned = colour
        events.append(uow, case, actor, "clock_warned", clock.title, colour=colour, due_on=clock.due_on)
        _tell_of_limit(uow, case, run.items, clock, colour)
    return WarnClockResult(colour=colour, warned=turned)


def _tell_of_limit(uow: UnitOfWork, case: Case, items: list[WorkItem], clock: Clock, colour: str) -> None:
    """Notify the assignees of a limit that is close; the supervisor too when it is over."""
    state = (
        tr("已超期")
        if colour == ClockColour.OVERDUE
        else tr("将于 {due_on} 到期", due_on=tr_day(clock.due_on))
    )
    text = tr("{applicant}的“{title}”{state}", applicant=case.applicant, title=clock.title, state=state)
    under = [i for i in items if i.status == WorkItemStatus.OPEN and i.clock == clock.name]
    notices.tell(uow, [i.claimed_by_id for i in under], "due", text, case)
    if colour == ClockColour.OVERDUE:
        notices.tell_role(uow, Role.SUPERVISOR, case, "due", text)
