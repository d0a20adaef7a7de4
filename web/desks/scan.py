"""The window's scanner: a printed QR or other code leads to the waiting step (C33)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import queries
from processes.errors import NotFound
from processes.papers import queries as papers
from web import auth
from web.require import require

desk = Blueprint("scan", __name__)


@desk.get("/scan")
@require(Permission.TASK_WORK)
def scan(actor: Actor) -> Any:
    """Redirect from a printed code (scanners type the whole address) to the open step of its case."""
    code = request.args.get("code", "").strip().rstrip("/")
    code = code.split("/verify/")[-1].split("/")[0].upper()[:20]
    with auth.office().database.reading(actor.division, actor.department) as session:
        case = papers.case_of_code(session, code)
        if case is None:
            raise NotFound()
        item = queries.open_item_for(session, case.id, actor.roles)
        if item is None or item.claimed_by_id not in (None, actor.account_id):
            return redirect(url_for("cases.one", number=case.number))
        return redirect(url_for("tasks.one", number=case.number, item_id=item.id))
