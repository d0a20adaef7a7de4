"""Differences about a person between townships (登记差异): both see them, the township of the file resolves them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.people.resolve import ResolveDifference
from processes.people import differences
from processes.policy.calendar import civil_date
from web import auth, differing
from web.require import require

desk = Blueprint("differences", __name__)


@desk.get("/differences")
@require(Permission.HOUSEHOLD_READ, reads="list_read")
def listed(actor: Actor) -> Any:
    """Show open differences, the earliest due first; `?all=1`: resolved ones too."""
    everything = request.args.get("all") == "1"
    with auth.office().database.reading(actor.division, actor.department) as session:
        found = differing.rows(session, differences.listed(session, actor, not everything))
        today = civil_date(auth.office().database.clock())
        return render_template("differences/page.html", rows=found, everything=everything, today=today)


@desk.post("/differences/<int:difference_id>/resolve")
@require(Permission.HOUSEHOLD_WRITE)
def resolve(actor: Actor, difference_id: int) -> Any:
    """Accept the other value, or keep the file's own."""
    form = request.form
    command = ResolveDifference(difference_id, bool(form.get("accept")), form.get("reason", ""))
    auth.office().perform(command, actor)
    return redirect(auth.inside(form.get("back", "")))
