"""Deletes tokens of commands that cannot be repeated any more."""

from __future__ import annotations

from dataclasses import dataclass

from processes.access import command_tokens
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.command import Command, handles
from processes.settings import Settings
from processes.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class SweepTokensResult:
    """The result of `SweepTokens`."""

    swept: int


@dataclass(frozen=True, slots=True)
class SweepTokens(Command[SweepTokensResult]):
    """Delete tokens of commands that cannot be repeated any more, a batch at a time."""

    permission = Permission.SYSTEM_WORK


@handles(SweepTokens)
def sweep(settings: Settings, uow: UnitOfWork, actor: Actor, command: SweepTokens) -> SweepTokensResult:
    """Delete a batch of them; return their number."""
    return SweepTokensResult(swept=command_tokens.sweep(uow))
