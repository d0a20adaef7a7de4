"""Petty funds for finance officers: balances, ledgers, confirmation by a second person, statements."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, redirect, render_template, request, send_file, url_for

from processes.access import divisions
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.errors import Invalid, Unreadable
from processes.office.command import Command
from processes.office.funds.entries import (
    CloseFundMonth,
    ConfirmFundEntry,
    EnterFundEntry,
    RefuseFundEntry,
    ReverseFundEntry,
)
from processes.papers import statements
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.policy.periods import Month
from processes.relief import fund_queries, fund_rules
from processes.texts import tr
from web import auth, budgets
from web.require import require

desk = Blueprint("funds", __name__)
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@desk.get("/funds")
@require(Permission.FUND_READ)
def overview(actor: Actor) -> Any:
    """Show every township's fund: balance, advances, entries that wait for a second person."""
    with auth.office().database.snapshot(actor.division, actor.department) as session:
        held = {f.township: f for f in fund_queries.funds(session)}
        rows = [
            {
                "township": d.code, "name": d.name, "fund": held.get(d.code),
                "waiting": len(fund_queries.waiting(session, held[d.code].id)) if d.code in held else 0,
            }
            for d in divisions.townships(session, actor.division)
        ]  # fmt: skip
        level = fund_queries.level(session, civil_date(auth.office().database.clock()), actor.division)
    return render_template("funds/list.html", rows=rows, level=level)


@desk.get("/funds/<string:township>")
@require(Permission.FUND_READ, reads="payments_read")
def ledger(actor: Actor, township: str) -> Any:
    """Show the ledger of a month, with possible actions."""
    today = civil_date(auth.office().database.clock())
    month = _month(request.args.get("month", str(Month.of(today))))
    with auth.office().database.snapshot(actor.division, actor.department) as session:
        place = divisions.township(session, township, actor.division)
        fund = fund_queries.fund_or_none(session, township)
        return render_template(
            "funds/ledger.html",
            township=township,
            place=place,
            fund=fund,
            month=month,
            before=str(Month.parse(month).plus(-1)),
            after=str(Month.parse(month).plus(1)),
            is_over=month < str(Month.of(today)),
            statement=None if fund is None else fund_queries.statement(session, fund, month),
            entries=[] if fund is None else fund_queries.entries(session, fund.id, month),
            reversed_ids=set() if fund is None else fund_queries.reversed_ids(session, fund.id),
            waiting=[] if fund is None else fund_queries.waiting(session, fund.id),
            closed=None if fund is None else fund_queries.closed_month(session, fund.id, month),
            kinds={str(k): k.title for k in fund_rules.BY_HAND},
            fault=request.args.get("fault", ""),
        )


@desk.post("/funds/<string:township>/entries")
@require(Permission.FUND_WRITE)
def enter(actor: Actor, township: str) -> Any:
    """Record a movement that a second person has to confirm."""
    amount = reading.money(request.form.get("amount", ""))
    command = EnterFundEntry(
        township, request.form.get("kind", ""), amount, request.form.get("memo", ""),
        request.form.get("token", "")[:64], request.form.get("case_number", ""),
    )  # fmt: skip
    auth.office().perform(command, actor)
    return redirect(url_for("funds.ledger", township=township))


@desk.post("/funds/<string:township>/entries/<int:entry_id>/<string:act>")
@require(Permission.FUND_WRITE)
def act(actor: Actor, township: str, entry_id: int, act: str) -> Any:
    """Confirm, refuse or reverse an entry."""
    commands: dict[str, Command[Any]] = {
        "confirm": ConfirmFundEntry(entry_id, township),
        "refuse": RefuseFundEntry(entry_id, township),
        "reverse": ReverseFundEntry(entry_id, request.form.get("memo", ""), township=township),
    }
    if act not in commands:
        raise Invalid(reason=tr("没有这样的操作"))
    auth.office().perform(commands[act], actor)
    return redirect(url_for("funds.ledger", township=township))


@desk.post("/funds/<string:township>/close")
@require(Permission.FUND_WRITE)
def close(actor: Actor, township: str) -> Any:
    """Close a month."""
    month = _month(request.form.get("month", ""))
    auth.office().perform(CloseFundMonth(township, month), actor)
    return redirect(url_for("funds.ledger", township=township, month=month))


@desk.get("/funds/<string:township>/statement-<string:month>.<string:kind>")
@require(Permission.FUND_READ, reads="payments_read")
@budgets.spends(budgets.MADE)
def statement(actor: Actor, township: str, month: str, kind: str) -> Any:
    """Return the statement of a month as PDF or XLSX."""
    office, month = auth.office(), _month(month)
    now = office.database.clock()
    with office.database.snapshot(actor.division, actor.department) as session:
        place = divisions.township(session, township, actor.division)
        fund = fund_queries.fund_of(session, township)
        made = fund_queries.statement(session, fund, month)
        closed = fund_queries.closed_month(session, fund.id, month)
        if kind == "xlsx":
            content, media = statements.spreadsheet(made, place, now), SPREADSHEET
        else:
            closed_by = "" if closed is None else closed.closed_by
            address = office.settings.public_address + url_for("funds.ledger", township=township, month=month)
            content, media = statements.pdf(session, made, place, closed_by, now, address), "application/pdf"
    name = f"{place}{statements.TITLE}-{month}.{'xlsx' if kind == 'xlsx' else 'pdf'}"
    return send_file(io.BytesIO(content), mimetype=media, download_name=name)


def _month(text: str) -> str:
    try:
        return str(reading.month(text))
    except Unreadable as fault:
        raise Invalid(reason=fault.reason) from None
