"""A page whose form is kept while it is typed: what is open in this window, and what was left unsaved before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import request

from processes.access import form_drafts
from processes.access.models import Unsaved
from processes.access.scope import Actor
from processes.office.personal.form_drafts import OpenUnsaved
from web import auth


@dataclass(frozen=True, slots=True)
class FormDraft:
    """`data` is what was typed when the person goes on with it, else None; `others` can be gone on with."""

    sheet: str
    place: str
    version: int
    base: int
    data: dict[str, Any] | None
    others: list[Unsaved]
    once: str = field(default_factory=lambda: str(uuid4()))
    """The page's own mark for handing in once: two windows may go on with one sheet, and are two submissions."""


def title(place: str) -> str:
    """What the form of this page begins."""
    return "申请" if "/apply/" in place else "登记"


def of_page(actor: Actor, base: int = 0, resumes: bool = False) -> FormDraft:
    """What the page of this request goes on with (`?unsaved=SHEET`), or a new sheet for the record's version `base`.

    A sheet that is gone (handed in, thrown away) gives a new one.  A page that `resumes` goes on with what was left.
    """
    place, sheet = request.path, request.args.get("unsaved", "")
    with auth.office().database.reading("") as session:
        left = form_drafts.of_place(session, actor, place)
    if resumes and not sheet and left:
        sheet = left[0].sheet
    others = [u for u in left if u.sheet != sheet]
    if not any(u.sheet == sheet for u in left):
        return FormDraft(str(uuid4()), place, 0, base, None, others)
    opened = auth.office().perform(OpenUnsaved(sheet), actor)
    return FormDraft(sheet, place, opened.version, opened.base, opened.data, others)
