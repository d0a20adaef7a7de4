"""Papers: stored PDF files, printing, signing, withdrawal."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.compound import signing
from processes.errors import FileDamaged, FileLost, PaperNotReady, PaperRemade
from processes.office import Office
from processes.office.papers.print_runs import PrintBatch
from processes.office.papers.read import NotePaperRead, RecordPrinting
from processes.office.papers.withdraw import WithdrawPaper
from processes.office.system.restoring import RemakePaper
from processes.papers import batch, masked, queries
from processes.releases import publish
from processes.storage import file_store
from processes.texts import tr
from web import auth, budgets, forms
from web.require import require

desk = Blueprint("papers", __name__)


@desk.get("/papers/batch")
@require(Permission.PAPER_READ, reads="list_read")
@budgets.spends(budgets.SEARCHES)
def waiting(actor: Actor) -> Any:
    """Show papers that were never printed, all or of one kind."""
    with auth.office().database.reading(actor.division, actor.department) as session:
        rows = batch.waiting(session)
    kind = request.args.get("kind", "")
    titles = sorted({paper.title for paper, _ in rows})
    shown = [(p, case) for p, case in rows if not kind or p.title == kind]
    return render_template("papers/batch.html", rows=shown, titles=titles, kind=kind)


@desk.post("/papers/batch")
@require(Permission.PAPER_READ)
@budgets.spends(budgets.PRINTS)
def print_batch(actor: Actor) -> Any:
    """Request a PDF of the chosen papers with a list in front."""
    auth.office().perform(PrintBatch(tuple(request.form.getlist("code"))), actor)
    return redirect(url_for("printing.overview"))


@desk.post("/papers/<string:code>/sign")
@require(Permission.PAPER_SIGN)
@budgets.spends(budgets.SIGNATURES)
def sign(actor: Actor, code: str) -> Any:
    """Sign or seal a paper as the next signer."""
    done = signing.sign(auth.office(), actor, code, forms.whole(request.form.get("signed")))
    return redirect(url_for("cases.one", number=done.case))


@desk.get("/papers/<string:code>/original.pdf")
@require(Permission.PAPER_READ)
@budgets.spends(budgets.PAPERS)
def original(actor: Actor, code: str) -> Any:
    """Show the stored file for comparison with a printed one; logged as a read, not a printing."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        paper = queries.by_code(session, actor, code)
    if paper.sha256 is None:
        raise PaperNotReady()
    if not queries.sees_full_numbers(actor):
        return _masked(office, actor, code)
    office.perform(NotePaperRead(paper.code), actor)
    content = _content(office, actor, paper.code, paper.signed_sha256 or paper.sha256)
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=f"{paper.title}.pdf")


@desk.post("/papers/<string:code>/withdraw")
@require(Permission.PAPER_WITHDRAW)
@budgets.spends(budgets.MADE)
def withdraw(actor: Actor, code: str) -> Any:
    """Withdraw a paper, and have it made again if requested."""
    form = request.form
    command = WithdrawPaper(code, form.get("reason", ""), form.get("again") == "1")
    done = auth.office().perform(command, actor)
    return redirect(url_for("cases.one", number=done.case))


@desk.get("/papers/<string:code>.pdf")
@require(Permission.PAPER_READ)
@budgets.spends(budgets.PAPERS)
def pdf(actor: Actor, code: str) -> Any:
    """Return a paper's PDF; while it is being made, a page that reloads itself."""
    office = auth.office()
    if not queries.sees_full_numbers(actor):
        return _masked(office, actor, code)
    try:
        printed = office.perform(RecordPrinting(code), actor)
    except PaperNotReady:
        return render_template("papers/waiting.html"), 202, {"Refresh": "2"}
    content = _content(office, actor, code, printed.sha256)
    name = f"{printed.title}-{printed.number}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)


def _masked(office: Office, actor: Actor, code: str) -> Any:
    """The page with masked numbers, for people without access to full ones; a read, never a printing."""
    with office.database.reading(actor.division, actor.department) as session:
        paper = queries.by_code(session, actor, code)
        bundle = publish.open_release(session, paper.release_id)
    office.perform(NotePaperRead(paper.code), actor)
    with budgets.spending(budgets.MASKED, actor):
        content = masked.make(paper, bundle, office.settings.public_address)
    name = tr("{title}-{number}（证件号码已遮盖）.pdf", title=paper.title, number=paper.number)
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)


def _content(office: Office, actor: Actor, code: str, sha256: str) -> bytes:
    """The stored bytes; raises `PaperRemade` if they are lost and the paper is made again from its contract.

    A signed file cannot be made again and must be restored from a backup, as its error says.
    """
    try:
        return file_store.get(office.settings.papers, sha256)
    except (FileLost, FileDamaged) as fault:
        with office.database.reading(actor.division, actor.department) as session:
            paper = queries.by_code(session, actor, code)
        if paper.sha256 != sha256:
            raise
        office.perform(RemakePaper(paper.code), actor)
        reason = tr("丢失") if isinstance(fault, FileLost) else tr("已损坏")
        raise PaperRemade(title=paper.title, reason=reason) from fault
