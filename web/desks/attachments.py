"""Attachments of a case, filed one by one as the page sends them, and their small pictures."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, jsonify, request, send_file
from werkzeug.datastructures import FileStorage

from processes import commands as c
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import queries
from processes.errors import Invalid, NotFound
from web import auth, budgets, uploads
from web.require import require

desk = Blueprint("attachments", __name__)


def file_all(actor: Actor, number: str) -> list[str]:
    """File what was sent, each on its own, under the material that was named; answers the names."""
    # Before any file is parsed: the press works for nobody who has nothing to do with the case.
    with auth.office().database.reading(actor.division, actor.department) as session:
        queries.case_by_number(session, number)
    sent = uploads.several(actor)
    if not sent:
        raise Invalid(reason="请选择要上传的文件")
    return [_filed(actor, number, one) for one in sent]


def _filed(actor: Actor, number: str, sent: FileStorage) -> str:
    material = request.form.get("material", "")[:40]
    brought = uploads.read(actor, sent)
    command = c.AddAttachment(number, brought.name, brought.content, material)
    return str(auth.office().perform(command, actor)["name"])


@desk.post("/cases/<string:number>/attachments/add")
@require(Permission.TASK_WORK)
@budgets.spends(budgets.UPLOADS)
def add(actor: Actor, number: str) -> Any:
    """File what a page sends, and say so."""
    return jsonify(names=file_all(actor, number))


@desk.get("/cases/<string:number>/attachments/<int:attachment_id>/preview")
@require(Permission.CASE_READ, reads="attachment_read")
def preview(actor: Actor, number: str, attachment_id: int) -> Any:
    """The small picture that the press made of the first page."""
    with auth.office().database.reading(actor.division, actor.department) as session:
        case = queries.case_by_number(session, number)
        picture = queries.preview(session, case.id, attachment_id)
    if picture is None:
        raise NotFound()
    return send_file(io.BytesIO(picture), mimetype="image/jpeg")
