"""Printing papers: the stored bytes, each printing noted."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for

from processes import commands as c
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import PaperNotReady
from processes.papers import batch, queries
from processes.storage import vault
from web import auth, forms
from web.require import require

desk = Blueprint("papers", __name__)


@desk.get("/papers/batch")
@require(Permission.PAPER_READ)
def waiting(actor: Actor) -> Any:
    """Papers that were never printed."""
    with auth.office().database.reading(actor.division, actor.department) as session:
        return render_template("batch.html", rows=batch.waiting(session))


@desk.post("/papers/batch")
@require(Permission.PAPER_READ)
def print_batch(actor: Actor) -> Any:
    """The chosen papers as one PDF with a list in front."""
    office = auth.office()
    printed = office.perform(c.PrintBatch(tuple(request.form.getlist("code"))), actor)["papers"]
    with office.database.reading(actor.division, actor.department) as session:
        sheets = []
        for row in printed:
            paper = queries.by_code(session, row["code"])
            case = queries.case_of_code(session, row["code"])
            number, applicant = ("", "") if case is None else (case.number, case.applicant)
            sheets.append(
                batch.Sheet(row["sha256"], paper.title, paper.number, number, applicant, paper.pages or 0)
            )
        content = batch.bound(session, sheets, office.settings.papers, actor.name, office.database.clock())
    name = f"{batch.TITLE}-{len(sheets)}份.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)


@desk.post("/papers/<string:code>/sign")
@require(Permission.PAPER_SIGN)
def sign(actor: Actor, code: str) -> Any:
    """Sign or seal a paper when it is one's turn."""
    done = auth.office().perform(c.SignPaper(code, forms.whole(request.form.get("signed"))), actor)
    return redirect(url_for("cases.one", number=done["case"]))


@desk.get("/papers/<string:code>.pdf")
@require(Permission.PAPER_READ)
def pdf(actor: Actor, code: str) -> Any:
    """A paper's PDF; while it is being made, a page that looks again by itself."""
    office = auth.office()
    try:
        printed = office.perform(c.RecordPrinting(code), actor)
    except PaperNotReady:
        return render_template("paper_waiting.html"), 202, {"Refresh": "2"}
    content = vault.get(office.settings.papers, printed["sha256"])
    name = f"{printed['title']}-{printed['number']}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)
