"""Records actions on many steps, and undoes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, events, rules
from processes.cases.queue_models import BatchAction
from processes.cases.status import BatchKind
from processes.errors import NotFound, RuleBroken, YimenError
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

UNDO_SECONDS = 60


@dataclass(frozen=True, slots=True)
class NoteBatchResult:
    """The result of `NoteBatch`."""

    batch: int
    title: str
    results: list[dict[str, Any]]
    undo_seconds: int


@dataclass(frozen=True, slots=True)
class NoteBatch(Command[NoteBatchResult]):
    """Record an action on many steps, with a result for each."""

    permission = Permission.TASK_WORK

    kind: BatchKind
    results: tuple[Mapping[str, Any], ...]


@handles(NoteBatch)
def note_batch(settings: Settings, uow: UnitOfWork, actor: Actor, command: NoteBatch) -> NoteBatchResult:
    """Store the action, so that it can be undone."""
    row = BatchAction(
        account_id=actor.account_id, kind=command.kind, at=uow.now, results=[dict(r) for r in command.results]
    )
    uow.add(row)
    uow.flush()
    undoable = command.kind.is_undoable and any(r["ok"] for r in row.results)
    return NoteBatchResult(batch=row.id, title=command.kind.title, results=row.results, undo_seconds=UNDO_SECONDS if undoable else 0)  # fmt: skip


@dataclass(frozen=True, slots=True)
class UndoBatchResult:
    """The result of `UndoBatch`."""

    batch: int
    title: str
    results: list[dict[str, Any]]
    undo_seconds: int


@dataclass(frozen=True, slots=True)
class UndoBatch(Command[UndoBatchResult]):
    """Undo one's last action on many steps."""

    permission = Permission.TASK_WORK

    batch_id: int


@handles(UndoBatch)
def undo_batch(settings: Settings, uow: UnitOfWork, actor: Actor, command: UndoBatch) -> UndoBatchResult:
    """Return the steps to their previous assignees, unless somebody has continued with them."""
    row = uow.session.get(BatchAction, command.batch_id, with_for_update=True)
    if row is None or row.account_id != actor.account_id or not row.kind.is_undoable:
        raise NotFound()
    if row.undone_at is not None or uow.now > row.at + timedelta(seconds=UNDO_SECONDS):
        raise RuleBroken(reason=tr("已经撤销过，或者超过了 {undo_seconds} 秒", undo_seconds=UNDO_SECONDS))
    results = []
    for done in row.results:
        if done["ok"]:
            results.append({**done, **_put_back(uow, actor, done)})
    row.undone_at = uow.now
    return UndoBatchResult(
        batch=row.id, title=tr("撤销{title}", title=row.kind.title), results=results, undo_seconds=0
    )


def _put_back(uow: UnitOfWork, actor: Actor, done: dict[str, Any]) -> dict[str, Any]:
    case, _, item = actions.locked_case_of(uow, actor, int(done["item"]))
    try:
        rules.demand_open(item, int(done["version"]))
    except YimenError as fault:
        return {"ok": False, "said": fault.message}
    had = None if done["had"] is None else uow.session.get(Account, int(done["had"]))
    item.claimed_by_id = None if had is None else had.id
    item.claimed_by = None if had is None else had.name
    actions.in_name_of(item, None)
    actions.changed(uow, actor, item)
    events.append(uow, case, actor, "batch_undone", item.title, ref=item.ref)
    return {"ok": True, "said": tr("已撤销")}
