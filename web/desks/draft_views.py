"""Views of a draft: coverage by scenarios, changes, previews of papers."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, render_template, request, send_file

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.papers.read import NotePaperRead
from processes.papers import masked
from processes.papers import preview as previews
from processes.releases import compare, drafts
from processes.texts import tr
from web import auth, budgets, drawings
from web.require import require

desk = Blueprint("draft_views", __name__)


@desk.get("/studio/<int:draft_id>/coverage")
@require(Permission.STUDIO, reads="studio_read")
@budgets.spends(budgets.CHECKS)
def coverage(actor: Actor, draft_id: int) -> Any:
    """Show the draft's diagrams with the flows taken in the last rehearsal, by all scenarios or one."""
    with auth.office().database.reading("") as session:
        draft = drafts.one(session, draft_id)
        bundle = drafts.bundle_of(draft)
    shown = {}
    for start in bundle.starts.values():
        definition = bundle.definition(start.process)
        for sheet in drawings.sheets(bundle, definition):
            file = bundle.content_path(definition.files[sheet["process"]])
            diagram = definition.diagrams[sheet["process"]]
            shown[sheet["process"]] = {**sheet, "file": file, "flows": [f.id for f in diagram.flows]}
    run = draft.rehearsal
    return render_template(
        "studio/coverage.html",
        draft=draft,
        data={
            "sheets": list(shown.values()),
            "taken": run.get("flows", {}),
            "played": run.get("played", []),
        },
        is_current=run.get("digest") == bundle.digest,
    )


@desk.get("/studio/<int:draft_id>/changes")
@require(Permission.STUDIO, reads="studio_read")
@budgets.spends(budgets.CHECKS)
def changes(actor: Actor, draft_id: int) -> Any:
    """Show changes of the draft, on its diagrams and on those of the release in force."""
    with auth.office().database.reading("") as session:
        draft = drafts.one(session, draft_id)
        bundle = drafts.bundle_of(draft)
        base = drafts.base_of(session, draft)
    found = [d for d in compare.differences(base, bundle) if d.file.endswith(".bpmn")]
    marks: dict[str, dict[str, str]] = {}
    for difference in found:
        marks.setdefault(difference.file, {})[difference.element] = difference.kind
    sheets = [
        {
            "name": tr("{title}：{name}", title=title, name=name),
            "xml": files[name].decode(),
            "marks": marks[name],
        }
        for name in marks
        for title, files in ((tr("修改后"), bundle.files), (tr("现行"), base.files))
        if name in files
    ]
    return render_template("studio/changes.html", draft=draft, sheets=sheets)


@desk.get("/studio/<int:draft_id>/preview/<path:name>")
@require(Permission.STUDIO, reads="studio_read")
@budgets.spends(budgets.RENDERINGS)
def preview(actor: Actor, draft_id: int, name: str) -> Any:
    """Preview a template with a case's data, or with extreme data."""
    template, content = _printed(actor, draft_id, name)
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=f"{template}.pdf")


@desk.get("/studio/<int:draft_id>/picture/<path:name>")
@require(Permission.STUDIO, reads="studio_read")
@budgets.spends(budgets.RENDERINGS)
def picture(actor: Actor, draft_id: int, name: str) -> Any:
    """Show the first page of the preview as a picture beside the text."""
    _, content = _printed(actor, draft_id, name)
    return send_file(io.BytesIO(previews.picture(content)), mimetype="image/jpeg")


def _printed(actor: Actor, draft_id: int, name: str) -> tuple[str, bytes]:
    """The template's name, and the PDF; reading the paper's data is logged."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        bundle = drafts.bundle_of(drafts.one(session, draft_id))
        template = name.rsplit("/", 1)[-1]
        paper = previews.paper_of(session, template, request.args.get("case", ""))
    office.perform(NotePaperRead(paper.code), actor)
    data = masked.contract_of(previews.data_of(paper))
    if request.args.get("worst"):
        data = previews.worst(data)
    return template, previews.pdf(bundle, template, data, office.database.clock())
