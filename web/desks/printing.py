"""Print runs and payment lists (打印任务、发放清册): requested here, made by the worker, downloaded when ready."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for

from processes.access import divisions
from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor
from processes.errors import Invalid, NotFound, PaperNotReady, Unreadable
from processes.office.papers.print_runs import MakePaymentList, RetryRun, TakeRun
from processes.papers import runs
from processes.papers.status import RunKind, RunStatus
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.policy.periods import Month
from processes.relief import payroll
from processes.storage import file_store
from processes.texts import tr
from web import auth, budgets
from web.require import require

desk = Blueprint("printing", __name__)
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@desk.get("/prints")
@require(Permission.SESSION)
def overview(actor: Actor) -> Any:
    """Show the person's print runs with their progress; reloads itself while one is being made."""
    with auth.office().database.reading(actor.division, actor.department) as session:
        found = runs.latest(session, actor.account_id)
    template = "printing/_prints.html" if request.headers.get("HX-Request") else "printing/prints.html"
    return render_template(
        template,
        runs=found,
        busy=any(r.status == RunStatus.WAITING for r in found),
        PAYMENT_LIST=RunKind.PAYMENT_LIST,
    )


@desk.post("/prints/<string:code>/retry")
@require(Permission.SESSION)
@budgets.spends(budgets.PRINTS)
def retry(actor: Actor, code: str) -> Any:
    """Retry a failed print run."""
    auth.office().perform(RetryRun(code), actor)
    return redirect(url_for("printing.overview"))


@desk.get("/prints/<string:code>.<string:kind>")
@require(Permission.SESSION)
@budgets.spends(budgets.PAPERS)
def take(actor: Actor, code: str, kind: str) -> Any:
    """Return a finished print run, or a payment list for the bank."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        run = runs.by_code(session, actor, code)
    for_bank = kind == "xlsx"
    if kind not in ("pdf", "xlsx") or (for_bank and run.kind != RunKind.PAYMENT_LIST):
        raise NotFound()
    if run.sha256 is None:
        raise PaperNotReady()
    office.perform(TakeRun(run.code, for_bank), actor)
    content = runs.bank_file(run) if for_bank else file_store.get(office.settings.papers, run.sha256)
    media = SPREADSHEET if for_bank else "application/pdf"
    return send_file(io.BytesIO(content), mimetype=media, download_name=f"{run.title}.{kind}")


@desk.get("/prints/<string:code>/parts/<int:number>.pdf")
@require(Permission.SESSION)
@budgets.spends(budgets.PAPERS)
def part(actor: Actor, code: str, number: int) -> Any:
    """Return one part of a payment list, as stored."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        run = runs.by_code(session, actor, code)
    if not 1 <= number <= len(run.parts):
        raise NotFound()
    office.perform(TakeRun(run.code), actor)
    content = file_store.get(office.settings.papers, run.parts[number - 1]["sha256"])
    name = tr("{title}-第{number}册.pdf", title=run.title, number=number)
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)


@desk.get("/payments")
@require(Permission.PAYMENT_LIST, reads="payments_read")
@budgets.spends(budgets.SEARCHES)
def payments(actor: Actor) -> Any:
    """Show payments of a month, by programme and township, each with its list to request."""
    today = civil_date(auth.office().database.clock())
    try:
        month = reading.month(request.args.get("month") or str(Month.of(today)))
    except Unreadable as fault:
        raise Invalid(reason=fault.reason) from None
    with auth.office().database.reading(actor.division, actor.department) as session:
        sums = payroll.sums(session, str(month), TOWNSHIP_DIGITS)
        names = divisions.names(session, [s.township for s in sums])
    return render_template(
        "printing/payments.html", month=month, before=month.plus(-1), after=month.plus(1), sums=sums, names=names,
        programmes={s.programme: s.programme_title for s in sums},
        whole=actor.division if len(actor.division) < TOWNSHIP_DIGITS else "",
    )  # fmt: skip


@desk.post("/payments")
@require(Permission.PAYMENT_LIST)
@budgets.spends(budgets.PRINTS)
def make(actor: Actor) -> Any:
    """Request a payment list."""
    form = request.form
    command = MakePaymentList(form.get("programme", ""), form.get("month", ""), form.get("place", ""))
    auth.office().perform(command, actor)
    return redirect(url_for("printing.overview"))
