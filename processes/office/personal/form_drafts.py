"""Form drafts: save, open, discard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processes.access import audit, form_drafts
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import Invalid
from processes.office.command import Command, handles
from processes.policy import values
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

LONGEST_SHEET = 64
LONGEST_PLACE = 120
LONGEST_LABEL = 60
MOST_BYTES = 500_000
_PAGES = re.compile(r"/calls|/households/[^/?#]+(/apply/[^/?#]+(/[^/?#]+)?)?")
"""The pages on which something is kept while it is typed."""


@dataclass(frozen=True, slots=True)
class SaveFormDraftResult:
    """The result of `SaveFormDraft`."""

    version: int


@dataclass(frozen=True, slots=True)
class SaveFormDraft(Command[SaveFormDraftResult]):
    """Save a form draft: `sheet` is the window's identifier, `place` its page, `seen` the version it loaded.

    `base` is the version of the record in the form, `label` a description for the person.
    """

    permission = Permission.SESSION

    sheet: str
    place: str
    label: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    base: int = 0
    seen: int = 0
    overwrite: bool = False


@handles(SaveFormDraft)
def keep(settings: Settings, uow: UnitOfWork, actor: Actor, command: SaveFormDraft) -> SaveFormDraftResult:
    """Save the draft of the window; return its version."""
    if not 0 < len(command.sheet) <= LONGEST_SHEET or not _is_page(command.place):
        raise Invalid(reason=tr("提交的内容不完整"))
    body = {"label": command.label[:LONGEST_LABEL], "base": command.base, "data": dict(command.data)}
    if len(values.dumps(body)) > MOST_BYTES:
        raise Invalid(reason=tr("填写的内容过多，不能自动保存"))
    version = form_drafts.keep(
        uow, actor, command.sheet, command.place, body, command.seen, command.overwrite
    )
    return SaveFormDraftResult(version=version)


def _is_page(place: str) -> bool:
    return len(place) <= LONGEST_PLACE and _PAGES.fullmatch(place) is not None


@dataclass(frozen=True, slots=True)
class OpenFormDraftResult:
    """The result of `OpenFormDraft`."""

    label: str
    base: int
    data: dict[str, Any]
    version: int
    place: str


@dataclass(frozen=True, slots=True)
class OpenFormDraft(Command[OpenFormDraftResult]):
    """Continue a form draft; logged, because it may contain full ID numbers."""

    permission = Permission.SESSION

    sheet: str


@handles(OpenFormDraft)
def go_on(settings: Settings, uow: UnitOfWork, actor: Actor, command: OpenFormDraft) -> OpenFormDraftResult:
    """Return the draft for the page."""
    row = form_drafts.opened(uow, actor, command.sheet)
    audit.note(uow, actor, "unsaved_opened", row.place)
    return OpenFormDraftResult(**row.body, version=row.version, place=row.place)


@dataclass(frozen=True, slots=True)
class DiscardFormDraft(Command[None]):
    """Discard a form draft."""

    permission = Permission.SESSION

    sheet: str


@handles(DiscardFormDraft)
def drop(settings: Settings, uow: UnitOfWork, actor: Actor, command: DiscardFormDraft) -> None:
    """Discard a form draft."""
    form_drafts.drop(uow, actor, command.sheet)


@dataclass(frozen=True, slots=True)
class SweepFormDrafts(Command[None]):
    """Discard form drafts that nobody continued for a week."""

    permission = Permission.SYSTEM_WORK


@handles(SweepFormDrafts)
def sweep(settings: Settings, uow: UnitOfWork, actor: Actor, command: SweepFormDrafts) -> None:
    """Discard form drafts that nobody continued for a week."""
    form_drafts.sweep(uow)
