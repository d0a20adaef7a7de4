"""Commands of what is typed into a form that belongs to no step yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class KeepUnsaved(Command):
    """Keep what a window holds: `sheet` is the window's own mark, `place` its page, `seen` the version it loaded.

    `base` is the version of the record that the form shows, `label` what the person recognises it by.
    """

    sheet: str
    place: str
    label: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    base: int = 0
    seen: int = 0
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class OpenUnsaved(Command):
    """Go on with it; the reading is logged, for it may hold full ID numbers."""

    sheet: str


@dataclass(frozen=True, slots=True)
class DropUnsaved(Command):
    """Throw it away."""

    sheet: str


@dataclass(frozen=True, slots=True)
class SweepUnsaved(Command):
    """Throw away what nobody went on with for a week."""
