"""The verification page: what anyone who holds a paper may know, without personal data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from processes.access.permissions import Permission
from processes.errors import AttachmentRefused
from processes.papers import queries, signing
from processes.storage import certificate
from processes.storage.file_names import file_name
from processes.texts import tr
from web import auth, reads, uploads
from web.limits import limiter
from web.require import public

desk = Blueprint("verify", __name__)


@desk.get("/verify/<string:code>")
@desk.get("/verify/<string:code>/<string:page>")
@public
@limiter.limit("60 per minute")
def one(code: str, page: str = "") -> Any:
    """Show number, kind, date, hash and validity; for the office also the original and the case."""
    office, code, actor = auth.office(), code[:20], auth.actor_or_none()
    with office.database.reading("") as session:
        found = queries.verified(session, code)
        lost = [] if found else queries.lost_days(session)
    if found is not None and actor is not None and actor.may(Permission.PAPER_READ):
        with office.database.reading(actor.division, actor.department) as session:
            inside = queries.inside(session, actor, code)
            page_shown = render_template("verify/page.html", paper=found, inside=inside, code=code)
        if inside is not None:
            reads.note(actor, "case_read", inside.case.number)
        return page_shown
    page_shown = render_template("verify/page.html", paper=found, inside=None, code=code, lost=lost)
    return page_shown, 200 if found else 404


@desk.get("/verify")
@public
def upload() -> Any:
    """Show the upload form for checking a file byte for byte."""
    return render_template("verify/file.html", checked=None)


@desk.post("/verify")
@public
@limiter.limit("20 per minute")
def check() -> Any:
    """Return whether a file is one of ours, unchanged, and who signed it; stores nothing."""
    given = uploads.one(None)
    if given is None:
        raise AttachmentRefused(reason=tr("请选择要核验的 PDF 文件"))
    content = given.content
    office = auth.office()
    settings = office.settings
    own = certificate.open_certificate(settings.keys, settings.office_name, office.database.clock())
    seen = signing.check(content, own)
    with office.database.reading("") as session:
        found = signing.known(session, content)
        paper = None if found is None else queries.verified(session, found.code)
        latest = found is None or signing.is_latest(found, content)
    return render_template(
        "verify/file.html", checked=file_name(given.name), paper=paper, latest=latest, seen=seen
    )
