"""Open a case for a registered household."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processes.access import form_drafts
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.command import Command, handles
from processes.office.run import Opening, open_case, opened_from
from processes.people import actions as people
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StartCaseResult:
    """The result of `StartCase`."""

    case: str
    opened: list[str]


@dataclass(frozen=True, slots=True)
class StartCase(Command[StartCaseResult]):
    """Take an application: open a case of a programme for a household.

    `process` names one of the programme's processes; empty: its first.
    """

    permission = Permission.CASE_START

    programme: str
    household: str
    form: Mapping[str, Any]
    token: str = ""
    process: str = ""
    form_draft: str = ""
    """The token under which the page kept what was typed: it goes when this is handed in."""


@handles(StartCase)
def start_case(settings: Settings, uow: UnitOfWork, actor: Actor, command: StartCase) -> StartCaseResult:
    """Open a case for a registered household (C28: none without the register)."""
    household = people.locked_by_number(uow, actor, command.household)
    case = open_case(uow, actor, household, Opening(command.programme, command.process, command.form))
    form_drafts.drop(uow, actor, command.form_draft)
    return StartCaseResult(case=case.number, opened=opened_from(uow, case))
