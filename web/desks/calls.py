"""The hotline: recording a call in one short form, and calls to be returned (C41)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from processes.access import divisions
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import queries as cases
from processes.errors import ReleaseMissing
from processes.office.cases.calls import AttachCall, NoteCall
from processes.people import calls
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.releases import forms, publish
from processes.releases.bundle import Bundle, StartRule
from processes.texts import tr
from web import auth, form_draft_page
from web import forms as bodies
from web.require import require

desk = Blueprint("calls", __name__)


@desk.get("/calls")
@require(Permission.CASE_START, reads="list_read")
def listed(actor: Actor) -> Any:
    """Show the form for a call, and open calls with step and limit."""
    today = civil_date(auth.office().database.clock())
    with auth.office().database.reading(actor.division, actor.department) as session:
        bundle, start = _start(session, today)
        draft = form_draft_page.of_page(actor, resumes=True)
        open_calls = cases.open_of(session, bundle.id, start.process)
        steps = cases.waiting_items(session, [case.id for case in open_calls])
        rows = [
            {"case": case, "steps": steps.get(case.id, []), "place": divisions.name(session, case.division)}
            for case in open_calls
        ]
        offered = {"call": {"places": calls.places(session, actor.division)}}
        return render_template(
            "calls/page.html", title=start.title, schema=forms.resolved(bundle.form(start.form) or {}, lambda: offered),
            rows=rows, form_draft=draft, today=today, noted=request.args.get("noted", ""),
            data=draft.data if draft.data is not None else {}, target=url_for("calls.note"),
        )  # fmt: skip


@desk.post("/calls")
@require(Permission.CASE_START)
def note(actor: Actor) -> Any:
    """Record a call; return to the list."""
    body = bodies.body()
    today = civil_date(auth.office().database.clock())
    with auth.office().database.reading(actor.division, actor.department) as session:
        bundle, start = _start(session, today)
    token, kept = (str(body.get(name, ""))[:64] for name in ("token", "unsaved"))
    command = NoteCall(bundle.id, start.process, bodies.part(body, "data"), token, kept)
    noted = auth.office().perform(command, actor)
    return jsonify(address=url_for("calls.listed", noted=noted.case))


@desk.post("/cases/<string:number>/caller")
@require(Permission.CASE_START)
def attach(actor: Actor, number: str) -> Any:
    """Attach the call to the existing file of the caller's household."""
    known = reading.compact(request.form.get("household", ""))
    auth.office().perform(AttachCall(number, known), actor)
    return redirect(url_for("households.one", number=known))


def _start(session: Session, today: date) -> tuple[Bundle, StartRule]:
    """The process in force for calls; raises `ReleaseMissing`."""
    for release in publish.published_programmes(session):
        bundle = publish.open_release(session, publish.current_id(session, release.programme, today))
        for start in bundle.starts.values():
            if start.before_register:
                return bundle, start
    raise ReleaseMissing(programme=tr("热线来电"))
