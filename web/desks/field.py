"""外出调查: the day's forms on a phone or tablet without a network.

The page itself contains no data: forms are downloaded once, encrypted on the device with the person's PIN,
and expire. Uploading them saves drafts, attachments and signatures as at the desk.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template
from flask_wtf.csrf import generate_csrf

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import queries, queues
from processes.cases.models import WorkItem
from processes.cases.status import WorkItemStatus
from processes.people import queries as people
from processes.policy import values
from processes.releases import forms as schemas
from processes.releases import publish
from web import answers, auth, reads
from web.require import public, require

desk = Blueprint("field", __name__)
KEPT_FOR = timedelta(hours=36)
_WORKER = Path(__file__).parent.parent / "static" / "sw.js"


@desk.get("/field")
@require(Permission.TASK_WORK)
def page(actor: Actor) -> Any:
    """Show the page that works without a network."""
    return render_template("field/page.html")


@desk.get("/sw.js")
@public
def worker() -> Response:
    """Return the service worker, which stores the page on the device, but no data."""
    return Response(_WORKER.read_text(encoding="utf-8"), mimetype="text/javascript")


@desk.get("/field/carry")
@require(Permission.TASK_WORK)
def carry(actor: Actor) -> Any:
    """Return the person's own open steps that have a form."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        mine = queues.worklist(session, actor, queues.Wanted("mine")).rows
        found = [_carried(office, session, item, actor) for item in mine if item.form]
    if found:
        reads.note(actor, "case_carried", *dict.fromkeys(one["number"] for one in found))
    return jsonify(
        items=found, person=actor.account_id, csrf=generate_csrf(),
        keep_seconds=int(KEPT_FOR.total_seconds()),
    )  # fmt: skip


@desk.get("/field/items/<int:item_id>")
@require(Permission.TASK_WORK)
def now(actor: Actor, item_id: int) -> Any:
    """Return the current state of a step, to compare with the offline copy."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        item = session.get(WorkItem, item_id)
        if item is None or item.status != WorkItemStatus.OPEN or item.claimed_by_id != actor.account_id:
            return jsonify(gone=True, csrf=generate_csrf())
        carried = _carried(office, session, item, actor)
    reads.note(actor, "case_read", carried["number"])
    return jsonify(carried | {"gone": False, "csrf": generate_csrf()})


def _carried(office: Any, session: Any, item: WorkItem, actor: Actor) -> dict[str, Any]:
    case = queries.case_by_number(session, item.case_number)
    bundle = publish.open_release(session, case.release_id)
    household = people.household(session, case.household_id)
    node = bundle.definition(case.process).node_at(item.ref)
    schema = answers.form_of(office, item, bundle, answers.known(office, case, bundle), actor)
    return {
        "id": item.id, "number": item.case_number, "title": item.title, "applicant": item.applicant,
        "address": household.address, "version": item.version, "draft_version": item.draft_version,
        "schema": schema, "base": values.plain(item.draft or {}),
        "labels": {f["key"]: schemas.label_of(f) for f in schemas.fields_of(schema)},
        "handwriting": "" if node is None else node.properties.get("handwriting", ""),
    }  # fmt: skip
