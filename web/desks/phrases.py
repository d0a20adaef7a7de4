"""常用意见: saved opinions, offered, added and deleted wherever an opinion is written."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from processes.access import phrases
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.personal.phrases import DropPhrase, KeepPhrase
from web import auth, forms
from web.require import require

desk = Blueprint("phrases", __name__)


@desk.get("/phrases")
@require(Permission.TASK_WORK)
def offered(actor: Actor) -> Any:
    """Return the person's own opinions and those of the office."""
    return jsonify(phrases=_told(actor))


@desk.post("/phrases")
@require(Permission.TASK_WORK)
def keep(actor: Actor) -> Any:
    """Save an opinion."""
    body = forms.body()
    command = KeepPhrase(str(body.get("text", "")), bool(body.get("shared")))
    auth.office().perform(command, actor)
    return jsonify(phrases=_told(actor))


@desk.post("/phrases/<int:phrase_id>/drop")
@require(Permission.TASK_WORK)
def drop(actor: Actor, phrase_id: int) -> Any:
    """Delete an opinion."""
    auth.office().perform(DropPhrase(phrase_id), actor)
    return jsonify(phrases=_told(actor))


def _told(actor: Actor) -> list[dict[str, Any]]:
    with auth.office().database.reading("") as session:
        return [
            {
                "id": row.id, "text": row.text, "mine": row.made_by_id == actor.account_id,
                "shared": row.owner == phrases.office(actor),
            }
            for row in phrases.offered(session, actor)
        ]  # fmt: skip
