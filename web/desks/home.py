"""首页: the start page for each role: what is due, late or returned; the workload of the office."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from processes.access import contacts, divisions, form_drafts
from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor
from processes.cases import notices, participants, queues
from processes.cases.pages import MOST_COUNTED
from processes.oversight import load
from processes.oversight.status import LoadState
from processes.policy.calendar import civil_date
from processes.releases import drafts
from web import auth, budgets, form_draft_page, forms
from web.require import require

desk = Blueprint("home", __name__)
FIRST = 8


@desk.get("/")
@require(Permission.SESSION, reads="list_read")
def page(actor: Actor) -> Any:
    """Show the figures of the person's own day; the workload is loaded later."""
    if not actor.may(Permission.TASK_WORK):
        if actor.may(Permission.OVERDUE_READ):
            return redirect(url_for("oversight.late"))
        where = "admin.accounts_page" if actor.may(Permission.ACCOUNT_UNLOCK) else "admin.about"
        return redirect(url_for(where))
    office = auth.office()
    today = civil_date(office.database.clock())
    with office.database.reading(actor.division, actor.department) as session:
        own = load.own(session, actor)
        due = queues.due(session, actor, today)
        asked = len(participants.waiting_for(session, actor))
        waiting = queues.counts(session, actor, {"mine": own["open"]})["office"]
        first = queues.worklist(session, actor, queues.Wanted("todo", today=today), size=FIRST).rows
        left = form_drafts.of_person(session, actor)
        oversees = actor.may(Permission.OVERDUE_READ)
        late = load.late(session, today) if oversees else 0
        proposed = drafts.to_approve(session, actor.account_id) if actor.may(Permission.STUDIO) else []
        unsaid = (
            contacts.of_office(session, actor.division).missing if actor.may(Permission.CONTACT_WRITE) else []
        )
        unread = [n for n in notices.latest(session, actor) if n.read_at is None]
        notice_lines = notices.lines(unread)[:6]
    return render_template(
        "home/page.html", own=own, due=due, most=MOST_COUNTED, asked=asked, waiting=waiting, first=first, told=notice_lines, today=today, form_drafts=[(draft, form_draft_page.title(draft.place)) for draft in left],
        oversees=oversees, late=late, proposed=proposed, unsaid=unsaid,
        sees_load=actor.may(Permission.CASE_READ), is_county=len(actor.division) < TOWNSHIP_DIGITS,
    )  # fmt: skip


@desk.get("/load")
@require(Permission.CASE_READ)
@budgets.spends(budgets.SEARCHES)
def figures(actor: Actor) -> Any:
    """Return load and lateness by township (county) and by step, for the charts."""
    office = auth.office()
    today = civil_date(office.database.clock())
    with office.database.reading(actor.division, actor.department) as session:
        is_county = len(actor.division) < TOWNSHIP_DIGITS
        townships, steps = load.by_township_and_step(session, today)
        townships = townships if is_county else []
        names = divisions.names(session, [t.key for t in townships])
    return jsonify(
        townships=[_figure(t, names[t.key], "township") for t in townships],
        steps=[_figure(s, s.title, "task") for s in steps[:15]],
    )


def _figure(found: load.Load, title: str, key: str) -> dict[str, Any]:
    return {
        "title": title, "open": found.open, "late": found.late, "week": found.week,
        "address": url_for("home.behind", _external=False, **{key: found.key}),
    }  # fmt: skip


@desk.get("/load/cases")
@require(Permission.CASE_READ, reads="list_read")
@budgets.spends(budgets.SEARCHES)
def behind(actor: Actor) -> Any:
    """Show the steps behind a figure."""
    args = request.args
    wanted = args.get("state", "")
    state = LoadState(wanted) if wanted in LoadState.titles() else LoadState.OPEN
    office = auth.office()
    today = civil_date(office.database.clock())
    with office.database.reading(actor.division, actor.department) as session:
        found = load.items(
            session,
            state,
            args.get("township", "")[:9],
            args.get("task", "")[:60],
            today,
            forms.page_number(),
        )
        place = divisions.name(session, args["township"]) if args.get("township") else ""
    kept = {n: args[n] for n in ("township", "task") if args.get(n)}
    return render_template(
        "home/load_cases.html", page=found, state=state, states=LoadState.titles(), place=place, kept=kept
    )
