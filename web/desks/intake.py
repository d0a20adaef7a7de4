"""Taking an application for a registered household."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, jsonify, render_template, url_for

from processes import commands as c
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.people import queries
from processes.policy.calendar import civil_date
from processes.releases import publish
from web import auth, forms
from web.require import require

desk = Blueprint("intake", __name__)


@desk.get("/households/<string:number>/apply/<string:programme>")
@require(Permission.CASE_START)
def form(actor: Actor, number: str, programme: str) -> Any:
    """The application form of a programme."""
    today = civil_date(auth.office().database.clock())
    with auth.office().database.reading(actor.division) as session:
        household = queries.household_by_number(session, number)
        bundle = publish.open_release(session, publish.current_id(session, programme, today))
        return render_template(
            "apply.html",
            household=household,
            title=bundle.title,
            schema=bundle.form(str(bundle.programme["start_form"])),
            data={"phone": household.phone},
            token=str(uuid4()),
            target=url_for("intake.submit", number=number, programme=programme),
        )


@desk.post("/households/<string:number>/apply/<string:programme>")
@require(Permission.CASE_START)
def submit(actor: Actor, number: str, programme: str) -> Any:
    """Open the case."""
    body = forms.body()
    command = c.StartCase(programme, number, forms.part(body, "data"), str(body.get("token", ""))[:64])
    started = auth.office().perform(command, actor)
    return jsonify(address=url_for("cases.one", number=started["case"]))
