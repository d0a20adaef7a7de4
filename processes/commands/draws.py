"""Commands of draws."""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class CommitDrawNumber(Command):
    """Commit to a number under which cases are drawn; nobody sees it until the round is revealed."""

    number: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class RevealDrawRound(Command):
    """Make the numbers of a round known; it draws no more."""

    round_id: int
