"""Commands of opinions that are written often."""

from __future__ import annotations

from dataclasses import dataclass

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class KeepPhrase(Command):
    """Keep an opinion for oneself, or for everybody of the office."""

    text: str
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class DropPhrase(Command):
    """Take away an opinion that one kept."""

    phrase_id: int
