"""A step: its form, the draft, and possible actions."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from processes.access import accounts
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import duties, participants, queries, rules
from processes.cases.status import CosignMode, WorkItemStatus
from processes.decisions import snapshots
from processes.engine import returns, runtime
from processes.errors import Invalid
from processes.office.steps.claim import ClaimTask, ReleaseTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.draft import SaveDraft
from processes.office.steps.handwriting import WriteByHand
from processes.office.steps.recompute import Recompute
from processes.office.steps.send_back import ReturnTask
from processes.office.steps.transfer import TransferTask
from processes.people import queries as people
from processes.policy import values
from processes.policy.calendar import civil_date
from processes.releases import clauses, publish
from processes.releases import forms as schemas
from processes.texts import tr
from web import answers, auth, decision_view, forms, next_place, step_summary, uploads
from web.require import require

desk = Blueprint("tasks", __name__)
PNG = "data:image/png;base64,"


@desk.get("/cases/<string:number>/tasks/<int:item_id>")
@require(Permission.TASK_WORK, reads="case_read")
def one(actor: Actor, number: str, item_id: int) -> Any:
    """Show the form of a step with its draft, and the case beside it."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        case = queries.case_by_number(session, number)
        item = queries.item(session, number, item_id)
        if item.status != WorkItemStatus.OPEN or not rules.may_work(item, actor):
            return redirect(url_for("cases.one", number=number))
        bundle = publish.open_release(session, case.release_id)
        items = queries.items(session, case.id)
        _demand_apart(office, case, bundle, item, items, actor)
        known = answers.known(office, case, bundle)
        may_see = actor.may(Permission.HOUSEHOLD_READ)
        household = people.household(session, case.household_id) if may_see else None
        offers = answers.offered(known, household)
        sees = may_see and not case.department
        summary = step_summary.of_case(
            session,
            case,
            bundle,
            items,
            offers,
            household if sees else None,
            civil_date(office.database.clock()),
        )
        card = decision_view.of_case(office, session, case, bundle, known) if sees else None
        return render_template(
            "tasks/page.html",
            case=case,
            item=item,
            summary=summary,
            materials=summary.materials,
            may_attach=True,
            card=card,
            changed=card.changed if card is not None else snapshots.changes(session, case) if sees else (),
            documentation=_documentation(bundle, case, item),
            basis=_basis(office, bundle, case, item),
            handwriting=_handwriting(bundle, case, item),
            schema=answers.form_of(office, item, bundle, known, actor),
            data=values.plain(item.draft or {}),
            token=str(uuid4()),
            earlier=_earlier(office, case, bundle, items),
            colleagues=[
                a for a in accounts.colleagues(session, item.role, item.division) if a.id != actor.account_id
            ],
            people=[
                a for a in answers.reachable(office, item.division, item.role) if a.id != actor.account_id
            ],
            modes=CosignMode.titles(),
            involved=participants.of_item(session, item.id),
            standing_in=_standing_in(item, actor),
            answers=_answers(bundle, items, offers),
            application=answers.application(offers, case, bundle),
        )


def _demand_apart(office: Any, case: Any, bundle: Any, item: Any, items: list[Any], actor: Actor) -> None:
    """Excluded people get a message instead of the form."""
    away = rules.demand_worker(item, actor)
    # The whole county: another account of the same person may belong to another division.
    with office.database.reading("") as session:
        duties.demand_apart(
            session, case, bundle, item, items, actor.account_id, None if away is None else away.account_id
        )


def _standing_in(item: Any, actor: Actor) -> str:
    """The absent person for whom the actor would work on the step, if any."""
    away = rules.demand_worker(item, actor)
    return "" if away is None else away.name


def _documentation(bundle: Any, case: Any, item: Any) -> str:
    node = bundle.definition(case.process).node_at(item.ref)
    return "" if node is None else node.documentation


def _basis(office: Any, bundle: Any, case: Any, item: Any) -> list[clauses.Clause]:
    """The clauses of the county's text that the step carries out."""
    node = bundle.definition(case.process).node_at(item.ref)
    return [] if node is None else clauses.of(office.settings.content, node.clauses)


def _handwriting(bundle: Any, case: Any, item: Any) -> str:
    """Whose handwriting the step needs, or ""."""
    node = bundle.definition(case.process).node_at(item.ref)
    return "" if node is None else node.properties.get("handwriting", "")


