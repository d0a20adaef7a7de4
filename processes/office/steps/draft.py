"""Save the draft of a step's form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import actions, rules
from processes.office.command import ItemCommand, handles
from processes.office.run import Run
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SaveDraftResult:
    """The result of `SaveDraft`."""

    draft_version: int


@dataclass(frozen=True, slots=True)
class SaveDraft(ItemCommand[SaveDraftResult]):
    """Save a draft; `draft_version` is the version that the window loaded."""

    permission = Permission.TASK_WORK
    batched_flush = True

    data: Mapping[str, Any] = field(default_factory=dict)
    draft_version: int = 0
    overwrite: bool = False


@handles(SaveDraft)
def save_draft(settings: Settings, uow: UnitOfWork, actor: Actor, command: SaveDraft) -> SaveDraftResult:
    """Save a draft; return its new version."""
    case, items, item = actions.locked_case_of(uow, actor, command.item_id)
    rules.demand_open(item, command.version)
    away = rules.demand_worker(item, actor)
    rules.demand_at_rest(item)
    Run(uow, actor, case, items).demand_apart(item, actor, away)
    version = actions.save_draft(uow, actor, item, command.data, command.draft_version, command.overwrite)
    return SaveDraftResult(draft_version=version)
