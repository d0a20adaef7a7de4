"""Files uploads with a case, one after the other."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import FileStorage

from processes.access.scope import Actor
from processes.cases import queries
from processes.errors import Invalid
from processes.office.cases.attachments import AddAttachment
from processes.texts import tr
from web import auth, uploads


def file_all(actor: Actor, number: str) -> list[str]:
    """File each upload separately under its material; return the names."""
    # Checked before a file is parsed: only people who may work on the case may use the renderer.
    with auth.office().database.reading(actor.division, actor.department) as session:
        queries.case_by_number(session, number)
    sent = uploads.several(actor)
    if not sent:
        raise Invalid(reason=tr("请选择要上传的文件"))
    return [_filed(actor, number, one) for one in sent]


def _filed(actor: Actor, number: str, sent: FileStorage) -> str:
    material = request.form.get("material", "")[:40]
    brought = uploads.read(actor, sent)
    command = AddAttachment(number, brought.name, brought.content, material)
    return str(auth.office().perform(command, actor).name)
