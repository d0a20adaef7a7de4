"""Absences: requests for a substitute, confirmation by the office, and the list of named substitutes."""

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
from processes.texts import tr, tr_day


@dataclass(frozen=True, slots=True)
class BeginAbsence(Command[None]):
    """Request a substitute for one's absence (代办)."""

    permission = Permission.TASK_WORK

    substitute_id: int
    from_on: date
    until_on: date
    programmes: tuple[str, ...] = ()
    place: str = ""
    reason: str = ""


@handles(BeginAbsence)
def begin_absence(settings: Settings, uow: UnitOfWork, actor: Actor, command: BeginAbsence) -> None:
    """Request a substitute; that person is notified."""
    row = absences.begin(
        uow, actor, command.substitute_id, command.from_on, command.until_on, command.programmes,
        command.place, command.reason.strip()[:300], civil_date(uow.now),
        settings.absence_days,
    )  # fmt: skip
    span = tr(
        "{from_on}至{until_on}",
        from_on=tr_day(command.from_on),
        until_on=tr_day(command.until_on),
    )
    text = tr("{name}请您在{span}代为办理待办，待流程管理员确认", name=actor.name, span=span)
    notices.tell(uow, [row.substitute_id], "absence", text)


@dataclass(frozen=True, slots=True)
class ConfirmAbsence(Command[None]):
    """As the office: confirm or decline an absence."""

    permission = Permission.ABSENCE_CONFIRM

    absence_id: int
    accept: bool

    def needs_verification(self) -> bool:
        """Only confirming it, because somebody gets another one's rights."""
        return self.accept


@handles(ConfirmAbsence)
def confirm_absence(settings: Settings, uow: UnitOfWork, actor: Actor, command: ConfirmAbsence) -> None:
    """Confirm or decline an absence; both people are notified."""
    row = absences.confirm(uow, actor, command.absence_id, command.accept)
    outcome = tr("已确认") if command.accept else tr("没有同意")
    notices.tell(
        uow,
        [row.account_id, row.substitute_id],
        "absence",
        tr("{name}{outcome}外出代办", name=actor.name, outcome=outcome),
    )


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
    """As the office: name a substitute of another rank for a person."""

    permission = Permission.ABSENCE_CONFIRM

    account_id: int
    substitute_id: int
    reason: str


@handles(NameSubstitute)
def name_substitute(settings: Settings, uow: UnitOfWork, actor: Actor, command: NameSubstitute) -> None:
    """Add a person to the list of substitutes of another; both are notified."""
    pair = [accounts.by_id(uow.session, i) for i in (command.account_id, command.substitute_id)]
    if not all(actor.covers(a.division) and a.is_active for a in pair):
        raise NotFound()
    away, substitute = pair
    absences.name_substitute(uow, actor, away, substitute, reason_of(command.reason))
    audit.note(uow, actor, "substitute_named", f"{away.username}/{substitute.username}")
    notices.tell(
        uow,
        [away.id, substitute.id],
        "absence",
        tr("{name}将{name2}列入{name3}的代办名单", name=actor.name, name2=substitute.name, name3=away.name),
    )


@dataclass(frozen=True, slots=True)
class EndNamedSubstitute(Command[None]):
    """As the office: remove a person from the list of substitutes."""

    permission = Permission.ABSENCE_CONFIRM

    named_id: int


@handles(EndNamedSubstitute)
def end_named_substitute(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: EndNamedSubstitute
) -> None:
    """Remove a person from the list of substitutes."""
    row = absences.end_named(uow, actor, command.named_id)
    pair = [accounts.by_id(uow.session, i) for i in (row.account_id, row.substitute_id)]
    if not actor.covers(pair[0].division):
        raise NotFound()
    audit.note(uow, actor, "substitute_ended", "/".join(a.username for a in pair))
