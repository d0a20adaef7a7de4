"""The queue: mine, my office's, watching, done."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import involving, queries
from web import auth, forms
from web.require import require

desk = Blueprint("worklist", __name__)
TITLES = {
    "mine": "我的待办", "office": "本单位待签收", "returned": "退回给我", "asked": "请我会签答复", "standing_in": "代办",
    "watching": "我的关注", "done": "我已办结",
}  # fmt: skip


@desk.get("/")
@require(Permission.SESSION)
def home(actor: Actor) -> Any:
    """Where the day begins for this role."""
    if actor.may(Permission.TASK_WORK):
        return redirect(url_for("worklist.queue"))
    if actor.may(Permission.OVERDUE_READ):
        return redirect(url_for("oversight.late"))
    return redirect(
        url_for("admin.accounts_page") if actor.may(Permission.ACCOUNT_UNLOCK) else url_for("admin.about")
    )


@desk.get("/worklist")
@require(Permission.SESSION)
def queue(actor: Actor) -> Any:
    """A page of a queue; the table alone for live updates."""
    if not actor.may(Permission.TASK_WORK):
        return redirect(url_for("worklist.home"))
    name = request.args.get("queue", "mine")
    name = name if name in TITLES else "mine"
    search = request.args.get("q", "").strip()[:60]
    titles = {k: t for k, t in TITLES.items() if k != "standing_in" or actor.stands_in}
    with auth.office().database.reading(actor.division, actor.department) as session:
        asked = involving.waiting_for(
            session, [actor.account_id or 0, *(s.account_id for s in actor.stands_in)]
        )
        if name == "asked":
            page = queries.Page(asked, 1, len(asked))
        else:
            page = queries.worklist(session, actor, name, search, forms.page_number())
        known = {name: page.total} if name in ("mine", "office") and not search else {}
        counts = queries.counts(session, actor, known) | {"asked": len(asked)}
    template = "worklist_table.html" if request.headers.get("HX-Request") else "worklist.html"
    return render_template(
        template, page=page, queue=name, titles=titles, counts=counts, search=search,
        most=queries.MOST_COUNTED,
    )  # fmt: skip
