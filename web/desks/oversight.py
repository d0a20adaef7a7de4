"""Oversight: late limits, incidents, the load of each township."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from processes.access import divisions
from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor, township_of
from processes.cases import clocks, overdue, queries
from processes.decisions import deviations
from processes.office.cases.incidents import RetryIncident
from processes.office.steps.urge import UrgeTask
from processes.oversight import load
from processes.papers import lists
from processes.people import differences, transfers
from processes.policy.calendar import civil_date
from processes.texts import tr
from web import auth, budgets, forms, list_export
from web.require import require

desk = Blueprint("oversight", __name__)
YEAR = timedelta(days=365)
_LONGEST_DAYS = 4
_LIST = (
    (tr("截止"), 12), (tr("超期天数"), 10), (tr("时限"), 20), (tr("办件编号"), 24), (tr("申请人"), 14), (tr("所在环节"), 22), (tr("经办人"), 16),
    (tr("区划"), 34),
)  # fmt: skip


@desk.get("/oversight")
@require(Permission.OVERDUE_READ, reads="list_read")
@budgets.spends(budgets.SEARCHES)
def late(actor: Actor) -> Any:
    """Show red and overdue limits, incidents, load by township."""
    now = auth.office().database.clock()
    today, wanted = civil_date(now), _filter()
    with auth.office().database.reading(actor.division, actor.department) as session:
        rows = [(r, _shade(r, today)) for r in overdue.late(session, today, wanted)]
        townships = load.by_township(session, today)
        deviating = _deviations(session, now)
        names_of = divisions.names(session, [township for township, _ in deviating])
        names = divisions.names(session, [t.key for t in townships])
        return render_template(
            "oversight/page.html",
            rows=rows,
            wanted=wanted,
            kept=_kept(),
            shown=overdue.SHOWN,
            at_least={n: tr("超期 {n} 天以上", n=n) for n in (1, 7, 30)},
            holders=sorted({i.claimed_by for r, _ in rows for i in r.items if i.claimed_by}),
            townships_all={t.code: t.name for t in divisions.townships(session, actor.division)}
            if len(actor.division) < TOWNSHIP_DIGITS
            else {},
            townships=townships,
            names=names,
            deviations=[
                (names_of.get(township, township), title, number)
                for (township, title), number in deviating.items()
            ],
            incidents=queries.incidents(session),
            differing=differences.overdue(session, actor, today),
            moving=transfers.overdue(session, actor, today),
            today=today,
        )


@desk.post("/oversight/export")
@require(Permission.OVERDUE_READ)
@budgets.spends(budgets.EXPORTS)
def export_list(actor: Actor) -> Any:
    """Export the filtered list as a spreadsheet; the export is logged first."""
    today, wanted = civil_date(auth.office().database.clock()), _filter()
    list_export.note(actor, tr("督办"), _kept())
    with auth.office().database.reading(actor.division, actor.department) as session:
        rows = overdue.late(session, today, wanted, lists.MOST_ROWS)
        places = divisions.names(session, sorted({r.case.division for r in rows}))
        lines = [
            (
                r.clock.due_on.isoformat(), str(r.days(today) or ""), r.clock.title, r.case.number,
                r.case.applicant, r.steps, r.holders, places[r.case.division],
            )
            for r in rows
        ]  # fmt: skip
    return list_export.answer(actor, tr("督办"), _LIST, lines)


@desk.post("/oversight/urge")
@require(Permission.TASK_WORK)
def urge(actor: Actor) -> Any:
    """Urge a step from the list."""
    auth.office().perform(UrgeTask(forms.whole(request.form.get("item")), ""), actor)
    return redirect(url_for("oversight.late", **_kept()))


def _shade(row: overdue.Late, today: date) -> str:
    return clocks.colour(today, row.clock.due_on, row.clock.yellow_on, row.clock.red_on)


def _filter() -> overdue.LateFilter:
    args = request.args
    days, order = args.get("days", ""), args.get("order", "")
    return overdue.LateFilter(
        forms.search_word(), args.get("holder", "").strip()[:60],
        int(days) if days.isascii() and days.isdecimal() and len(days) <= _LONGEST_DAYS else 0,
        args.get("township", "")[:9], order if order in overdue.ORDERS else "due",
    )  # fmt: skip


def _kept() -> dict[str, Any]:
    """The parameters of the list."""
    names = ("q", "holder", "days", "township", "order")
    return {name: value[:60] for name in names if (value := request.args.get(name, ""))}


def _deviations(session: Any, now: datetime) -> Counter[tuple[str, str]]:
    """Verdicts of the last year that differ from the computation, by township and step."""
    found: Counter[tuple[str, str]] = Counter()
    for division, title, number in deviations.counted(session, now - YEAR):
        found[township_of(division), title] += number
    return found


@desk.post("/incidents/<int:incident_id>/retry")
@require(Permission.INCIDENT_RETRY)
@budgets.spends(budgets.PRINTS)
def retry(actor: Actor, incident_id: int) -> Any:
    """Retry an incident."""
    auth.office().perform(RetryIncident(incident_id), actor)
    return redirect(url_for("oversight.late"))
