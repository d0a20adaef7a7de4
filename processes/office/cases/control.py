"""Supervisors' commands on a whole case: suspend, resume, end. Each needs a reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, clocks, events
from processes.cases.models import Case, WorkItem
from processes.cases.status import CaseStatus, SuspensionCause
from processes.engine import progress as p
from processes.errors import RuleBroken
from processes.office.answers import reason_of
from processes.office.command import CaseCommand, Weighty, handles
from processes.office.run import Run
from processes.releases import effects
from processes.releases.bundle import Bundle
from processes.relief import fund_queries
from processes.relief import queries as relief
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class SuspendCaseResult:
    """The result of `SuspendCase`."""

    status: str


@dataclass(frozen=True, slots=True)
class SuspendCase(CaseCommand[SuspendCaseResult]):
    """Suspend a case: nobody works on it, and its clocks are suspended."""

    permission = Permission.CASE_CONTROL


@handles(SuspendCase)
def suspend_case(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: SuspendCase
) -> SuspendCaseResult:
    """Suspend a case and its clocks from tomorrow."""
    case, run, reason = taken(uow, actor, command, CaseStatus.OPEN)
    case.status, case.suspended_because = CaseStatus.SUSPENDED, reason
    suspended = run.clocks.suspend(clocks.ALL, reason, cause=SuspensionCause.OFFICE)
    events.append(uow, case, actor, "suspended", reason, clocks=[k.name for k in suspended])
    case.version += 1
    return SuspendCaseResult(status=case.status)


@dataclass(frozen=True, slots=True)
class ResumeCaseResult:
    """The result of `ResumeCase`."""

    status: str


@dataclass(frozen=True, slots=True)
class ResumeCase(CaseCommand[ResumeCaseResult]):
    """Resume a suspended case."""

    permission = Permission.CASE_CONTROL


@handles(ResumeCase)
def resume_case(settings: Settings, uow: UnitOfWork, actor: Actor, command: ResumeCase) -> ResumeCaseResult:
    """Resume a suspended case; suspended days do not count towards its limits."""
    case, run, reason = taken(uow, actor, command, CaseStatus.SUSPENDED)
    case.status, case.suspended_because = CaseStatus.OPEN, ""
    # A clock that a step had suspended, for a supplement, stays suspended.
    run.clocks.resume(clocks.ALL, cause=SuspensionCause.OFFICE)
    actions.date_items(run.items, run.clocks)
    events.append(uow, case, actor, "resumed", reason)
    case.version += 1
    return ResumeCaseResult(status=case.status)


@dataclass(frozen=True, slots=True)
class EndCaseResult:
    """The result of `EndCase`."""

    status: str


@dataclass(frozen=True, slots=True)
class EndCase(CaseCommand[EndCaseResult], Weighty[EndCaseResult]):
    """End a case before its end: withdrawn by the applicant, opened by mistake, the applicant died."""

    permission = Permission.CASE_CONTROL


@handles(EndCase)
def end_case(settings: Settings, uow: UnitOfWork, actor: Actor, command: EndCase) -> EndCaseResult:
    """End a case early, because the application was withdrawn.

    Raises if it was ever decided (wrong decisions are sent back and decided again), if an award is valid, or
    if money was paid whose paper is missing (C10).
    """
    case, run, reason = taken(uow, actor, command, CaseStatus.OPEN, CaseStatus.SUSPENDED)
    owed = fund_queries.outstanding(uow.session, case.id)
    if owed > 0:
        raise RuleBroken(
            reason=tr("先行救助 {owed} 元尚未补办手续核销，不能终止办理", owed=f"{owed:.2f}"), clause="C10"
        )
    at = decided_at(run.bundle, run.items)
    if at or relief.of_case(uow.session, case.id) is not None:
        raise RuleBroken(
            reason=tr(
                "“{at}”已经作出，不能再终止办理；请按流程办结，决定有误的由办理环节退回重新决定",
                at=at or tr("给予待遇"),
            )
        )
    case.status, case.suspended_because = CaseStatus.OPEN, ""
    events.append(uow, case, actor, "ended_early", reason)
    run.advance(p.Cancel(reason))
    return EndCaseResult(status=case.status)


def decided_at(bundle: Bundle, items: Iterable[WorkItem]) -> str:
    """Return the step at which a leader decided, including steps sent back; "" if nobody did."""
    papers = {step for paper in bundle.papers.values() for step in paper.decided_by}
    steps = effects.decisions(bundle) or papers
    made = (i for i in items if i.completed_at is not None and i.role in effects.LEADERS and i.task in steps)
    return next((i.title for i in made), "")


def taken(
    uow: UnitOfWork, actor: Actor, command: CaseCommand[Any], *states: CaseStatus
) -> tuple[Case, Run, str]:
    """Lock the case of a command and check its state and reason; for supervisors."""
    actor.demand(Permission.CASE_CONTROL)
    case = actions.locked_case(uow, actor, command.case_number)
    if case.status not in states:
        raise RuleBroken(reason=tr("办件当前的状态不能这样办理"))
    return case, Run(uow, actor, case, actions.items_of(uow, case)), reason_of(command.reason)
