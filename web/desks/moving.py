"""Moves of cases (移动办理位置): requests that wait for a second person, and all moves made."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import moves
from processes.cases.status import MoveStatus
from processes.office.cases.move import DecideMove
from web import auth
from web.require import require

desk = Blueprint("moving", __name__)


@desk.get("/oversight/moves")
@require(Permission.OVERDUE_READ, reads="list_read")
def listed(actor: Actor) -> Any:
    """Show every move in scope, waiting ones first."""
    with auth.office().database.reading(actor.division, actor.department) as session:
        rows = sorted(moves.latest(session), key=lambda s: s.status != MoveStatus.ASKED)
        return render_template("moving/page.html", rows=rows, former=moves.former(session))


@desk.post("/moves/<int:move_id>/decide")
@require(Permission.MOVE_CONFIRM)
def decide(actor: Actor, move_id: int) -> Any:
    """Execute a forward move, or refuse it."""
    form = request.form
    command = DecideMove(move_id, form.get("accept") == "1", form.get("reason", ""))
    done = auth.office().perform(command, actor)
    return redirect(url_for("cases.one", number=done.case))
