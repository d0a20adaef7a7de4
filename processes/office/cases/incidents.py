"""Incidents: recorded when a timer fails, retried on request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import events, incidents
from processes.cases.actions import locked_by_id
from processes.cases.models import Incident
from processes.errors import NotFound
from processes.office.command import Command, handles
from processes.papers import issue
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork

FIRST_RETRY = timedelta(minutes=5)
_MOST_DOUBLINGS = 4


def note_timer(uow: UnitOfWork, case_id: int, code: str, message: str) -> None:
    """Record why a case's timer failed, and postpone its retry: 5, 10, 20 … minutes, so that the sweep continues."""
    case = locked_by_id(uow, case_id)
    if case is None:
        return
    known = incidents.unresolved(uow, case.id, incidents.TIMER)
    doublings = min(0 if known is None else known.attempts, _MOST_DOUBLINGS)
    case.due_at = uow.now + FIRST_RETRY * 2**doublings
    incidents.note(uow, case, incidents.TIMER, code, message, case.due_at)


@dataclass(frozen=True, slots=True)
class RetryIncidentResult:
    """The result of `RetryIncident`."""

    case: str


@dataclass(frozen=True, slots=True)
class RetryIncident(Command[RetryIncidentResult]):
    """Retry what failed."""

    permission = Permission.INCIDENT_RETRY

    incident_id: int


@handles(RetryIncident)
def retry(settings: Settings, uow: UnitOfWork, actor: Actor, command: RetryIncident) -> RetryIncidentResult:
    """Make the case, or the paper, due at once."""
    incident = uow.session.get(Incident, command.incident_id)
    case = None if incident is None else locked_by_id(uow, incident.case_id)
    if incident is None or case is None or not actor.covers(case.division):
        raise NotFound()
    incident.next_try_at = uow.now
    if incident.place == incidents.TIMER:
        case.due_at = uow.now
    elif (code := incidents.paper_at(incident.place)) is not None:
        issue.ask_again(uow, code)
    events.append(uow, case, actor, "incident_retried", incident.message)
    return RetryIncidentResult(case=case.number)
