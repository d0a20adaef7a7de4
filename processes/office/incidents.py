"""Commands and answers about what failed: noted when a timer fails, tried again when somebody says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from processes import commands as c
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import events, incidents
from processes.cases.models import Incident
from processes.errors import NotFound
from processes.office.cases import locked_by_id
from processes.papers import issue
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork

FIRST_RETRY = timedelta(minutes=5)
_MOST_DOUBLINGS = 4


def note_timer(uow: UnitOfWork, case_id: int, code: str, message: str) -> None:
    """Write down why a case's timer failed, and put its next try off: 5, 10, 20 … minutes, so that the sweep goes on."""
    case = locked_by_id(uow, case_id)
    if case is None:
        return
    known = incidents.unresolved(uow, case.id, incidents.TIMER)
    doublings = min(0 if known is None else known.attempts, _MOST_DOUBLINGS)
    case.due_at = uow.now + FIRST_RETRY * 2**doublings
    incidents.note(uow, case, incidents.TIMER, code, message, case.due_at)


def retry(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.RetryIncident) -> dict[str, Any]:
    """Try again now: the case, or the paper, becomes due at once."""
    actor.demand(Permission.INCIDENT_RETRY)
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
    return {"case": case.number}
