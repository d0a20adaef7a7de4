"""签字件归档: scans or photographs of signed pages; each page is filed by its mark."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, jsonify, render_template, send_file

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import AttachmentRefused, NotFound
from processes.office.cases.attachments import MEDIA_TYPES, media_type
from processes.office.papers.read import NotePaperRead
from processes.office.papers.scans import FileScan, PlaceScan, ScanPage
from processes.papers import queries, return_scan, tickets
from processes.storage import file_store
from processes.texts import tr
from web import auth, budgets, forms, uploads
from web.require import require

desk = Blueprint("returns", __name__)


@desk.get("/scan/returns")
@require(Permission.SCAN_FILE, reads="list_read")
def page(actor: Actor) -> Any:
    """Show the upload area, and papers with missing signed pages."""
    with auth.office().database.reading(actor.division, actor.department) as session:
        return render_template("returns/page.html", waiting=queries.not_returned(session))


@desk.post("/scan/returns")
@require(Permission.SCAN_FILE)
@budgets.spends(budgets.UPLOADS)
def file_scan(actor: Actor) -> Any:
    """Read an uploaded file and file its pages."""
    upload = uploads.one(actor)
    if upload is None:
        raise AttachmentRefused(reason=tr("请选择扫描件或者照片"))
    content = upload.content
    kind = media_type(content)
    pages = return_scan.read(content, MEDIA_TYPES[kind] == ".pdf")
    command = FileScan(upload.name, tuple(ScanPage(p.picture, p.codes) for p in pages))
    return jsonify(auth.office().perform(command, actor))


@desk.post("/scan/returns/place")
@require(Permission.SCAN_FILE)
def place(actor: Actor) -> Any:
    """File a page by hand."""
    body = forms.body()
    code = str(body.get("code", "")).strip().rstrip("/").rsplit("/", 1)[-1]
    command = PlaceScan(
        str(body.get("scan", "")), code, forms.whole(body.get("page")), str(body.get("name", "")),
        str(body.get("reason", "")),
    )  # fmt: skip
    return jsonify(auth.office().perform(command, actor).placed)


@desk.get("/papers/<string:code>/signed.pdf")
@require(Permission.PAPER_READ)
@budgets.spends(budgets.PAPERS)
def signed(actor: Actor, code: str) -> Any:
    """Return the signed pages of a paper as one file; as pictures, numbers in them cannot be masked."""
    queries.demand_full_numbers(actor)
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        paper = queries.by_code(session, actor, code)
        pages = return_scan.pages_of(session, paper)
    if not pages:
        raise NotFound()
    office.perform(NotePaperRead(paper.code), actor)
    content = return_scan.signed_file(pages, office.settings.scans)
    name = tr("{title}-{number}-签字件.pdf", title=paper.title, number=paper.number)
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)


@desk.get("/papers/<string:code>/replaced/<int:page_id>.jpg")
@require(Permission.PAPER_READ)
@budgets.spends(budgets.PAPERS)
def replaced(actor: Actor, code: str, page_id: int) -> Any:
    """Show a signed page that was replaced."""
    queries.demand_full_numbers(actor)
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        paper = queries.by_code(session, actor, code)
        page = next((p for p in return_scan.replaced(session, [paper.id]) if p.id == page_id), None)
    if page is None:
        raise NotFound()
    office.perform(NotePaperRead(paper.code), actor)
    return send_file(io.BytesIO(file_store.get(office.settings.scans, page.sha256)), mimetype="image/jpeg")


@desk.get("/scan/pictures/<string:scan>.jpg")
@require(Permission.SCAN_FILE)
def picture(actor: Actor, scan: str) -> Any:
    """Show a page that the person has just scanned, before filing it by hand; the address identifies nobody."""
    sha256 = tickets.opened(actor, scan)
    office = auth.office()
    if not file_store.holds(office.settings.scans, sha256):
        raise NotFound()
    content = file_store.get(office.settings.scans, sha256)
    office.perform(NotePaperRead(sha256[:16]), actor)
    return send_file(io.BytesIO(content), mimetype="image/jpeg")
