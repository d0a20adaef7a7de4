"""Transfers to another township (迁移): requested by the township of the file, accepted or declined by the other."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from processes.access import divisions
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.office.people.transfers import AskTransfer, DecideTransfer, WithdrawTransfer
from processes.people import transfers
from processes.people.forms import RELATIONS
from processes.policy.calendar import civil_date
from web import auth, forms
from web.require import require

desk = Blueprint("transfers", __name__)


@desk.get("/transfers")
@require(Permission.HOUSEHOLD_READ, reads="list_read")
def listed(actor: Actor) -> Any:
    """Show open transfers, the earliest due first; `?all=1`: decided ones too."""
    everything = request.args.get("all") == "1"
    with auth.office().database.reading(actor.division, actor.department) as session:
        found = transfers.listed(session, actor, not everything)
        names = divisions.names(session, sorted({p for t in found for p in (t.from_place, t.to_place)}))
        villages = {
            place: divisions.villages(session, place)
            for place in {t.to_place for t in found}
            if actor.covers(place)
        }
        return render_template(
            "transfers/page.html",
            rows=found,
            names=names,
            villages=villages,
            everything=everything,
            relations=[r for r in RELATIONS if r != "本人"],
            today=civil_date(auth.office().database.clock()),
        )


@desk.post("/households/<string:number>/transfer")
@require(Permission.HOUSEHOLD_WRITE)
def ask(actor: Actor, number: str) -> Any:
    """Request that another township takes over the household, or one person of it."""
    form = request.form
    person = forms.whole(form.get("person") or 0)
    token = form.get("token", "")[:64]
    command = AskTransfer(number, form.get("to_place", ""), form.get("reason", ""), person, token)
    auth.office().perform(command, actor)
    return redirect(url_for("households.one", number=number))


@desk.post("/transfers/<int:transfer_id>/withdraw")
@require(Permission.HOUSEHOLD_WRITE)
def withdraw(actor: Actor, transfer_id: int) -> Any:
    """Withdraw the request."""
    auth.office().perform(WithdrawTransfer(transfer_id, request.form.get("reason", "")), actor)
    return redirect(url_for("transfers.listed"))


@desk.post("/transfers/<int:transfer_id>/decide")
@require(Permission.HOUSEHOLD_WRITE)
def decide(actor: Actor, transfer_id: int) -> Any:
    """Accept or decline."""
    form = request.form
    command = DecideTransfer(
        transfer_id, bool(form.get("accept")), form.get("reason", ""), form.get("division", ""),
        form.get("household", ""), form.get("relation", ""),
    )  # fmt: skip
    auth.office().perform(command, actor)
    return redirect(url_for("transfers.listed"))
