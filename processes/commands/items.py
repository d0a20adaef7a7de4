"""Commands on one work item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from processes.commands.base import ItemCommand


@dataclass(frozen=True, slots=True)
class ClaimTask(ItemCommand):
    """Take a work item out of the office's queue (签收)."""

    batched_flush: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ReleaseTask(ItemCommand):
    """Put a claimed work item back (放回)."""


@dataclass(frozen=True, slots=True)
class SaveDraft(ItemCommand):
    """Keep what was typed; `draft_version` is the draft that the window loaded."""

    batched_flush: ClassVar[bool] = True

    data: Mapping[str, Any] = field(default_factory=dict)
    draft_version: int = 0
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class CompleteTask(ItemCommand):
    """Finish a step with its form (办结本环节).

    With signers it is finished once they have agreed (后加签).
    """

    batched_flush: ClassVar[bool] = True

    data: Mapping[str, Any] = field(default_factory=dict)
    token: str = ""
    signers: tuple[int, ...] = ()
    mode: str = "all"
    quorum: int = 0


@dataclass(frozen=True, slots=True)
class WriteByHand(ItemCommand):
    """Keep a signature that somebody wrote on the screen at a step: a small PNG."""

    picture: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TransferTask(ItemCommand):
    """Hand a work item to a colleague, who finishes it (转办)."""

    to_account_id: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReturnTask(ItemCommand):
    """Send the case back to an earlier step (退回)."""

    to: str = ""
    reason: str = ""
    token: str = ""
    straight: bool = False
    """Whether it comes straight back to this step when it was put right, or goes step by step."""


@dataclass(frozen=True, slots=True)
class Recompute(ItemCommand):
    """Take the facts of the household anew and compute again (重新测算); the case goes back to the step after that."""

    token: str = ""
