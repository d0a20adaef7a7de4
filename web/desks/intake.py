"""Applications of registered households."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, url_for

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.coordination import screening
from processes.office.cases.start import StartCase
from processes.people import queries
from processes.policy.calendar import civil_date
from processes.releases import forms, publish
from web import auth, form_draft_page, next_place
from web import forms as bodies
from web.require import require

desk = Blueprint("intake", __name__)


@desk.get("/households/<string:number>/apply/<string:programme>")
@desk.get("/households/<string:number>/apply/<string:programme>/<string:process>")
@require(Permission.CASE_START, reads="household_read")
def form(actor: Actor, number: str, programme: str, process: str = "") -> Any:
    """Show the application form of a programme."""
    today = civil_date(auth.office().database.clock())
    with auth.office().database.reading(actor.division, actor.department) as session:
        household = queries.household_by_number(session, number)
        bundle = publish.open_release(session, publish.current_id(session, programme, today))
        start = bundle.start(process)
        if start.before_register:
            return redirect(url_for("calls.listed"))
        if not household.members:
            return redirect(url_for("households.one", number=number))
        draft = form_draft_page.of_page(actor, resumes=True)
        return render_template(
            "intake/apply.html",
            household=household,
            title=start.title,
            schema=forms.resolved(bundle.form(start.form) or {}, lambda: queries.choices(household)),
            data=draft.data if draft.data is not None else {"phone": household.phone},
            form_draft=draft,
            screened=screening.screen(session, household, auth.office().database.clock(), today)
            if bundle.programme.get("entrance")
            else None,
            results=screening.RESULTS,
            target=url_for("intake.submit", number=number, programme=programme, process=process or None),
        )


@desk.post("/households/<string:number>/apply/<string:programme>")
@desk.post("/households/<string:number>/apply/<string:programme>/<string:process>")
@require(Permission.CASE_START)
def submit(actor: Actor, number: str, programme: str, process: str = "") -> Any:
    """Open the case."""
    body = bodies.body()
    token, kept = (str(body.get(name, ""))[:64] for name in ("token", "unsaved"))
    command = StartCase(programme, number, bodies.part(body, "data"), token, process, kept)
    started = auth.office().perform(command, actor)
    return jsonify(address=next_place.after(actor, str(started.case)))
