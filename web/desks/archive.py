"""档案: export of files, registration of old paper files, and destruction after retention."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, send_file, url_for

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import queries as cases
from processes.cases.models import Case
from processes.errors import AttachmentRefused, Invalid, NotFound, Unreadable
from processes.office.cases.attachments import MEDIA_TYPES, media_type
from processes.office.papers.archive import (
    AddOldSheet,
    DecideDestruction,
    DropOldSheet,
    ProposeDestruction,
    TakeInOldFile,
)
from processes.office.papers.export import ExportFile
from processes.office.papers.read import NotePaperRead
from processes.papers import archive, catalogue, destruction, old_files
from processes.papers.archive_models import ExcludedDocument, OldFileDocument
from processes.people import queries as people
from processes.policy import reading, retention
from processes.policy.calendar import civil_date
from processes.storage import file_store
from processes.texts import tr
from web import auth, budgets, forms, uploads
from web.require import require

desk = Blueprint("archive", __name__)


@desk.get("/archive")
@require(Permission.ARCHIVE_READ, reads="list_read")
@budgets.spends(budgets.SEARCHES)
def overview(actor: Actor) -> Any:
    """Show files whose retention has ended, proposals, destroyed files, and old files."""
    today = civil_date(auth.office().database.clock())
    with auth.office().database.reading(actor.division, actor.department) as session:
        return render_template(
            "archive/overview.html", due=destruction.due(session, today), waiting=destruction.waiting(session),
            decided=destruction.decided(session), old=old_files.latest(session), terms=retention.TERMS,
            household=request.args.get("household", ""),
        )  # fmt: skip


@desk.post("/archive/old")
@require(Permission.ARCHIVE_WRITE)
def take_in(actor: Actor) -> Any:
    """Register an old file."""
    form = request.form
    try:
        closed_on = reading.day(form.get("closed_on", ""))
    except Unreadable:
        raise Invalid(reason=tr("请填写办结日期")) from None
    command = TakeInOldFile(
        form.get("number", ""), form.get("household", ""), form.get("title", ""), closed_on,
        form.get("retention", ""), form.get("note", ""),
    )  # fmt: skip
    made = auth.office().perform(command, actor)
    return redirect(url_for("archive.old_file", number=made.number))


@desk.get("/archive/old/<string:number>")
@require(Permission.ARCHIVE_READ, reads="list_read")
def old_file(actor: Actor, number: str) -> Any:
    """Show an old file with its scans and the form to add one."""
    with auth.office().database.reading(actor.division, actor.department) as session:
        file = old_files.by_number(session, number)
        household = people.household(session, file.household_id)
        first = retention.over_on(file.closed_on, file.retention)
        return render_template(
            "archive/old_file.html", file=file, household=household, over_on=first,
            sheets=old_files.sheets(session, file.id), aside=old_files.aside(session, file.id),
        )  # fmt: skip


@desk.post("/archive/old/<string:number>/sheets")
@require(Permission.ARCHIVE_WRITE)
@budgets.spends(budgets.UPLOADS)
def add_sheet(actor: Actor, number: str) -> Any:
    """Add a scanned document."""
    with auth.office().database.reading(actor.division, actor.department) as session:
        old_files.by_number(session, number)  # checked before the file is parsed
    upload = uploads.one(actor)
    if upload is None:
        raise AttachmentRefused(reason=tr("请选择扫描件或者照片"))
    content = upload.content
    pages = old_files.pages_of(content, MEDIA_TYPES[media_type(content)] == ".pdf")
    return jsonify(auth.office().perform(AddOldSheet(number, upload.name, content, pages), actor))


@desk.post("/archive/old/<string:number>/drop")
@require(Permission.ARCHIVE_WRITE)
def drop_sheet(actor: Actor, number: str) -> Any:
    """Exclude a document that was added by mistake."""
    position = forms.whole(request.form.get("position"))
    auth.office().perform(DropOldSheet(number, position, request.form.get("reason", "")), actor)
    return redirect(url_for("archive.old_file", number=number))


@desk.get("/archive/old/<string:number>/sheets/<int:position>")
@require(Permission.FILE_EXPORT)
@budgets.spends(budgets.PAPERS)
def sheet(actor: Actor, number: str, position: int) -> Any:
    """Show a scanned document; logged like reading a paper."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        file = old_files.by_number(session, number)
        found = next((s for s in old_files.sheets(session, file.id) if s.position == position), None)
    return _scanned(actor, found, f"{number}/{position}")


