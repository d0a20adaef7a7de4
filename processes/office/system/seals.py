"""The daily seal over all events."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import anchors
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AnchorChainsResult:
    """The result of `AnchorChains`."""

    events: int


@dataclass(frozen=True, slots=True)
class AnchorChains(Command[AnchorChainsResult]):
    """Seal the events of past days (每日封存)."""

    permission = Permission.SYSTEM_WORK


@handles(AnchorChains)
def anchor_chains(
    settings: Settings, uow: UnitOfWork, actor: Actor, command: AnchorChains
) -> AnchorChainsResult:
    """Seal the events of past days."""
    anchor = anchors.make(uow)
    return AnchorChainsResult(events=0 if anchor is None else anchor.events)
