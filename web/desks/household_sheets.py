"""Registration of families by spreadsheet: template, check of a filled one, and registration."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, render_template, send_file
from sqlalchemy.orm import Session

from processes.access import divisions
from processes.access.models import Division
from processes.access.permissions import Permission
from processes.access.scope import TOWNSHIP_DIGITS, Actor
from processes.coordination import working_age
from processes.errors import AttachmentRefused
from processes.papers import blank_family_sheet, family_sheet, lists
from processes.policy.calendar import civil_date
from processes.texts import tr
from web import auth, budgets, uploads
from web.require import require

desk = Blueprint("household_sheets", __name__)


@desk.get("/households/sheet")
@require(Permission.HOUSEHOLD_WRITE)
def upload_form(actor: Actor) -> Any:
    """Show the upload form."""
    return render_template("household_sheets/page.html", read=None)


@desk.get("/households/sheet/blank.xlsx")
@require(Permission.HOUSEHOLD_WRITE)
@budgets.spends(budgets.EXPORTS)
def blank(actor: Actor) -> Any:
    """Return the template, with the villages of the user."""
    office = auth.office()
    with office.database.reading(actor.division) as session:
        names = [name for name, code in _places(session, actor).items() if code]
    content = blank_family_sheet.spreadsheet(names, office.database.clock())
    name = f"{blank_family_sheet.TITLE}.xlsx"
    return send_file(io.BytesIO(content), mimetype=lists.MEDIA, download_name=name, as_attachment=True)


@desk.post("/households/sheet")
@require(Permission.HOUSEHOLD_WRITE)
@budgets.spends(budgets.UPLOADS)
def check(actor: Actor) -> Any:
    """Show the content of a filled spreadsheet, family by family; nothing is saved or looked up."""
    upload = uploads.one(actor)
    if upload is None:
        raise AttachmentRefused(reason=tr("请选择填好的表格"))
    today = civil_date(auth.office().database.clock())
    with auth.office().database.reading(actor.division) as session:
        known = family_sheet.Known(_places(session, actor), today, _ages(session, actor, today))
    read = family_sheet.read(upload.content, known)
    ready = [
        {"form": one.form, "token": one.token, "row": n}
        for n, one in enumerate(read.families)
        if not one.faults
    ]
    return render_template("household_sheets/page.html", read=read, ready=ready, file=upload.name)


def _ages(session: Session, actor: Actor, today: date) -> tuple[int, int] | None:
    ages = working_age.bounds(session, actor, today)
    return None if ages is None else (ages["child"], ages["elderly"])


def _places(session: Session, actor: Actor) -> dict[str, str]:
    """Villages in scope by name, by township and name, and by code; an ambiguous name maps to ""."""
    villages = divisions.villages(session, actor.division)
    towns = {t.code: t.name for t in divisions.townships(session, actor.division[:6])}
    found: dict[str, str] = {}
    for village in villages:
        found[village.name] = "" if village.name in found else village.code
    return found | {_full(village, towns): village.code for village in _namesakes(villages, found)}


def _namesakes(villages: Sequence[Division], found: dict[str, str]) -> list[Division]:
    return [village for village in villages if not found[village.name]]


def _full(village: Division, towns: dict[str, str]) -> str:
    return f"{towns.get(village.code[:TOWNSHIP_DIGITS], '')}{village.name}"
