"""Form drafts of a page: the draft open in this window, and earlier ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from flask import request

from processes.access import form_drafts
from processes.access.models import FormDraft
from processes.access.scope import Actor
from processes.office.personal.form_drafts import OpenFormDraft
from processes.texts import tr
from web import auth


@dataclass(frozen=True, slots=True)
class PageDraft:
    """`data` is the content of the draft being continued, else None; `others` are drafts that can be continued."""

    sheet: str
    place: str
    version: int
    base: int
    data: dict[str, Any] | None
    others: list[FormDraft]
    once: str = field(default_factory=lambda: str(uuid4()))
    """The page's own token for a single submission: two windows that continue one draft are two submissions."""


def title(place: str) -> str:
    """What the form of this page begins."""
    return tr("申请") if "/apply/" in place else tr("登记")


def of_page(actor: Actor, base: int = 0, resumes: bool = False) -> PageDraft:
    """Return the draft continued by this request (`?unsaved=SHEET`), or a new one for the record's version
    `base`.

    A draft that no longer exists (submitted, discarded) gives a new one. A page that `resumes` continues the
    latest one.
    """
    place, sheet = request.path, request.args.get("unsaved", "")
    with auth.office().database.reading("") as session:
        left = form_drafts.of_place(session, actor, place)
    if resumes and not sheet and left:
        sheet = left[0].sheet
    others = [u for u in left if u.sheet != sheet]
    if not any(u.sheet == sheet for u in left):
        return PageDraft(str(uuid4()), place, 0, base, None, others)
    opened = auth.office().perform(OpenFormDraft(sheet), actor)
    return PageDraft(sheet, place, opened.version, opened.base, opened.data, others)
