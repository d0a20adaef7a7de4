"""政策参数: the county's book, uses of each parameter, and changes by two people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.access import divisions
from processes.access.permissions import Permission
from processes.access.scope import COUNTY_DIGITS, Actor
from processes.cases.models import Case
from processes.cases.status import CaseStatus
from processes.errors import FormInvalid, YimenError
from processes.office.command import Command
from processes.office.county.parameters import (
    AdoptParameter,
    ConfirmParameter,
    ProposeParameter,
    RejectParameter,
    WithdrawParameter,
)
from processes.parameters import queries
from processes.parameters.models import ParameterValue
from processes.parameters.status import ParameterStatus
from processes.policy.calendar import civil_date
from processes.policy.parameters import DatedValue, Parameter, shown
from processes.releases import publish, usage
from processes.releases.bundle import Bundle
from processes.texts import tr
from web import auth, forms
from web.errors import status_of
from web.require import require

desk = Blueprint("parameters", __name__)
_EVERYWHERE = tr("全县")


@dataclass(frozen=True, slots=True)
class Entry:
    """A parameter on the page."""

    parameter: Parameter
    now: list[tuple[str, DatedValue]]
    """Division and value in force today: everywhere first, then divisions with a value of their own."""
    coming: list[tuple[str, DatedValue]]
    history: list[ParameterValue]
    used: list[tuple[str, list[str]]]
    """Programme and the uses in it."""

    @property
    def rows(self) -> list[tuple[str, DatedValue, bool]]:
        """Division, value, whether it is in the future."""
        return [(p, v, False) for p, v in self.now] + [(p, v, True) for p, v in self.coming]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal: what it changes, and how many uses it has."""

    row: ParameterValue
    title: str
    unit: str
    place: str
    before: DatedValue | None
    programmes: list[str]
    cases: int


@desk.get("/parameters")
@require(Permission.PARAMETER_READ)
def page(actor: Actor) -> Any:
    """Show every parameter: value in force, source, confirmation, history, uses; and proposals."""
    return _page(actor)


@desk.post("/parameters")
@require(Permission.PARAMETER_PROPOSE)
def propose(actor: Actor) -> Any:
    """Propose a value; errors are shown at their field, with the input."""
    typed = {
        k: request.form.get(k, "") for k in ("name", "value", "since", "division", "source", "confirmed")
    }
    entry = {**typed, "confirmed": typed["confirmed"] == "yes"}
    try:
        auth.office().perform(ProposeParameter(typed["name"], entry, request.form.get("token", "")), actor)
    except FormInvalid as fault:
        return _page(actor, typed, {k: v[0] for k, v in fault.fields.items()}, fault.message), 422
    except YimenError as fault:
        return _page(actor, typed, {}, fault.message), status_of(fault)
    return redirect(url_for("parameters.page", _anchor="waiting"))


@desk.post("/parameters/adopt")
@require(Permission.PARAMETER_PROPOSE)
def adopt(actor: Actor) -> Any:
    """Propose to confirm a suggested value unchanged."""
    return _done(actor, AdoptParameter(_value(), request.form.get("source", "")))


@desk.post("/parameters/confirm")
@require(Permission.PARAMETER_CONFIRM)
def confirm(actor: Actor) -> Any:
    """Put somebody else's proposal in force."""
    return _done(actor, ConfirmParameter(_value()))


@desk.post("/parameters/reject")
@require(Permission.PARAMETER_CONFIRM)
def reject(actor: Actor) -> Any:
    """Refuse a proposal."""
    return _done(actor, RejectParameter(_value(), request.form.get("reason", "")))


@desk.post("/parameters/withdraw")
@require(Permission.PARAMETER_PROPOSE)
def withdraw(actor: Actor) -> Any:
    """Withdraw one's own proposal."""
    return _done(actor, WithdrawParameter(_value()))


def _value() -> int:
    return forms.whole(request.form.get("value"))


def _done(actor: Actor, command: Command[Any]) -> Any:
    """Execute a command for a value, and show what waits then."""
    auth.office().perform(command, actor)
    return redirect(url_for("parameters.page", _anchor="waiting"))


def _page(
    actor: Actor,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    fault: str = "",
) -> str:
    office = auth.office()
    today = civil_date(office.database.clock())
    with office.database.reading("") as session:
        bundles = [publish.open_release(session, r.id) for r in publish.published_programmes(session)]
        known = {p.name: p for b in bundles for p in b.policy.parameters.values()}
        names = {d.code: d.full_name for d in divisions.all_of(session, "")}
        kept = queries.history(session)
        county = len(actor.division) <= COUNTY_DIGITS
        return render_template(
            "parameters/page.html",
            entries=[_entry(p, bundles, kept, names, today) for p in known.values()],
            waiting=[_waiting(session, row, known, bundles, names) for row in queries.waiting(session)],
            known=list(known.values()),
            places=[d for d in names.items() if len(d[0]) > COUNTY_DIGITS],
            in_force=ParameterStatus.IN_FORCE, shown=shown, today=today, typed=typed or {},
            faults=faults or {}, fault=fault,
            proposes=county and actor.may(Permission.PARAMETER_PROPOSE),
            confirms=county and actor.may(Permission.PARAMETER_CONFIRM),
        )  # fmt: skip


def _entry(
    parameter: Parameter, bundles: list[Bundle], kept: Any, names: dict[str, str], today: date
) -> Entry:
    places = sorted({v.division for v in parameter.values})
    now = [
        (names.get(place, place) or _EVERYWHERE, found)
        for place in places
        if (found := parameter.in_force(today, place)) is not None and found.division == place
    ]
    coming = [
        (names.get(v.division, v.division) or _EVERYWHERE, v)
        for v in sorted(parameter.values, key=lambda v: v.since)
        if v.since > today
    ]
    used = [(b.title, _used(b, parameter.name)) for b in bundles]
    return Entry(parameter, now, coming, kept.get(parameter.name, []), [u for u in used if u[1]])


def _used(bundle: Bundle, name: str) -> list[str]:
    if name not in bundle.policy:
        return []
    program = usage.of_program(name)
    return [*_usage(bundle).get(name, []), *([program] if program else [])]


_USAGE: dict[str, dict[str, list[str]]] = {}
"""Cache of uses by content hash: the newest releases only."""
_MOST_KEPT = 64


def _usage(bundle: Bundle) -> dict[str, list[str]]:
    if bundle.digest not in _USAGE:
        if len(_USAGE) >= _MOST_KEPT:
            _USAGE.clear()
        _USAGE[bundle.digest] = usage.of_bundle(bundle)
    return _USAGE[bundle.digest]


def _waiting(
    session: Session,
    row: ParameterValue,
    known: dict[str, Parameter],
    bundles: list[Bundle],
    names: dict[str, str],
) -> Waiting:
    parameter = known.get(row.name)
    reading = [b for b in bundles if _used(b, row.name)]
    query = select(func.count()).where(
        Case.status == CaseStatus.OPEN, Case.programme.in_([b.id for b in reading]),
        Case.division.startswith(row.division),
    )  # fmt: skip
    return Waiting(
        row,
        row.name if parameter is None else parameter.title,
        "" if parameter is None else parameter.unit,
        names.get(row.division, row.division) or _EVERYWHERE,
        None if parameter is None else parameter.in_force(row.since, row.division),
        [b.title for b in reading],
        session.scalar(query) or 0,
    )
