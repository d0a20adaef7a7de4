"""Changes of the book: one person proposes, another confirms; replaced values are kept."""

from __future__ import annotations

from sqlalchemy import select

from processes.access import audit, persons
from processes.access.scope import Actor
from processes.errors import DutySeparation, NotFound, RuleBroken
from processes.parameters import book
from processes.parameters.models import ParameterValue
from processes.parameters.rules import Entry, differs
from processes.parameters.status import ParameterStatus
from processes.policy.parameters import kind_of, written
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


def propose(uow: UnitOfWork, actor: Actor, name: str, entry: Entry) -> ParameterValue:
    """Propose a value for confirmation by a second person; raises `RuleBroken` if one waits for that day already."""
    book.lock(uow)
    uow.flush()
    if _at(uow, name, entry.division, entry.since, ParameterStatus.PROPOSED) is not None:
        raise RuleBroken(reason=tr("该参数自 {since} 起的取值已有一项待确认，请先处理", since=entry.since))
    standing = _at(uow, name, entry.division, entry.since, ParameterStatus.IN_FORCE)
    if standing is not None and standing.is_confirmed and not differs(standing.scalar, entry.value):
        raise RuleBroken(reason=tr("该参数自 {since} 起已经是这个取值，并已确认", since=entry.since))
    row = ParameterValue(
        name=name, division=entry.division, since=entry.since, value=written(entry.value),
        kind=kind_of(entry.value), source=entry.source, status=ParameterStatus.PROPOSED, release="",
        proposed_by_id=actor.account_id, proposed_by=actor.name, proposed_at=uow.now, confirmed_by="", ended_by="",
        reason="",
    )  # fmt: skip
    uow.add(row)
    uow.flush()
    audit.note(uow, actor, "parameter_proposed", _target(row))
    return row


def confirm(uow: UnitOfWork, actor: Actor, value_id: int) -> ParameterValue:
    """Confirm a proposal; never by whoever proposed it. The previous value is kept as replaced."""
    book.lock(uow)
    row = _waiting(uow, value_id)
    if (
        actor.account_id is None
        or persons.is_one_of(
            uow.session,
            actor.account_id,
            (row.proposed_by_id, *(row.hands if row.proposed_by_id is None else ())),
            row.proposed_at,
        )
        or _published_by(row, actor)
    ):
        raise DutySeparation(earlier=tr("提出参数取值"), step=tr("确认参数取值"))
    old = _at(uow, row.name, row.division, row.since, ParameterStatus.IN_FORCE)
    if old is not None:
        old.status, old.ended_at, old.ended_by = ParameterStatus.REPLACED, uow.now, actor.name
        uow.flush()  # a unique index allows one value in force
        old.replaced_by_id = row.id
    row.status, row.ended_at, row.ended_by = ParameterStatus.IN_FORCE, uow.now, actor.name
    row.confirmed_by_id, row.confirmed_by = actor.account_id, actor.name
    book.changed(uow)
    audit.note(uow, actor, "parameter_confirmed", _target(row))
    return row


def reject(uow: UnitOfWork, actor: Actor, value_id: int, reason: str) -> ParameterValue:
    """Refuse a proposal, with a reason."""
    book.lock(uow)
    row = _waiting(uow, value_id)
    if not reason.strip():
        raise RuleBroken(reason=tr("请写明退回的理由"))
    _end(uow, row, ParameterStatus.REJECTED, actor, reason)
    audit.note(uow, actor, "parameter_rejected", _target(row))
    return row


def withdraw(uow: UnitOfWork, actor: Actor, value_id: int) -> ParameterValue:
    """Withdraw one's own proposal."""
    book.lock(uow)
    row = _waiting(uow, value_id)
    if row.proposed_by_id is None or row.proposed_by_id != actor.account_id:
        raise RuleBroken(reason=tr("只能撤回自己提出的取值"))
    _end(uow, row, ParameterStatus.WITHDRAWN, actor, tr("提出人撤回"))
    audit.note(uow, actor, "parameter_withdrawn", _target(row))
    return row


def _published_by(row: ParameterValue, actor: Actor) -> bool:
    """Whether a proposal came from a publication in which this person took part."""
    return row.proposed_by_id is None and (
        actor.account_id in row.hands or actor.name in row.proposed_by.split("、")
    )


def _end(uow: UnitOfWork, row: ParameterValue, status: ParameterStatus, actor: Actor, reason: str) -> None:
    row.status, row.ended_at, row.ended_by, row.reason = status, uow.now, actor.name, reason.strip()


def _waiting(uow: UnitOfWork, value_id: int) -> ParameterValue:
    query = select(ParameterValue).where(ParameterValue.id == value_id).with_for_update()
    row = uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound()
    if row.status != ParameterStatus.PROPOSED:
        raise RuleBroken(reason=tr("这一项已经处理过，请刷新页面"))
    return row


def _at(
    uow: UnitOfWork, name: str, division: str, since: object, status: ParameterStatus
) -> ParameterValue | None:
    query = select(ParameterValue).where(
        ParameterValue.name == name, ParameterValue.division == division, ParameterValue.since == since,
        ParameterValue.status == status,
    )  # fmt: skip
    return uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _target(row: ParameterValue) -> str:
    return f"{row.name} {row.since}"
