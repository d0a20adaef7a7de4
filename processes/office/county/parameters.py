"""Commands on the county's book of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from processes.access.models import Account, Division
from processes.access.permissions import Permission, may
from processes.access.scope import COUNTY_DIGITS, Actor
from processes.cases import notices
from processes.errors import NotFound, RuleBroken, Unreadable
from processes.office.command import Command, Weighty, handles
from processes.parameters import actions, rules
from processes.parameters.models import ParameterValue
from processes.parameters.status import ParameterStatus
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.policy.parameters import Parameter, Scalar, shown
from processes.releases import publish
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

KIND = "parameter"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A value that waits for a second person."""

    value: int
    """The id of its row."""


@dataclass(frozen=True, slots=True)
class ProposeParameter(Command[Proposed]):
    """Enter a value of a parameter; it waits for a second person.

    `entry` is the input: `value`, `since`, `division`, `source`, and `confirmed` for unusual values.
    """

    permission = Permission.PARAMETER_PROPOSE

    name: str
    entry: Mapping[str, Any]
    token: str = ""


@handles(ProposeParameter)
def propose(settings: Settings, uow: UnitOfWork, actor: Actor, command: ProposeParameter) -> Proposed:
    """Enter a value; return the waiting row."""
    _demand_county(actor, Permission.PARAMETER_PROPOSE)
    return _propose(uow, actor, _declared(uow, command.name), dict(command.entry))


@dataclass(frozen=True, slots=True)
class AdoptParameter(Command[Proposed]):
    """Propose to confirm a suggested value unchanged, with its source document."""

    permission = Permission.PARAMETER_PROPOSE

    value_id: int
    source: str
    token: str = ""


@handles(AdoptParameter)
def adopt(settings: Settings, uow: UnitOfWork, actor: Actor, command: AdoptParameter) -> Proposed:
    """Propose to confirm a suggested value unchanged; return the waiting row."""
    _demand_county(actor, Permission.PARAMETER_PROPOSE)
    row = uow.session.get(ParameterValue, command.value_id)
    if row is None:
        raise NotFound()
    if row.status != ParameterStatus.IN_FORCE or row.is_confirmed:
        raise RuleBroken(reason=tr("这一项不是待确认的建议值，请刷新页面"))
    raw = {
        "value": shown(row.scalar), "since": row.since, "division": row.division, "source": command.source,
        "confirmed": True,
    }  # fmt: skip
    return _propose(uow, actor, _declared(uow, row.name), raw)


def _propose(uow: UnitOfWork, actor: Actor, parameter: Parameter, raw: dict[str, Any]) -> Proposed:
    today = civil_date(uow.now)
    places = set(uow.session.scalars(select(Division.code)))
    entry = rules.entry(parameter, raw, _before(parameter, raw), today, places)
    row = actions.propose(uow, actor, parameter.name, entry)
    text = tr(
        "{name}提出：{title}自 {since} 起为 {value} {unit}，请确认",
        name=actor.name,
        title=parameter.title,
        since=entry.since,
        value=shown(entry.value),
        unit=parameter.unit,
    )
    notices.tell(uow, _confirmers(uow, actor), KIND, text)
    return Proposed(row.id)


@dataclass(frozen=True, slots=True)
class ConfirmParameterResult:
    """The result of `ConfirmParameter`."""

    value: int


@dataclass(frozen=True, slots=True)
class ConfirmParameter(Weighty[ConfirmParameterResult]):
    """Confirm a value that somebody else proposed; from now on it counts."""

    permission = Permission.PARAMETER_CONFIRM

    value_id: int


@handles(ConfirmParameter)
def confirm(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: ConfirmParameter
) -> ConfirmParameterResult:
    """Put a proposal in force."""
    _demand_county(actor, Permission.PARAMETER_CONFIRM)
    row = actions.confirm(uow, actor, command.value_id)
    notices.tell(
        uow,
        [row.proposed_by_id],
        KIND,
        tr("{name}已确认您提出的参数取值（{row}）", name=actor.name, row=_title(uow, row)),
    )
    return ConfirmParameterResult(value=row.id)


@dataclass(frozen=True, slots=True)
class RejectParameterResult:
    """The result of `RejectParameter`."""

    value: int


@dataclass(frozen=True, slots=True)
class RejectParameter(Command[RejectParameterResult]):
    """Refuse a proposed value, with a reason."""

    permission = Permission.PARAMETER_CONFIRM

    value_id: int
    reason: str


@handles(RejectParameter)
def reject(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: RejectParameter
) -> RejectParameterResult:
    """Refuse a proposal."""
    _demand_county(actor, Permission.PARAMETER_CONFIRM)
    row = actions.reject(uow, actor, command.value_id, command.reason)
    text = tr(
        "{name}退回了您提出的参数取值（{row}）：{reason}",
        name=actor.name,
        row=_title(uow, row),
        reason=row.reason,
    )
    notices.tell(uow, [row.proposed_by_id], KIND, text)
    return RejectParameterResult(value=row.id)


@dataclass(frozen=True, slots=True)
class WithdrawParameterResult:
    """The result of `WithdrawParameter`."""

    value: int


@dataclass(frozen=True, slots=True)
class WithdrawParameter(Command[WithdrawParameterResult]):
    """Withdraw one's own proposal."""

    permission = Permission.PARAMETER_PROPOSE

    value_id: int


@handles(WithdrawParameter)
def withdraw(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: WithdrawParameter
) -> WithdrawParameterResult:
    """Withdraw one's own proposal."""
    _demand_county(actor, Permission.PARAMETER_PROPOSE)
    return WithdrawParameterResult(value=actions.withdraw(uow, actor, command.value_id).id)


def _demand_county(actor: Actor, permission: Permission) -> None:
    """The book is the county's: people of a township may not change it."""
    actor.demand(permission)
    if len(actor.division) > COUNTY_DIGITS:
        raise NotFound()


def _declared(uow: UnitOfWork, name: str) -> Parameter:
    """The parameter as the newest releases declare it, with the values of the book; raises `NotFound`."""
    for release in publish.published_programmes(uow.session):
        parameter = publish.open_release(uow.session, release.id).policy.parameters.get(name)
        if parameter is not None:
            return parameter
    raise NotFound()


def _before(parameter: Parameter, raw: dict[str, Any]) -> Scalar | None:
    """The value in force there on that day without the entry."""
    try:
        since, division = reading.day(raw.get("since") or ""), reading.compact(raw.get("division", ""))
    except Unreadable:
        return None
    value = parameter.in_force(since, division)
    return None if value is None else value.value


def _title(uow: UnitOfWork, row: ParameterValue) -> str:
    try:
        title = _declared(uow, row.name).title
    except NotFound:
        title = row.name
    return tr("{title}自 {since} 起", title=title, since=row.since)


def _confirmers(uow: UnitOfWork, actor: Actor) -> list[int]:
    """People of the county who may confirm, whoever proposes left out."""
    accounts = uow.session.scalars(select(Account).where(Account.is_active.is_(True)).order_by(Account.id))
    return [
        a.id
        for a in accounts
        if may(frozenset(a.roles), Permission.PARAMETER_CONFIRM)
        and len(a.division) <= COUNTY_DIGITS
        and a.id != actor.account_id
    ]
