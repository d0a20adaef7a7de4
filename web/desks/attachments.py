"""Attachments of a case, uploaded one by one, and their thumbnails."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, jsonify, send_file

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import queries
from processes.errors import NotFound
from web import attaching, auth, budgets
from web.require import require

desk = Blueprint("attachments", __name__)


@desk.post("/cases/<string:number>/attachments/add")
@require(Permission.TASK_WORK)
@budgets.spends(budgets.UPLOADS)
def add(actor: Actor, number: str) -> Any:
    """File an upload and confirm it."""
    return jsonify(names=attaching.file_all(actor, number))


@desk.get("/cases/<string:number>/attachments/<int:attachment_id>/preview")
@require(Permission.CASE_READ, reads="attachment_read")
def preview(actor: Actor, number: str, attachment_id: int) -> Any:
    """Show the thumbnail of the first page."""
    with auth.office().database.reading(actor.division, actor.department) as session:
        case = queries.case_by_number(session, number)
        picture = queries.preview(session, case.id, attachment_id)
    if picture is None:
        raise NotFound()
    return send_file(io.BytesIO(picture), mimetype="image/jpeg")
