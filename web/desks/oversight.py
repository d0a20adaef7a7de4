"""Oversight: what is late, what failed, the load of each township."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from processes import commands as c
from processes.access import divisions
from processes.access.permissions import Permission
from processes.access.scope import Actor, township_of
from processes.cases import clocks, queries
from processes.decisions import deviations
from processes.oversight import load
from processes.people import differences, transfers
from processes.policy.calendar import civil_date
from web import auth
from web.require import require

desk = Blueprint("oversight", __name__)
YEAR = timedelta(days=365)


@desk.get("/oversight")
@require(Permission.OVERDUE_READ)
def late(actor: Actor) -> Any:
    """Red and overdue limits, incidents, load by township."""
    now = auth.office().database.clock()
    today = civil_date(now)
    with auth.office().database.reading(actor.division, actor.department) as session:
        rows = [
            (case, clock, clocks.colour(today, clock.due_on, clock.yellow_on, clock.red_on))
            for case, clock in queries.late(session, today)
        ]
        townships = load.by_township(session, today)
        deviating = _deviations(session, now)
        names_of = divisions.names(session, [township for township, _ in deviating])
        names = divisions.names(session, [t.key for t in townships])
        return render_template(
            "oversight.html",
            rows=rows,
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


def _deviations(session: Any, now: datetime) -> Counter[tuple[str, str]]:
    """Verdicts of the last year that differ from what was computed, by township and step."""
    found: Counter[tuple[str, str]] = Counter()
    for division, title, number in deviations.counted(session, now - YEAR):
        found[township_of(division), title] += number
    return found


@desk.post("/incidents/<int:incident_id>/retry")
@require(Permission.INCIDENT_RETRY)
def retry(actor: Actor, incident_id: int) -> Any:
    """Try again what failed."""
    auth.office().perform(c.RetryIncident(incident_id), actor)
    return redirect(url_for("oversight.late"))
