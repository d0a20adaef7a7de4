"""Follow a case, or stop following it."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions
from processes.cases.colleague_models import Watch
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class WatchCaseResult:
    """The result of `WatchCase`."""

    watching: bool


@dataclass(frozen=True, slots=True)
class WatchCase(Command[WatchCaseResult]):
    """Follow a case, or stop following it (关注)."""

    permission = (Permission.CASE_READ, Permission.TASK_WORK)

    case_number: str
    on: bool = True


@handles(WatchCase)
def watch_case(settings: Settings, uow: UnitOfWork, actor: Actor, command: WatchCase) -> WatchCaseResult:
    """Follow a case, or stop following it; only for people who work on cases."""
    case = actions.locked_case(uow, actor, command.case_number)
    row = uow.session.get(Watch, (case.id, actor.account_id))
    if command.on and row is None and actor.account_id is not None:
        uow.add(Watch(case_id=case.id, account_id=actor.account_id))
    elif not command.on and row is not None:
        uow.session.delete(row)
    return WatchCaseResult(watching=command.on)
