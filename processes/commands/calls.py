"""Commands of the hotline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processes.commands.base import Command


@dataclass(frozen=True, slots=True)
class NoteCall(Command):
    """Note a call: who, from which number, where, what was said; the caller need not be registered."""

    programme: str
    process: str
    form: Mapping[str, Any]
    token: str = ""
    unsaved: str = ""
    """The token under which the page kept what was typed: it goes when this is handed in."""


@dataclass(frozen=True, slots=True)
class AttachCall(Command):
    """The caller has a household's file already: the call's case goes there, the file opened for it goes."""

    case: str
    household: str
