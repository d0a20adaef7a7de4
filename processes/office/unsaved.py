"""Keeping what is typed before it is handed in."""

from __future__ import annotations

import re
from typing import Any

from processes import commands as c
from processes.access import audit, unsaved
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import Invalid
from processes.policy import values
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork

LONGEST_SHEET = 64
LONGEST_PLACE = 120
LONGEST_LABEL = 60
MOST_BYTES = 500_000
_PAGES = re.compile(r"/calls|/households/[^/?#]+(/apply/[^/?#]+(/[^/?#]+)?)?")
"""The pages on which something is kept while it is typed."""


def keep(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.KeepUnsaved) -> dict[str, Any]:
    """Keep it under the window's mark; answers its version."""
    actor.demand(Permission.SESSION)
    if not 0 < len(command.sheet) <= LONGEST_SHEET or not _is_page(command.place):
        raise Invalid(reason="提交的内容不完整")
    body = {"label": command.label[:LONGEST_LABEL], "base": command.base, "data": dict(command.data)}
    if len(values.dumps(body)) > MOST_BYTES:
        raise Invalid(reason="填写的内容过多，不能自动保存")
    version = unsaved.keep(uow, actor, command.sheet, command.place, body, command.seen, command.overwrite)
    return {"version": version}


def _is_page(place: str) -> bool:
    return len(place) <= LONGEST_PLACE and _PAGES.fullmatch(place) is not None


def go_on(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.OpenUnsaved) -> dict[str, Any]:
    """What was typed, for the page to show again."""
    actor.demand(Permission.SESSION)
    row = unsaved.opened(uow, actor, command.sheet)
    audit.note(uow, actor, "unsaved_opened", row.place)
    return {**row.body, "version": row.version, "place": row.place}


def drop(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.DropUnsaved) -> dict[str, Any]:
    """Throw it away."""
    actor.demand(Permission.SESSION)
    unsaved.drop(uow, actor, command.sheet)
    return {}


def sweep(settings: Settings, uow: UnitOfWork, actor: Actor, command: c.SweepUnsaved) -> dict[str, Any]:
    """Throw away what has lain for a week."""
    actor.demand(Permission.SYSTEM_WORK)
    unsaved.sweep(uow)
    return {}
