"""Draws: two offices each commit to a number, a round is revealed, its record is printed."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for

from processes.access import divisions
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import draws
from processes.office.cases.draws import CommitDrawNumber, RevealDrawRound
from processes.papers import draw_sheet
from web import auth, budgets
from web.require import require

desk = Blueprint("draws", __name__)


@desk.get("/draws")
@require(Permission.DRAW_READ)
def overview(actor: Actor) -> Any:
    """Show every round: who committed, the lots, whether it is revealed."""
    with auth.office().database.reading(actor.division[: draws.COUNTY_DIGITS]) as session:
        rounds = draws.rounds(session)
        counts = {r.id: len(draws.lots(session, r.id)) for r in rounds}
        return render_template("draws/list.html", rounds=rounds, counts=counts, office=draws.office_of(actor))


@desk.get("/draws/<int:round_id>")
@require(Permission.DRAW_READ)
def sheet(actor: Actor, round_id: int) -> Any:
    """Show the record of a round, with which everybody can recompute every lot."""
    with auth.office().database.reading(actor.division[: draws.COUNTY_DIGITS]) as session:
        found = draws.one(session, round_id)
        return render_template("draws/draw.html", round=found, lots=draws.lots(session, round_id))


@desk.get("/draws/<int:round_id>/sheet.pdf")
@require(Permission.DRAW_READ)
@budgets.spends(budgets.MADE)
def printed(actor: Actor, round_id: int) -> Any:
    """Print the record."""
    office = auth.office()
    county = actor.division[: draws.COUNTY_DIGITS]
    address = office.settings.public_address + url_for("draws.sheet", round_id=round_id)
    with office.database.reading(county) as session:
        found, place = draws.one(session, round_id), divisions.name(session, county)
        lots, now = draws.lots(session, round_id), office.database.clock()
        content = draw_sheet.pdf(session, found, lots, place, now, address)
    name = f"{draw_sheet.TITLE}-{round_id}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", download_name=name)


@desk.post("/draws")
@require(Permission.DRAW_WRITE)
def commit(actor: Actor) -> Any:
    """Commit to a number."""
    number, token = request.form.get("number", ""), request.form.get("token", "")[:64]
    auth.office().perform(CommitDrawNumber(number, token), actor)
    return redirect(url_for("draws.overview"))


@desk.post("/draws/<int:round_id>/reveal")
@require(Permission.DRAW_WRITE)
def reveal(actor: Actor, round_id: int) -> Any:
    """Reveal the numbers of a round."""
    auth.office().perform(RevealDrawRound(round_id), actor)
    return redirect(url_for("draws.sheet", round_id=round_id))