@desk.get("/archive/old/<string:number>/aside/<int:sheet_id>")
@require(Permission.FILE_EXPORT)
@budgets.spends(budgets.PAPERS)
def sheet_aside(actor: Actor, number: str, sheet_id: int) -> Any:
    """Show an excluded document; logged like the others."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        file = old_files.by_number(session, number)
        found = next((s for s in old_files.aside(session, file.id) if s.id == sheet_id), None)
    return _scanned(actor, found, tr("{number}/移出{sheet_id}", number=number, sheet_id=sheet_id))


def _scanned(actor: Actor, piece: OldFileDocument | ExcludedDocument | None, read_as: str) -> Any:
    """A document as a file, after the read has been logged."""
    if piece is None:
        raise NotFound()
    office = auth.office()
    office.perform(NotePaperRead(read_as), actor)
    content = file_store.get(office.settings.scans, piece.sha256)
    return send_file(io.BytesIO(content), mimetype=piece.media_type, download_name=piece.title)


@desk.post("/archive/propose")
@require(Permission.ARCHIVE_WRITE)
@budgets.spends(budgets.SEARCHES)
def propose(actor: Actor) -> Any:
    """Propose to destroy a file whose retention has ended."""
    form = request.form
    command = ProposeDestruction(form.get("kind", ""), form.get("number", ""), form.get("reason", ""))
    auth.office().perform(command, actor)
    return redirect(url_for("archive.overview"))


@desk.post("/archive/decide")
@require(Permission.ARCHIVE_DESTROY)
def decide(actor: Actor) -> Any:
    """Destroy a proposed file, or keep it."""
    form = request.form
    command = DecideDestruction(forms.whole(form.get("id")), form.get("decision") == "destroy")
    auth.office().perform(command, actor)
    return redirect(url_for("archive.overview"))


@desk.post("/cases/<string:number>/export")
@require(Permission.FILE_EXPORT)
@budgets.spends(budgets.EXPORTS)
def export_case(actor: Actor, number: str) -> Any:
    """Export the files of a case as one ZIP."""
    office = auth.office()
    office.perform(ExportFile(case_number=number), actor)
    with office.database.snapshot(actor.division, actor.department) as session:
        case = cases.case_by_number(session, number)
        return _zip(
            session,
            [_part(session, case, "")],
            tr("{number} {applicant} 办件档案", number=number, applicant=case.applicant),
        )


@desk.post("/households/<string:number>/export")
@require(Permission.FILE_EXPORT)
@budgets.spends(budgets.EXPORTS)
def export_household(actor: Actor, number: str) -> Any:
    """一户一档: export the files of a household's cases in scope, and its old files, as one ZIP."""
    office = auth.office()
    office.perform(ExportFile(household=number), actor)
    with office.database.snapshot(actor.division, actor.department) as session:
        household = people.household_by_number(session, number)
        old = [
            catalogue.Part(
                tr("旧档 {number}/", number=f.number), tr("旧档 {number} {title}", number=f.number, title=f.title), f.retention, f.closed_on.isoformat(),
                archive.old_pieces(session, f, office.settings.scans),
            )
            for f in old_files.of_household(session, household.id)
        ]  # fmt: skip
        found = reversed(cases.of_household(session, household.id))
        parts = [*old, *(_part(session, case, f"{case.number}/") for case in found)]
        return _zip(session, parts, tr("{number} 一户一档", number=number))


def _part(session: Any, case: Case, folder: str) -> catalogue.Part:
    settings = auth.office().settings
    folders = archive.Folders(settings.papers, settings.scans, settings.attachments)
    closed = "" if case.closed_at is None else civil_date(case.closed_at).isoformat()
    return catalogue.Part(
        folder, f"{case.programme_title} {case.number} {case.applicant}", destruction.term_of(session, case),
        closed, archive.pieces(session, case, folders),
    )  # fmt: skip


def _zip(session: Any, parts: list[catalogue.Part], title: str) -> Any:
    office = auth.office()
    now = office.database.clock()
    printed = catalogue.as_pdf(session, parts, title, office.settings.office_name, now)
    content = archive.zipped(parts, title, printed, now)
    size = content.seek(0, io.SEEK_END)
    content.seek(0)
    answer = send_file(content, mimetype="application/zip", download_name=f"{title}.zip")
    answer.content_length = size  # for the browser's progress display
    return answer
