"""A page whose form is kept while it is typed: what is open in this window, and what was left unsaved before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import request

from processes import commands as c
from processes.access import unsaved
from processes.access.models import Unsaved
from processes.access.scope import Actor
from web import auth


@dataclass(frozen=True, slots=True)
class UnsavedSheet:
    """`data` is what was typed when the person goes on with it, else None; `others` can be gone on with."""

    sheet: str
    place: str
    version: int
    base: int
    data: dict[str, Any] | None
    others: list[Unsaved]


def of_page(actor: Actor, base: int = 0) -> UnsavedSheet:
    """What the page of this request goes on with (`?unsaved=SHEET`), or a new sheet for the record's version `base`."""
    place, sheet = request.path, request.args.get("unsaved", "")
    opened = auth.office().perform(c.OpenUnsaved(sheet), actor) if sheet else None
    with auth.office().database.reading("") as session:
        others = [u for u in unsaved.of_place(session, actor, place) if u.sheet != sheet]
    if opened is None:
        return UnsavedSheet(str(uuid4()), place, 0, base, None, others)
    return UnsavedSheet(sheet, place, opened["version"], opened["base"], opened["data"], others)
