"""Actions on many steps: each in its own transaction, a result for each, one undo window.

Decisions are excluded: each needs its own reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processes.access.scope import Actor
from processes.cases.models import WorkItem
from processes.cases.status import BatchKind
from processes.errors import Invalid, YimenError
from processes.office.cases.watch import WatchCase
from processes.office.command import Command
from processes.office.door import Office
from processes.office.steps.batch import NoteBatch, NoteBatchResult
from processes.office.steps.claim import ClaimTask, ReleaseTask
from processes.office.steps.transfer import TransferTask
from processes.office.steps.urge import UrgeTask
from processes.texts import tr

MOST = 100


def perform(
    office: Office, actor: Actor, kind: str, items: Sequence[tuple[int, int]], to: int = 0, reason: str = ""
) -> NoteBatchResult:
    """Perform one action on many steps, each given by id and the version that the person saw.

    Raises `Invalid` for an unknown kind or too many; refusals of single steps are in their results.
    """
    if kind not in BatchKind.titles():
        raise Invalid(reason=tr("这种操作不能批量办理"))
    if not 1 <= len(items) <= MOST:
        raise Invalid(reason=tr("请选择 1 至 {most} 项", most=MOST))
    results = [_one(office, actor, kind, item_id, version, to, reason) for item_id, version in items]
    return office.perform(NoteBatch(BatchKind(kind), tuple(results)), actor)


def _one(
    office: Office, actor: Actor, kind: str, item_id: int, version: int, to: int, reason: str
) -> dict[str, Any]:
    with office.database.reading(actor.division, actor.department) as session:
        item = session.get(WorkItem, item_id)
    if item is None:
        return {"item": item_id, "title": "", "ok": False, "said": tr("没有找到这项待办")}
    row: dict[str, Any] = {
        "item": item_id, "title": f"{item.applicant} {item.title}", "number": item.case_number,
        "had": item.claimed_by_id, "had_name": item.claimed_by,
    }  # fmt: skip
    command = _command(kind, item, version, to, reason)
    try:
        office.perform(command, actor)
    except YimenError as fault:
        return {**row, "ok": False, "said": fault.message}
    with office.database.reading(actor.division, actor.department) as session:
        after = session.get(WorkItem, item_id)
    return {
        **row,
        "ok": True,
        "said": tr("已") + BatchKind(kind).title,
        "version": 0 if after is None else after.version,
    }


def _command(kind: str, item: WorkItem, version: int, to: int, reason: str) -> Command[Any]:
    if kind == BatchKind.CLAIM:
        return ClaimTask(item.id, version)
    if kind == BatchKind.RELEASE:
        return ReleaseTask(item.id, version)
    if kind == BatchKind.TRANSFER:
        return TransferTask(item.id, version, to, reason)
    if kind == BatchKind.URGE:
        return UrgeTask(item.id, reason)
    return WatchCase(item.case_number, True)
