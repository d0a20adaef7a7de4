"""Fire the timers of a case."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, incidents
from processes.cases.actions import locked_by_id
from processes.cases.status import CaseStatus
from processes.office.command import Command, handles
from processes.office.run import Run
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FireDueResult:
    """The result of `FireDue`."""

    fired: bool
    incident: str = ""
    """The error code, when it failed."""


@dataclass(frozen=True, slots=True)
class FireDue(Command[FireDueResult]):
    """Fire the timers of a case that are due."""

    permission = Permission.SYSTEM_WORK
    batched_flush = True

    case_id: int

    def as_incident(self, code: str) -> tuple[int, FireDueResult] | None:
        """Of its case: nobody waits at the desk for a timer."""
        return self.case_id, FireDueResult(fired=False, incident=code)


@handles(FireDue)
def fire_due(settings: Settings, uow: UnitOfWork, actor: Actor, command: FireDue) -> FireDueResult:
    """Fire a case's timers; `due_at` is read again under the lock, and timers no longer due are skipped."""
    case = locked_by_id(uow, command.case_id)
    if case is None or case.status != CaseStatus.OPEN or case.due_at is None or case.due_at > uow.now:
        return FireDueResult(fired=False)
    run = Run(uow, actor, case, actions.items_of(uow, case))
    run.fire_due()
    incidents.resolve(uow, case.id, incidents.TIMER)
    return FireDueResult(fired=True)
