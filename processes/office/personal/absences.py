"""Absences: who acts for whom, confirmed by the office, and the list of named substitutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from processes.access import absences, accounts, audit
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import notices
from processes.errors import NotFound
from processes.office.answers import reason_of
from processes.office.command import Command, Weighty, handles
from processes.policy.calendar import civil_date
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class BeginAbsence(Command[None]):
    """Say who acts for one while one is away (代办)."""

    permission = Permission.TASK_WORK

    substitute_id: int
    from_on: date
    until_on: date
    programmes: tuple[str, ...] = ()
    place: str = ""
    reason: str = ""


@handles(BeginAbsence)
def begin_absence(settings: Settings, uow: UnitOfWork, actor: Actor, command: BeginAbsence) -> None:
    """Say who acts for one; that person is told."""
    row = absences.begin(
        uow, actor, command.substitute_id, command.from_on, command.until_on, command.programmes,
        command.place, command.reason.strip()[:300], civil_date(uow.now),
        settings.absence_days,
    )  # fmt: skip
    span = f"{command.from_on:%m月%d日}至{command.until_on:%m月%d日}"
    text = f"{actor.name}请您在{span}代为办理待办，待流程管理员确认"
    notices.tell(uow, [row.substitute_id], "absence", text)


@dataclass(frozen=True, slots=True)
class ConfirmAbsence(Command[None]):
    """As the office: let somebody act for an absent person, or not."""

    permission = Permission.ABSENCE_CONFIRM

    absence_id: int
    accept: bool

    def needs_verification(self) -> bool:
        """To confirm it: from then on somebody acts for another one."""
        return self.accept


@handles(ConfirmAbsence)
def confirm_absence(settings: Settings, uow: UnitOfWork, actor: Actor, command: ConfirmAbsence) -> None:
    """The office lets somebody act for another one, or does not; both are told."""
    row = absences.confirm(uow, actor, command.absence_id, command.accept)
    said = "已确认" if command.accept else "没有同意"
    notices.tell(uow, [row.account_id, row.substitute_id], "absence", f"{actor.name}{said}外出代办")


@dataclass(frozen=True, slots=True)
class EndAbsence(Command[None]):
    """End one's own absence, or one's own substitution."""

    permission = Permission.SESSION

    absence_id: int


@handles(EndAbsence)
def end_absence(settings: Settings, uow: UnitOfWork, actor: Actor, command: EndAbsence) -> None:
    """End the actor's absence; the substitute loses the right to act at once."""
    absences.end(uow, actor, command.absence_id)


@dataclass(frozen=True, slots=True)
class NameSubstitute(Weighty[None]):
    """As the office: let somebody of another rank be chosen as the substitute of a person."""

    permission = Permission.ABSENCE_CONFIRM

    account_id: int
    substitute_id: int
    reason: str


@handles(NameSubstitute)
def name_substitute(settings: Settings, uow: UnitOfWork, actor: Actor, command: NameSubstitute) -> None:
    """Put somebody on the list of those who may act for a person; both are told."""
    pair = [accounts.by_id(uow.session, i) for i in (command.account_id, command.substitute_id)]
    if not all(actor.covers(a.division) and a.is_active for a in pair):
        raise NotFound()
    away, substitute = pair
    absences.name_substitute(uow, actor, away, substitute, reason_of(command.reason))
    audit.note(uow, actor, "substitute_named", f"{away.username}/{substitute.username}")
    notices.tell(
        uow, [away.id, substitute.id], "absence", f"{actor.name}将{substitute.name}列入{away.name}的代办名单"
    )


@dataclass(frozen=True, slots=True)
class EndNamedSubstitute(Command[None]):
    """As the office: take somebody off the list of substitutes."""

    permission = Permission.ABSENCE_CONFIRM

    named_id: int


@handles(EndNamedSubstitute)
def end_named_substitute(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: EndNamedSubstitute
) -> None:
    """Take somebody off the list."""
    row = absences.end_named(uow, actor, command.named_id)
    pair = [accounts.by_id(uow.session, i) for i in (row.account_id, row.substitute_id)]
    if not actor.covers(pair[0].division):
        raise NotFound()
    audit.note(uow, actor, "substitute_ended", "/".join(a.username for a in pair))
