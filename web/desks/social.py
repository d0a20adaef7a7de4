"""Offers of help by organisations: list, add, close (C25)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import queries
from processes.coordination import offers
from processes.errors import Invalid, Unreadable
from processes.office.funds.offers import AddOffer, CloseOffer
from processes.policy import reading
from processes.texts import tr
from web import auth
from web.require import require

desk = Blueprint("social", __name__)
SOCIAL = "social"


@desk.get("/offers")
@require(Permission.OFFER_WRITE, reads="list_read")
def listed(actor: Actor) -> Any:
    """Show needs on one side, offers on the other."""
    with auth.office().database.reading(actor.division, actor.department) as session:
        return render_template(
            "social/offers.html",
            offers=offers.listed(session),
            needs=queries.referred_to(session, SOCIAL),
            kinds=offers.KINDS,
        )


@desk.post("/offers")
@require(Permission.OFFER_WRITE)
def add(actor: Actor) -> Any:
    """Add an offer."""
    until = request.form.get("until", "").strip()
    try:
        day = reading.day(until) if until else None
    except Unreadable:
        raise Invalid(reason=tr("日期应写作 2026-03-02 的形式")) from None
    auth.office().perform(
        AddOffer(
            request.form.get("organisation", ""), request.form.get("kind", ""),
            request.form.get("description", ""), day, request.form.get("phone", ""),
        ),
        actor,
    )  # fmt: skip
    return redirect(url_for("social.listed"))


@desk.post("/offers/<int:offer_id>/close")
@require(Permission.OFFER_WRITE)
def close(actor: Actor, offer_id: int) -> Any:
    """Close an offer."""
    auth.office().perform(CloseOffer(offer_id), actor)
    return redirect(url_for("social.listed"))
