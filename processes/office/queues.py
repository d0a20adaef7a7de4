"""Commands of the queue: noting and undoing what was done to many steps, filters that people keep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from processes import commands as c
from processes.access.models import Account
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, events, rules
from processes.cases.queue_models import BatchAction, SavedFilter
from processes.errors import Invalid, NotFound, RuleBroken, YimenError
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork

UNDO_SECONDS = 60
KINDS = {"claim": "签收", "release": "取消签收", "transfer": "转办", "watch": "关注", "urge": "催办"}
UNDOABLE = ("claim", "release", "transfer")
_FILTERS = 30
COLOURS = ("", "red", "orange", "green", "blue", "purple")


def note_batch(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.NoteBatch) -> dict[str, Any]:
    """Keep what was done, so that it can be undone."""
    actor.demand(Permission.TASK_WORK)
    row = BatchAction(
        account_id=actor.account_id, kind=command.kind, at=uow.now, results=[dict(r) for r in command.results]
    )
    uow.add(row)
    uow.flush()
    undoable = command.kind in UNDOABLE and any(r["ok"] for r in row.results)
    return {
        "batch": row.id, "title": KINDS[command.kind], "results": row.results,
        "undo_seconds": UNDO_SECONDS if undoable else 0,
    }  # fmt: skip


def undo_batch(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.UndoBatch) -> dict[str, Any]:
    """Put the steps back to whoever had them, unless somebody has gone on with them since."""
    row = uow.session.get(BatchAction, command.batch_id, with_for_update=True)
    if row is None or row.account_id != actor.account_id or row.kind not in UNDOABLE:
        raise NotFound()
    if row.undone_at is not None or uow.now > row.at + timedelta(seconds=UNDO_SECONDS):
        raise RuleBroken(reason=f"已经撤销过，或者超过了 {UNDO_SECONDS} 秒")
    results = []
    for done in row.results:
        if done["ok"]:
            results.append({**done, **_put_back(uow, actor, done)})
    row.undone_at = uow.now
    return {"batch": row.id, "title": f"撤销{KINDS[row.kind]}", "results": results, "undo_seconds": 0}


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
    return {"ok": True, "said": "已撤销"}


def save_filter(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SaveFilter) -> dict[str, Any]:
    """Keep a filter for oneself or for one's office."""
    actor.demand(Permission.TASK_WORK)
    name = command.name.strip()[:30]
    if not name:
        raise Invalid(reason="请填写筛选名称")
    if command.colour not in COLOURS:
        raise Invalid(reason="请选择颜色")
    own = uow.session.scalars(select(SavedFilter).where(SavedFilter.account_id == actor.account_id)).all()
    row = next((f for f in own if f.name == name), None)
    if row is None:
        if len(own) >= _FILTERS:
            raise RuleBroken(reason=f"最多保存 {_FILTERS} 个筛选")
        row = SavedFilter(
            account_id=actor.account_id, by=actor.name, name=name, division=actor.division, wanted={}
        )
        uow.add(row)
    row.wanted, row.colour, row.is_shared = dict(command.wanted), command.colour, command.is_shared
    uow.flush()
    return {"filter": row.id}


def drop_filter(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.DropFilter) -> dict[str, Any]:
    """Forget one's own filter."""
    row = uow.session.get(SavedFilter, command.filter_id)
    if row is None or row.account_id != actor.account_id:
        raise NotFound()
    uow.session.delete(row)
    return {}
