"""The log of reads: pages, refusals, infected uploads."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access import audit
from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import notices
from processes.errors import NotAllowed
from processes.office.accounts.auditors import auditors
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_LOGGED = 120
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class NoteRead(Command[None]):
    """Log that somebody opened something, or was refused it."""

    permission = Permission.SESSION

    action: str
    """One of `access.audit.READS`."""
    target: str
    address: str = ""
    more: tuple[str, ...] = ()
    """What else the same answer showed; each gets an entry of its own."""


@handles(NoteRead)
def note(settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteRead) -> None:
    """Log a read; the caller must have checked scope."""
    action = next((known for known in audit.READS if known == command.action), None)
    if action is None:
        raise NotAllowed()
    for target in (command.target, *command.more[:_AT_ONCE]):
        audit.note(uow, actor, action, target[:_LOGGED], command.address)


@dataclass(frozen=True, slots=True)
class NoteInfected(Command[None]):
    """Log that the virus scanner reported an upload, and notify the auditors."""

    permission = Permission.SYSTEM_WORK

    place: str
    found: str
    account_id: int | None
    """Who uploaded it; None: somebody who is not signed in."""
    address: str = ""


@handles(NoteInfected)
def note_infected(settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteInfected) -> None:
    """Log it and notify the auditors: the place of the upload and the malware's name, not the file's name."""
    target = f"{command.place} {command.found}"[:_LOGGED]
    audit.note_of(uow, command.account_id, "upload_infected", target, command.address)
    account = None if command.account_id is None else uow.session.get(Account, command.account_id)
    who = (
        tr("未登录的人")
        if account is None
        else tr("{name}（{username}）", name=account.name, username=account.username)
    )
    notices.tell(
        uow,
        auditors(uow),
        "account",
        tr("{who}上传的文件查出病毒（{found}），没有接收", who=who, found=command.found),
    )
