"""Contact details of offices and appeal authorities, as printed on papers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from processes.access import contacts
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import YimenError
from processes.office.county.contacts import RecordContact
from web import auth
from web.errors import status_of
from web.require import require

desk = Blueprint("contacts", __name__)


@desk.get("/contacts")
@require(Permission.CONTACT_WRITE)
def page(actor: Actor) -> Any:
    """Show the county and its townships, each with its contact details."""
    return _page(actor, request.args.get("saved", ""))


@desk.post("/contacts")
@require(Permission.CONTACT_WRITE)
def record(actor: Actor) -> Any:
    """Store the contact details of an office."""
    names = ("division", "phone", "address", "review_body", "court")
    command = RecordContact(*(request.form.get(n, "").strip() for n in names))
    try:
        auth.office().perform(command, actor)
    except YimenError as refused:
        return _page(actor, fault=refused.message, typed=command), status_of(refused)
    return redirect(url_for("contacts.page", saved=command.division))


def _page(actor: Actor, saved: str = "", fault: str = "", typed: RecordContact | None = None) -> str:
    with auth.office().database.reading(actor.division, actor.department) as session:
        return render_template(
            "contacts/page.html",
            offices=contacts.offices(session, actor.division),
            saved=saved,
            fault=fault,
            typed=typed,
        )
