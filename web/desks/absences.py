"""Who acts for somebody who is away, and who may be chosen for it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from processes.access import absences, accounts
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import Invalid, Unreadable
from processes.office.personal.absences import (
    BeginAbsence,
    ConfirmAbsence,
    EndAbsence,
    EndNamedSubstitute,
    NameSubstitute,
)
from processes.policy import reading
from processes.releases import publish
from processes.texts import tr
from web import auth, forms
from web.require import require

desk = Blueprint("absences", __name__)


@desk.get("/absences")
@require(Permission.TASK_WORK)
def page(actor: Actor) -> Any:
    """Who acts for one, and for whom one acts."""
    with auth.office().database.reading("") as session:
        return render_template(
            "absences/page.html", rows=absences.listed(session, actor.account_id),
            people=absences.candidates(session, actor, auth.office().database.clock()),
            waiting=absences.waiting(session, actor) if actor.may(Permission.ABSENCE_CONFIRM) else [],
            longest=auth.office().settings.absence_days,
            named=absences.named_list(session) if actor.may(Permission.ABSENCE_CONFIRM) else None,
            everybody=accounts.working(session, actor.division),
            programmes=[(r.programme, r.title) for r in publish.published_programmes(session)],
        )  # fmt: skip


@desk.post("/absences")
@require(Permission.TASK_WORK)
def begin(actor: Actor) -> Any:
    """Say who acts for one."""
    try:
        span = [reading.day(request.form.get(name, "")) for name in ("from_on", "until_on")]
    except Unreadable:
        raise Invalid(reason=tr("请填写开始日期和结束日期")) from None
    command = BeginAbsence(
        forms.whole(request.form.get("substitute", "")), span[0], span[1], tuple(request.form.getlist("programme")), "",
        request.form.get("reason", ""),
    )  # fmt: skip
    auth.office().perform(command, actor)
    return redirect(url_for("absences.page"))


@desk.post("/absences/named")
@require(Permission.ABSENCE_CONFIRM)
def name_substitute(actor: Actor) -> Any:
    """Let somebody of another rank be chosen as a person's substitute."""
    command = NameSubstitute(
        forms.whole(request.form.get("away", "")),
        forms.whole(request.form.get("substitute", "")),
        request.form.get("reason", ""),
    )
    auth.office().perform(command, actor)
    return redirect(url_for("absences.page"))


@desk.post("/absences/named/<int:named_id>/end")
@require(Permission.ABSENCE_CONFIRM)
def end_named_substitute(actor: Actor, named_id: int) -> Any:
    """Take somebody off the list."""
    auth.office().perform(EndNamedSubstitute(named_id), actor)
    return redirect(url_for("absences.page"))


@desk.post("/absences/<int:absence_id>/confirm")
@require(Permission.ABSENCE_CONFIRM)
def confirm(actor: Actor, absence_id: int) -> Any:
    """Let somebody act for another one, or not."""
    auth.office().perform(ConfirmAbsence(absence_id, request.form.get("accept", "") == "1"), actor)
    return redirect(url_for("absences.page"))


@desk.post("/absences/<int:absence_id>/end")
@require(Permission.TASK_WORK)
def end(actor: Actor, absence_id: int) -> Any:
    """One is back."""
    auth.office().perform(EndAbsence(absence_id), actor)
    return redirect(url_for("absences.page"))
