"""Yearly holiday notices: propose, review the effect, confirm, reject, undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import holidays
from processes.cases.holiday_models import HolidayVersion
from processes.cases.holidays import Moved
from processes.cases.status import HolidayStatus
from processes.errors import FormInvalid, Unreadable, YimenError
from processes.office.command import Command
from processes.office.county.holidays import (
    AskUndoHolidays,
    ConfirmHolidays,
    DecideUndoHolidays,
    ProposeHolidays,
    RejectHolidays,
)
from processes.policy import holidays as plausibility
from processes.policy import reading
from processes.policy.calendar import civil_date
from web import auth
from web.errors import status_of
from web.require import require

desk = Blueprint("holidays", __name__)
_FIELDS = ("year", "document_number", "days_off", "worked_weekends")
SHOWN = 300
"""Number of affected limits listed; the total is always shown."""


@desk.get("/holidays")
@require(Permission.CALENDAR_READ)
def overview(actor: Actor) -> Any:
    """Show every version of every year; for deciding people, with the effect of each decision."""
    return _page(actor)


@desk.post("/holidays")
@require(Permission.CALENDAR_WRITE)
def propose(actor: Actor) -> Any:
    """Propose a version; errors are shown at their field, with the input."""
    try:
        auth.office().perform(_proposal(), actor)
    except FormInvalid as refused:
        return _page(actor, refused.fields, refused.message), status_of(refused)
    except YimenError as refused:
        return _page(actor, {}, refused.message), status_of(refused)
    return redirect(url_for("holidays.overview"))


@desk.post("/holidays/<int:version_id>/confirm")
@require(Permission.CALENDAR_WRITE)
def confirm(actor: Actor, version_id: int) -> Any:
    """Confirm a version."""
    return _decide(actor, ConfirmHolidays(version_id))


@desk.post("/holidays/<int:version_id>/reject")
@require(Permission.CALENDAR_WRITE)
def reject(actor: Actor, version_id: int) -> Any:
    """Refuse a version."""
    return _decide(actor, RejectHolidays(version_id, request.form.get("reason", "")))


@desk.post("/holidays/<int:version_id>/undo")
@require(Permission.CALENDAR_WRITE)
def ask_undo(actor: Actor, version_id: int) -> Any:
    """Request that the version in force be undone."""
    return _decide(actor, AskUndoHolidays(version_id, request.form.get("reason", "")))


@desk.post("/holidays/<int:version_id>/undo/decide")
@require(Permission.CALENDAR_WRITE)
def decide_undo(actor: Actor, version_id: int) -> Any:
    """Undo the version in force, or keep it."""
    return _decide(actor, DecideUndoHolidays(version_id, request.form.get("accept") == "yes"))


def _decide(actor: Actor, command: Command[Any]) -> Any:
    auth.office().perform(command, actor)
    return redirect(url_for("holidays.overview"))


def _proposal() -> ProposeHolidays:
    """Parse the input; raises `FormInvalid` with all errors."""
    faults: dict[str, list[str]] = {}
    read: dict[str, Any] = {"year": 0, "days_off": (), "worked_weekends": ()}
    for field, reader in (
        ("year", reading.whole), ("days_off", plausibility.days), ("worked_weekends", plausibility.days),
    ):  # fmt: skip
        try:
            read[field] = reader(request.form.get(field, ""))
        except Unreadable as fault:
            faults[field] = [fault.reason]
    if faults:
        raise FormInvalid(faults)
    number = request.form.get("document_number", "")
    return ProposeHolidays(read["year"], read["days_off"], read["worked_weekends"], number)


def _page(actor: Actor, faults: Mapping[str, Sequence[str]] | None = None, fault: str = "") -> str:
    with auth.office().database.reading(actor.division) as session:
        rows = holidays.versions(session)
        decided = [r for r in rows if r.status == HolidayStatus.PROPOSED or _undo_asked(r)]
        is_deciding = actor.may(Permission.CALENDAR_WRITE)
        return render_template(
            "holidays/page.html",
            rows=rows,
            effects={r.id: _effect(session, rows, r) for r in decided} if is_deciding else {},
            spans=plausibility.spans,
            undo_asked=_undo_asked,
            shown=SHOWN,
            faults=faults or {},
            fault=fault,
            typed={f: request.form.get(f, "") for f in _FIELDS} if fault else {},
            next_year=civil_date(auth.office().database.clock()).year + 1,
        )


def _undo_asked(row: HolidayVersion) -> bool:
    return row.status == HolidayStatus.STANDING and row.undo_asked_at is not None


def _effect(session: Session, rows: Sequence[HolidayVersion], row: HolidayVersion) -> list[Moved]:
    """Running limits that the waiting decision would change."""
    today = civil_date(auth.office().database.clock())
    then = next((r for r in rows if r.id == row.replaced_id), None) if _undo_asked(row) else row
    return holidays.would_move(session, today, row.year, then)