def _answers(bundle: Any, items: list[Any], offers: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What earlier steps entered, formatted, latest first."""
    found = []
    for item in reversed(items):
        schema = bundle.form(item.form) if item.form else None
        if item.status == WorkItemStatus.DONE and schema is not None:
            labels = {f["key"]: schemas.label_of(f) for f in schemas.fields_of(schema)}
            answers = schemas.shown(schemas.resolved(schema, lambda: offers), item.submission or {})
            found.append(
                {"title": item.title, "by": item.completed_by, "at": item.completed_at,
                 "lines": [(labels[k], v) for k, v in answers.items()]}
            )  # fmt: skip
    return found


def _earlier(office: Any, case: Any, bundle: Any, items: list[Any]) -> list[dict[str, str]]:
    facts = bundle.facts(office.database.clock(), case.division)
    definition = bundle.definition(case.process)
    state = runtime.restore(definition, case.state, facts)
    found = []
    for ref in returns.earlier_steps(definition, state):
        node = definition.node_at(ref)
        done = [i for i in items if i.ref == ref and i.status == WorkItemStatus.DONE]
        found.append(
            {
                "ref": ref,
                "title": "" if node is None else node.name,
                "by": done[-1].completed_by if done else "",
            }
        )
    return found


@desk.post("/cases/<string:number>/tasks/<int:item_id>/handwriting")
@require(Permission.TASK_WORK)
def write_by_hand(actor: Actor, number: str, item_id: int) -> Any:
    """Store a signature written on the screen."""
    body = forms.body()
    try:
        picture = b64decode(str(body.get("picture", "")).removeprefix(PNG), validate=True)
    except ValueError:
        raise Invalid(reason=tr("没有收到签名")) from None
    uploads.let_in(actor, tr("手写签名"), picture)
    command = WriteByHand(item_id, forms.whole(body.get("version")), picture)
    return jsonify(auth.office().perform(command, actor))


@desk.post("/cases/<string:number>/tasks/<int:item_id>/complete")
@require(Permission.TASK_WORK)
def complete(actor: Actor, number: str, item_id: int) -> Any:
    """Finish the step."""
    body = forms.body()
    signers = body.get("signers")
    command = CompleteTask(
        item_id, forms.whole(body.get("version")), forms.part(body, "data"), str(body.get("token", ""))[:64],
        tuple(forms.whole(s) for s in signers) if isinstance(signers, list) else (),
        str(body.get("mode", CosignMode.ALL)), forms.whole(body.get("quorum", 0)),
    )  # fmt: skip
    auth.office().perform(command, actor)
    auth.note_finished(item_id)
    return jsonify(address=next_place.after(actor, number))


@desk.post("/cases/<string:number>/tasks/<int:item_id>/draft")
@require(Permission.TASK_WORK)
def draft(actor: Actor, number: str, item_id: int) -> Any:
    """Save the draft."""
    body = forms.body()
    command = SaveDraft(
        item_id,
        forms.whole(body.get("version")),
        forms.part(body, "data"),
        forms.whole(body.get("draft_version", 0)),
        body.get("overwrite") is True,
    )
    return jsonify(auth.office().perform(command, actor))


@desk.post("/cases/<string:number>/tasks/<int:item_id>/claim")
@require(Permission.TASK_WORK)
def claim(actor: Actor, number: str, item_id: int) -> Any:
    """Claim the step and open its form."""
    auth.office().perform(ClaimTask(item_id, _version()), actor)
    return redirect(url_for("tasks.one", number=number, item_id=item_id))


@desk.post("/cases/<string:number>/tasks/<int:item_id>/release")
@require(Permission.TASK_WORK)
def release(actor: Actor, number: str, item_id: int) -> Any:
    """Release the step to the office's queue."""
    auth.office().perform(ReleaseTask(item_id, _version()), actor)
    return redirect(url_for("worklist.queue"))


@desk.post("/cases/<string:number>/tasks/<int:item_id>/transfer")
@require(Permission.TASK_TRANSFER)
def transfer(actor: Actor, number: str, item_id: int) -> Any:
    """Transfer the step to a colleague."""
    to = forms.whole(_field("to"))
    auth.office().perform(TransferTask(item_id, _version(), to, _field("reason")), actor)
    return redirect(url_for("worklist.queue"))


@desk.post("/cases/<string:number>/tasks/<int:item_id>/return")
@require(Permission.TASK_RETURN)
def send_back(actor: Actor, number: str, item_id: int) -> Any:
    """Send the case back to an earlier step."""
    command = ReturnTask(
        item_id, _version(), _field("to"), _field("reason"), _field("token")[:64], _field("straight") == "1"
    )
    auth.office().perform(command, actor)
    return redirect(url_for("cases.one", number=number))


@desk.post("/cases/<string:number>/tasks/<int:item_id>/recompute")
@require(Permission.TASK_WORK)
def recompute(actor: Actor, number: str, item_id: int) -> Any:
    """Take a new snapshot of the household and recompute."""
    auth.office().perform(Recompute(item_id, _version(), _field("token")[:64]), actor)
    return redirect(url_for("cases.one", number=number))


def _version() -> int:
    return forms.whole(_field("version"))


def _field(name: str) -> str:
    return request.form.get(name, "")
