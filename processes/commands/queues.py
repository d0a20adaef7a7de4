"""Commands of the queue: many steps at once, filters that people keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class NoteBatch(Command):
    """What was done to many steps at once, with a result for each."""

    kind: str
    results: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class UndoBatch(Command):
    """Undo what one has just done to many steps at once."""

    batch_id: int


@dataclass(frozen=True, slots=True)
class SaveFilter(Command):
    """Keep a filter of the queue under a name; the same name again replaces it."""

    name: str
    wanted: Mapping[str, Any] = field(default_factory=dict)
    colour: str = ""
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class DropFilter(Command):
    """Forget one's own filter."""

    filter_id: int
