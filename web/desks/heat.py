"""Durations of steps: a diagram coloured by days or lateness, each figure opening its cases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify, render_template, request

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.engine.definitions import Definition
from processes.errors import NotFound
from processes.oversight import heat
from processes.oversight.status import HeatKind
from processes.policy.calendar import civil_date
from processes.releases import publish
from processes.releases.bundle import Bundle
from processes.texts import tr
from web import auth, budgets, drawings
from web.require import require

desk = Blueprint("heat", __name__)
LOOK_BACK = {30: tr("近 30 天"), 90: tr("近 90 天"), 365: tr("近一年"), 3650: tr("全部")}


@desk.get("/oversight/heat/<string:programme>")
@require(Permission.OVERDUE_READ)
@budgets.spends(budgets.SEARCHES)
def page(actor: Actor, programme: str) -> Any:
    """Show the page; figures and diagram are loaded by `figures`."""
    office = auth.office()
    days = _days()
    since = civil_date(office.database.clock()) - timedelta(days=days)
    with office.database.reading(actor.division, actor.department) as session:
        bundle, process = _asked(session, programme)
        found = heat.steps(session, programme, _processes(bundle, process), since, _today())
        return render_template(
            "heat/page.html",
            programmes=publish.published_programmes(session),
            bundle=bundle,
            process=process,
            steps=found.steps,
            bound=heat.LOOKED_AT if found.is_bounded else None,
            days=days,
            look_back=LOOK_BACK,
        )


@desk.get("/oversight/heat/<string:programme>/figures")
@require(Permission.OVERDUE_READ)
@budgets.spends(budgets.SEARCHES)
def figures(actor: Actor, programme: str) -> Any:
    """Return the diagrams in force and the figures of every step."""
    office = auth.office()
    since = _today() - timedelta(days=_days())
    with office.database.reading(actor.division, actor.department) as session:
        bundle, process = _asked(session, programme)
        found = heat.steps(session, programme, _processes(bundle, process), since, _today())
    steps = [
        {
            "task": s.task, "opens": s.task, "title": s.title, "done": s.done, "open": s.open, "late": s.late + s.overdue,
            "days": None if s.median_days is None else float(s.median_days), "share": float(round(s.late_share, 3)),
        }
        for s in found.steps
    ]  # fmt: skip
    definition = bundle.definition(process)
    return jsonify(sheets=drawings.sheets(bundle, definition), steps=steps, called=_called(definition, steps))


@desk.get("/oversight/heat/<string:programme>/cases")
@require(Permission.OVERDUE_READ, reads="list_read")
@budgets.spends(budgets.SEARCHES)
def behind(actor: Actor, programme: str) -> Any:
    """Show the cases behind one figure."""
    kind, task = request.args.get("kind", "done"), request.args.get("task", "")
    if kind not in HeatKind.titles():
        raise NotFound()
    with auth.office().database.reading(actor.division, actor.department) as session:
        bundle, process = _asked(session, programme)
        since = _today() - timedelta(days=_days())
        rows = heat.cases_behind(
            session, programme, _processes(bundle, process), since, _today(), task, HeatKind(kind)
        )
        return render_template(
            "heat/cases.html", rows=rows, kind=HeatKind(kind).title, bundle=bundle, process=process, days=_days(),
            now=auth.office().database.clock(),
        )  # fmt: skip


def _called(definition: Definition, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A called process as one step of the calling diagram: the sum of its days; it opens its slowest step."""
    found = []
    for diagram in definition.diagrams.values():
        for node in diagram.nodes.values():
            inside = definition.diagrams.get(node.called)
            parts = [s for s in steps if inside is not None and s["task"] in inside.nodes]
            if not parts:
                continue
            total = sum(s["done"] + s["open"] for s in parts)
            late = sum(s["late"] for s in parts)
            found.append(
                {
                    "task": node.id, "opens": max(parts, key=lambda s: s["days"] or 0)["task"], "title": node.name,
                    "done": max(s["done"] for s in parts), "open": sum(s["open"] for s in parts), "late": late,
                    "days": round(sum(s["days"] or 0 for s in parts), 1), "share": round(late / total, 3) if total else 0,
                }
            )  # fmt: skip
    return found


def _asked(session: Any, programme: str) -> tuple[Bundle, str]:
    bundle = publish.open_release(session, publish.current_id(session, programme, _today()))
    process = request.args.get("process") or bundle.process
    if process not in bundle.starts:
        raise NotFound()
    return bundle, process


def _processes(bundle: Bundle, process: str) -> list[str]:
    """Cases of the programme's first process may have no process name."""
    return [process, ""] if process == bundle.process else [process]


def _today() -> Any:
    return civil_date(auth.office().database.clock())


def _days() -> int:
    asked = request.args.get("days", "365")
    return next((days for days in LOOK_BACK if str(days) == asked), 365)
