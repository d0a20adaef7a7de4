"""Checks finished steps against events: who did them, what was submitted, none added or dropped."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from processes.cases.models import Case, CaseEvent, WorkItem
from processes.policy import values
from processes.texts import tr

_FINISHED = ("completed", "carried_over")


def said(data: Mapping[str, Any]) -> str:
    """Return the hash of a submission as recorded in the event."""
    return hashlib.sha256(values.dumps(dict(data))).hexdigest()


def differing(session: Session) -> Iterator[str]:
    """Return sentences for differences; empty if every finished step is as recorded.

    Steps older than the hashes are compared by person alone.
    """
    events = _events(session)
    numbers = {row.id: row.number for row in session.execute(select(Case.id, Case.number))}
    destroyed = set(session.scalars(select(Case.id).where(Case.destroyed_on.is_not(None))))
    finished = select(WorkItem).where(WorkItem.completed_at.is_not(None)).order_by(WorkItem.id)
    finished = finished.options(defer(WorkItem.straight_to))
    for item in session.scalars(finished).yield_per(500):
        if item.case_id in destroyed:
            continue
        event = events[item.case_id].get(item.ref)
        if not event:
            yield tr("{case_number}：“{title}”没有办结记录", case_number=item.case_number, title=item.title)
            continue
        fault = _fault(item, event.pop(0))
        if fault:
            yield tr(
                "{case_number}：“{title}”{fault}", case_number=item.case_number, title=item.title, fault=fault
            )
    for case_id, refs in events.items():
        if case_id not in destroyed and any(refs.values()):
            yield tr(
                "{f}：有办结记录的环节缺失",
                f=numbers.get(case_id, tr("第 {case_id} 号办件", case_id=case_id)),
            )


def _events(session: Session) -> dict[int, dict[str, list[CaseEvent]]]:
    """Events of finished steps in order, by case and step."""
    by_case: dict[int, dict[str, list[CaseEvent]]] = defaultdict(lambda: defaultdict(list))
    query = select(CaseEvent).where(CaseEvent.kind.in_(_FINISHED))
    for event in session.scalars(query.order_by(CaseEvent.case_id, CaseEvent.position)):
        by_case[event.case_id][event.payload.get("ref", "")].append(event)
    return by_case


def _fault(item: WorkItem, event: CaseEvent) -> str:
    if event.kind == "completed" and (event.actor_id, event.actor) != (
        item.completed_by_id,
        item.completed_by,
    ):
        return tr("的办理人被改动")
    if event.kind == "carried_over" and event.payload.get("by") != (item.completed_by or ""):
        return tr("的办理人被改动")
    if event.payload.get("second_id") != item.second_id:
        return tr("的共同办理人被改动")
    kept = event.payload.get("said")
    if kept is not None and kept != said(item.submission or {}):
        return tr("提交的内容被改动")
    return ""
