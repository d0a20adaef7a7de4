"""Take data out: the file of a case or household, a list."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access import audit
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, events
from processes.office.command import Weighty, handles
from processes.papers import queries
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NoteListExport(Weighty[None]):
    """Log that somebody exported a list of cases or steps, with its filter."""

    permission = Permission.SESSION

    target: str


@handles(NoteListExport)
def note_list(settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteListExport) -> None:
    """Log the export before the list is made: a list of names is more than viewing a page."""
    if not any(actor.may(p) for p in (Permission.CASE_READ, Permission.TASK_WORK, Permission.AUDIT_READ)):
        actor.demand(Permission.CASE_READ)
    audit.note(uow, actor, "list_exported", command.target[:120])


@dataclass(frozen=True, slots=True)
class ExportFile(Weighty[None]):
    """Log that the files of a case, or of every case of a household, are exported."""

    permission = Permission.FILE_EXPORT

    case_number: str = ""
    household: str = ""


@handles(ExportFile)
def export_file(settings: Settings, uow: UnitOfWork, actor: Actor, command: ExportFile) -> None:
    """Record the export in the log of reads and in the case's events.

    Numbers in pictures of signed pages and documents cannot be masked.
    """
    queries.demand_full_numbers(actor)
    if command.case_number:
        case = actions.locked_case(uow, actor, command.case_number)
        events.append(uow, case, actor, "exported", case.programme_title)
    audit.note(uow, actor, "file_exported", command.case_number or command.household)
