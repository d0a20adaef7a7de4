"""Commands about the tokens of commands."""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class SweepTokens(Command):
    """Throw away tokens of commands that nobody can repeat any more, a piece at a time."""
