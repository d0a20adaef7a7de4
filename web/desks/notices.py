"""What one was told, and where one is reached outside the desk."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from processes.access import accounts
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import notices
from processes.office.personal.notices import ReadNotices
from processes.office.personal.notification_preferences import SetNotificationPreferences
from web import auth
from web.require import require

desk = Blueprint("notices", __name__)


@desk.get("/notices")
@require(Permission.SESSION)
def page(actor: Actor) -> Any:
    """What one was told, latest first; seen here, it is read."""
    office = auth.office()
    with office.database.reading("") as session:
        found = notices.latest(session, actor)
    new = tuple(n.id for n in found if n.read_at is None)
    answer = render_template("notices/page.html", lines=notices.lines(found), new=set(new))
    if new:
        office.perform(ReadNotices(new), actor)
    return answer


@desk.get("/reach")
@require(Permission.SESSION)
def preferences(actor: Actor) -> Any:
    """Where one is reached, and when not."""
    with auth.office().database.reading("") as session:
        return render_template("notices/preferences.html", account=accounts.by_id(session, actor.account_id))


@desk.post("/reach")
@require(Permission.SESSION)
def set_preferences(actor: Actor) -> Any:
    """Say where one is reached."""
    told = request.form
    command = SetNotificationPreferences(
        told.get("email", ""),
        told.get("mobile", ""),
        told.get("quiet_from", ""),
        told.get("quiet_until", ""),
        told.get("digest", "") == "1",
    )
    auth.office().perform(command, actor)
    return redirect(url_for("notices.preferences"))
