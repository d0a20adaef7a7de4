"""The queues (待办): filtered, searched, ordered, with selectable columns; actions on many steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from processes.access import accounts, divisions
from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor
from processes.cases import pages, participants, priority, queues
from processes.cases.models import NO_DUE_DATE
from processes.compound import batches
from processes.office.personal.filters import DropFilter, SaveFilter
from processes.office.steps.batch import UndoBatch
from processes.papers import lists
from processes.policy.calendar import civil_date
from processes.releases import publish
from processes.texts import tr
from web import auth, budgets, forms, list_export, words
from web.require import require

desk = Blueprint("worklist", __name__)
COLUMNS = {
    "programme": tr("项目"), "id_tail": tr("证件后四位"), "category": tr("类别"), "number": tr("办件编号"), "township": tr("乡镇"), "at": tr("到达时间"),
    "holder": tr("签收"),
}  # fmt: skip
USUAL = ("id_tail", "category", "number", "at", "holder")
_LIST = (
    (tr("截止"), 12),
    (tr("环节"), 22),
    (tr("申请人"), 14),
    (COLUMNS["number"], 24),
    (COLUMNS["category"], 12),
    (COLUMNS["at"], 18),
    (COLUMNS["holder"], 14),
)
_KEPT = ("queue", "q", "programme", "task", "colour", "township", "order", "columns")


@desk.get("/worklist")
@require(Permission.SESSION, reads="list_read")
@budgets.spends(budgets.SEARCHES)
def queue(actor: Actor) -> Any:
    """Show a page of a queue; for live updates the table only."""
    if not actor.may(Permission.TASK_WORK):
        return redirect(url_for("home.page"))
    titles = {k: t for k, t in words.QUEUES.items() if k != "standing_in" or actor.stands_in}
    is_part = bool(request.headers.get("HX-Request"))
    with auth.office().database.reading(actor.division, actor.department) as session:
        wanted = _wanted(session, actor)
        asked = participants.waiting_for(session, actor)
        if request.args.get("queue") == "asked":
            page = pages.Page(asked, 1, len(asked))
        else:
            page = queues.worklist(session, actor, wanted, forms.page_number())
        name = "asked" if request.args.get("queue") == "asked" else wanted.queue
        known = {name: page.total} if name in ("mine", "office") and not wanted.is_filtered else {}
        counts = queues.counts(session, actor, known) | {"asked": len(asked)}
        ranked = (
            {r.item.id: r for r in page.rows}
            if wanted.order == "priority" and name not in ("asked", "done")
            else {}
        )
        townships = (
            divisions.townships(session, actor.division) if len(actor.division) < TOWNSHIP_DIGITS else []
        )
        programmes = {r.programme: r.title for r in publish.published_programmes(session)}
        about = {} if is_part else _about(session, actor)
    return render_template(
        "worklist/_table.html" if is_part else "worklist/page.html",
        page=page, items=[r.item for r in page.rows] if ranked else page.rows, ranked=ranked, queue=name,
        titles=titles, counts=counts, is_part=is_part, wanted=wanted, most=pages.MOST_COUNTED, kept=_kept(),
        columns=_columns(), all_columns=COLUMNS, townships={t.code: t.name for t in townships},
        programmes=programmes, **about,
    )  # fmt: skip


@desk.post("/worklist/export")
@require(Permission.TASK_WORK)
@budgets.spends(budgets.EXPORTS)
def export_list(actor: Actor) -> Any:
    """Export the filtered queue as a spreadsheet; the export is logged first."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        wanted = _wanted(session, actor)
    order = "due" if wanted.order == "priority" else wanted.order
    list_export.note(actor, words.QUEUES[wanted.queue], _kept())
    with office.database.reading(actor.division, actor.department) as session:
        rows = queues.worklist(session, actor, replace(wanted, order=order), size=lists.MOST_ROWS).rows
        lines = [
            (
                "" if i.due_on == NO_DUE_DATE else i.due_on.isoformat(), i.title, i.applicant, i.case_number,
                words.CATEGORIES.get(i.category, i.category), list_export.minute(i.offered_at), i.claimed_by or "",
            )
            for i in rows
        ]  # fmt: skip
    return list_export.answer(actor, words.QUEUES[wanted.queue], _LIST, lines)


def _wanted(session: Any, actor: Actor) -> queues.Wanted:
    args = request.args
    name = args.get("queue", "mine")
    today = civil_date(auth.office().database.clock())
    order = args.get("order", "due")
    points = {}
    if order == "priority":
        release = publish.published_programmes(session)[0]
        policy = publish.open_release(session, release.id).policy
        points = priority.points_of(lambda parameter: policy.value(parameter, today, actor.division))
    return queues.Wanted(
        name if name in queues.QUEUES else "mine", forms.search_word(), args.get("programme", "")[:60],
        args.get("task", "")[:60], args.get("colour", "")[:10], args.get("township", "")[:9],
        order if order in queues.ORDERS else "due", today, points,
    )  # fmt: skip


def _columns() -> tuple[str, ...]:
    chosen = tuple(n for n in request.args.get("columns", "").split(",") if n in COLUMNS)
    return chosen or USUAL


def _kept() -> dict[str, str]:
    """The parameters of the queue without the page number."""
    return {name: request.args[name] for name in _KEPT if request.args.get(name)}


def _about(session: Any, actor: Actor) -> dict[str, Any]:
    """Data for the full page only: filter choices, saved filters, colleagues."""
    roles = sorted(actor.roles)
    people = [a for role in roles for a in accounts.colleagues(session, role, actor.division)]
    return {
        "tasks": queues.tasks(session, actor), "saved": queues.saved(session, actor),
        "colleagues": {a.id: a.name for a in people if a.id != actor.account_id},
    }  # fmt: skip


@desk.post("/worklist/batch")
@require(Permission.TASK_WORK)
def batch(actor: Actor) -> Any:
    """Perform one action on many steps; show a result for each."""
    body = forms.body()
    chosen = body.get("items")
    items = [
        (forms.whole(i.get("id")), forms.whole(i.get("version")))
        for i in (chosen if isinstance(chosen, list) else [])
        if isinstance(i, dict)
    ]
    result = batches.perform(
        auth.office(), actor, str(body.get("kind", "")), items, forms.whole(body.get("to", 0)),
        str(body.get("reason", ""))[:300],
    )  # fmt: skip
    return jsonify(result)


@desk.post("/worklist/batch/<int:batch_id>/undo")
@require(Permission.TASK_WORK)
def undo(actor: Actor, batch_id: int) -> Any:
    """Undo the person's last action on many steps."""
    return jsonify(auth.office().perform(UndoBatch(batch_id), actor))


@desk.post("/worklist/filters")
@require(Permission.TASK_WORK)
def keep(actor: Actor) -> Any:
    """Save the filter in the address."""
    form = request.form
    wanted: dict[str, Any] = {name: form[name] for name in _KEPT if form.get(name)}
    command = SaveFilter(
        form.get("name", ""), wanted, form.get("filter_colour", ""), form.get("shared") == "1"
    )
    auth.office().perform(command, actor)
    return redirect(url_for("worklist.queue", **wanted))


@desk.post("/worklist/filters/<int:filter_id>/drop")
@require(Permission.TASK_WORK)
def drop(actor: Actor, filter_id: int) -> Any:
    """Delete a saved filter of the person."""
    auth.office().perform(DropFilter(filter_id), actor)
    return redirect(url_for("worklist.queue"))
