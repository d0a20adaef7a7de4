"""Form drafts: saved while typing, offered again, discarded."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, request

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.personal.form_drafts import DiscardFormDraft, SaveFormDraft
from web import auth, budgets, forms
from web.require import require

desk = Blueprint("form_drafts", __name__)


@desk.post("/unsaved")
@require(Permission.SESSION)
@budgets.spends(budgets.TYPED)
def keep(actor: Actor) -> Any:
    """Save the draft of the window."""
    body = forms.body()
    command = SaveFormDraft(
        str(body.get("sheet", "")),
        str(body.get("place", "")),
        str(body.get("label", "")),
        forms.part(body, "data"),
        forms.whole(body.get("base", 0)),
        forms.whole(body.get("seen", 0)),
        bool(body.get("overwrite")),
    )
    return jsonify(auth.office().perform(command, actor))


@desk.post("/unsaved/drop")
@require(Permission.SESSION)
def drop(actor: Actor) -> Any:
    """Discard a draft, and reload the page without it."""
    auth.office().perform(DiscardFormDraft(request.form.get("sheet", "")), actor)
    return redirect(auth.inside(request.form.get("back", "")))
