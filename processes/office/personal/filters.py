"""Saved filters of the queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases.queue_models import SavedFilter
from processes.errors import Invalid, NotFound, RuleBroken
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

_FILTERS = 30
COLOURS = {
    "": tr("无颜色"),
    "red": tr("红"),
    "orange": tr("橙"),
    "green": tr("绿"),
    "blue": tr("蓝"),
    "purple": tr("紫"),
}


@dataclass(frozen=True, slots=True)
class SaveFilterResult:
    """The result of `SaveFilter`."""

    filter: int


@dataclass(frozen=True, slots=True)
class SaveFilter(Command[SaveFilterResult]):
    """Save a filter of the queue under a name; the same name again replaces it."""

    permission = Permission.TASK_WORK

    name: str
    wanted: Mapping[str, Any] = field(default_factory=dict)
    colour: str = ""
    is_shared: bool = False


@handles(SaveFilter)
def save_filter(settings: Settings, uow: UnitOfWork, actor: Actor, command: SaveFilter) -> SaveFilterResult:
    """Save a filter for oneself or for one's office."""
    name = command.name.strip()[:30]
    if not name:
        raise Invalid(reason=tr("请填写筛选名称"))
    if command.colour not in COLOURS:
        raise Invalid(reason=tr("请选择颜色"))
    own = uow.session.scalars(select(SavedFilter).where(SavedFilter.account_id == actor.account_id)).all()
    row = next((f for f in own if f.name == name), None)
    if row is None:
        if len(own) >= _FILTERS:
            raise RuleBroken(reason=tr("最多保存 {filters} 个筛选", filters=_FILTERS))
        row = SavedFilter(
            account_id=actor.account_id, by=actor.name, name=name, division=actor.division, wanted={}
        )
        uow.add(row)
    row.wanted, row.colour, row.is_shared = dict(command.wanted), command.colour, command.is_shared
    uow.flush()
    return SaveFilterResult(filter=row.id)


@dataclass(frozen=True, slots=True)
class DropFilter(Command[None]):
    """Delete one's own filter."""

    permission = Permission.TASK_WORK

    filter_id: int


@handles(DropFilter)
def drop_filter(settings: Settings, uow: UnitOfWork, actor: Actor, command: DropFilter) -> None:
    """Delete one's own filter."""
    row = uow.session.get(SavedFilter, command.filter_id)
    if row is None or row.account_id != actor.account_id:
        raise NotFound()
    uow.session.delete(row)
