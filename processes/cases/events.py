"""The event chain of a case: append-only, each event includes the hash of the one before."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access.scope import Actor
from processes.cases.models import Case, CaseEvent
from processes.errors import SealBroken
from processes.policy import values
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

NOTED = "rows_noted"
"""Recorded states of rows after a change without another event; no action of a person."""
_SALT_BYTES = 16
_LAST = "last events"


def append(
    uow: UnitOfWork, case: Case, actor: Actor, kind: str, title: str = "", **payload: Any
) -> CaseEvent:
    """Append an event to the chain."""
    case.events_count += 1
    event = CaseEvent(
        case_id=case.id,
        position=case.events_count,
        at=uow.now,
        actor_id=actor.account_id,
        actor=actor.name,
        kind=kind,
        title=title,
        payload=payload,
        salt=secrets.token_hex(_SALT_BYTES),
        previous=case.head,
    )
    event.digest = digest(event)
    case.head = event.digest
    uow.add(event)
    uow.session.info.setdefault(_LAST, {})[case.id] = (case, event)
    return event


def add_to_last(uow: UnitOfWork, case_id: int, **more: Any) -> bool:
    """Add data to the last event that this transaction wrote of a case; return whether there is one."""
    case, event = uow.session.info.get(_LAST, {}).get(case_id, (None, None))
    if event is None:
        return False
    event.payload = {**event.payload, **more}
    event.digest = case.head = digest(event)
    return True


def digest(event: CaseEvent) -> str:
    """Return the hash over everything in the event and the hash before it.

    It is stored in clear beside the encrypted payload: the salt, encrypted too, prevents guessing the
    payload. Events older than the salt have none.
    """
    content = [
        event.case_id,
        event.position,
        event.at,
        event.actor_id,
        event.actor,
        event.kind,
        event.title,
        event.payload,
        event.previous,
    ]
    if event.salt:
        content.append(event.salt)
    return hashlib.sha256(values.dumps(content)).hexdigest()


def before(session: Session, case_id: int, position: int | None, most: int) -> list[CaseEvent]:
    """Return events before a position (None: the last events), latest first, at most so many."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.kind != NOTED)
    if position is not None:
        query = query.where(CaseEvent.position < position)
    return list(session.scalars(query.order_by(CaseEvent.position.desc()).limit(most)))


def of_kind(session: Session, case_id: int, kind: str) -> list[CaseEvent]:
    """Return events of one kind of a case, oldest first."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.kind == kind)
    return list(session.scalars(query.order_by(CaseEvent.position)))


def of_kinds(session: Session, case_id: int, *kinds: str) -> dict[str, list[CaseEvent]]:
    """Return events of some kinds of a case, oldest first, by kind."""
    by_kind: dict[str, list[CaseEvent]] = {kind: [] for kind in kinds}
    query = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.kind.in_(kinds))
    for one in session.scalars(query.order_by(CaseEvent.position)):
        by_kind[one.kind].append(one)
    return by_kind


def computed(decided: Iterable[CaseEvent]) -> list[CaseEvent]:
    """Return the last result of each table and sheet of a case, in the order in which they first appeared."""
    last: dict[str, CaseEvent] = {}
    for event in decided:
        last[str(event.payload.get("table") or event.payload.get("sheet") or "")] = event
    return list(last.values())


def verify(session: Session, case: Case) -> str | None:
    """Return what is wrong with the chain of a case, or None if it is intact."""
    previous = ""
    count = 0
    for event in session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.position)
    ):
        count += 1
        if event.position != count:
            return tr("第 {count} 条记录缺失", count=count)
        if event.previous != previous or not _is_as_written(event, case.destroyed_on is not None):
            return tr("第 {count} 条记录已被改动", count=count)
        previous = event.digest
    if count != case.events_count or previous != case.head:
        return tr("末尾记录缺失")
    return None


def _is_as_written(event: CaseEvent, destroyed: bool) -> bool:
    """After destruction only the hashes of an event are left; they still prove that none is missing."""
    try:
        return (destroyed and not event.payload and not event.title) or digest(event) == event.digest
    except SealBroken:
        return False


def of_case(session: Session, case_id: int) -> list[CaseEvent]:
    """Return events of a case, oldest first."""
    query = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.position)
    return list(session.scalars(query))
