"""Recorder of scenarios: steps through a draft with its real forms; adds a new step to all scenarios."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.engine import behind
from processes.errors import Invalid, NotFound, YimenError
from processes.office.studio.drafts import AddDraftFile, ReplaceDraftFiles
from processes.people import forms as kinds
from processes.policy import values
from processes.policy.calendar import civil_date
from processes.rehearsal import county, extending, recording, scenarios
from processes.releases import drafts, publish
from processes.releases.bundle import Bundle
from processes.texts import pairs, tr
from web import auth, budgets, forms
from web.require import require

desk = Blueprint("recorder", __name__)
_FACTS = (
    "scenario",
    "cites",
    "programme",
    "process",
    "at",
    "division",
    "fund",
    "household",
    "application",
    "steps",
)


@desk.get("/studio/<int:draft_id>/record")
@require(Permission.STUDIO, reads="studio_read")
@budgets.spends(budgets.CHECKS)
def page(actor: Actor, draft_id: int) -> Any:
    """Show the recorder: a household and an application to begin with, then step by step."""
    office = auth.office()
    with office.database.reading("") as session:
        draft = drafts.one(session, draft_id)
        bundle = drafts.bundle_of(draft)
    offered = {
        "programme": bundle.id,
        "today": civil_date(office.database.clock()).isoformat(),
        "starts": [
            {"process": s.process, "title": s.title, "form": bundle.form(s.form)}
            for s in bundle.starts.values()
        ],
        "patterns": _patterns(bundle, office.settings.content),
        "divisions": [
            [f"demo/{t}/{v}", f"{township}{village}"]
            for t, township in enumerate(county.TOWNSHIPS, start=1)
            for v, village in enumerate(county.VILLAGES, start=1)
        ],
        "incomes": list(kinds.INCOME_KINDS.items()),
        "relations": pairs(kinds.RELATIONS),
    }
    return render_template("recorder/page.html", draft=draft, offered=offered)


@desk.post("/studio/<int:draft_id>/record/look")
@require(Permission.STUDIO)
@budgets.spends(budgets.RENDERINGS)
def look(actor: Actor, draft_id: int) -> Any:
    """Play the steps so far and return the open ones."""
    return jsonify(_played(draft_id, forms.body()))


@desk.post("/studio/<int:draft_id>/record/save")
@require(Permission.STUDIO)
@budgets.spends(budgets.RENDERINGS)
def save(actor: Actor, draft_id: int) -> Any:
    """Save the recording as a scenario of the draft, with its result as the expectation."""
    body = forms.body()
    content = _content(body)
    found = _played(draft_id, body)
    if found["fault"]:
        raise Invalid(reason=found["fault"])
    name = f"scenarios/{str(body.get('name', '')).strip()}.yaml"
    text = recording.written_down({**content, "expect": recording.expected(found)})
    auth.office().perform(AddDraftFile(draft_id, name, text), actor)
    return jsonify(name=name)


@desk.get("/studio/<int:draft_id>/new-step")
@require(Permission.STUDIO, reads="studio_read")
def new_step(actor: Actor, draft_id: int) -> Any:
    """Show the form that adds a new step to the scenarios: after which step, with which values."""
    with auth.office().database.reading("") as session:
        draft = drafts.one(session, draft_id)
        bundle = drafts.bundle_of(draft)
        base = drafts.base_of(session, draft)
    steps = _steps(bundle)
    before = _steps(base)
    added = [s for s in steps if s not in before] or list(steps)
    task = request.args.get("task") or added[0]
    after = request.args.get("after") or _before(bundle, task) or next((s for s in steps if s != task), "")
    if task not in steps or after not in steps:
        raise NotFound()
    return render_template(
        "recorder/new_step.html", draft=draft, steps=steps, added=added, task=task, after=after,
        schema=bundle.form(steps[task][1]) or {"type": "default", "components": []},
        target=url_for("recorder.put_step", draft_id=draft_id, task=task, after=after),
    )  # fmt: skip


@desk.post("/studio/<int:draft_id>/new-step")
@require(Permission.STUDIO)
def put_step(actor: Actor, draft_id: int) -> Any:
    """Add the step to every scenario that completes the one before it."""
    with auth.office().database.reading("") as session:
        files = drafts.bundle_of(drafts.one(session, draft_id)).files
    data = forms.body().get("data")
    changed = extending.with_step(
        files,
        request.args.get("after", ""),
        request.args.get("task", ""),
        data if isinstance(data, dict) else {},
    )
    if not changed:
        raise Invalid(reason=tr("没有需要补这个环节的情景"))
    auth.office().perform(ReplaceDraftFiles(draft_id, changed), actor)
    return jsonify(address=url_for("studio.one", draft_id=draft_id, _anchor="rehearsal"), count=len(changed))


@desk.post("/studio/<int:draft_id>/new-step/undo")
@require(Permission.STUDIO)
def take_step_out(actor: Actor, draft_id: int) -> Any:
    """Remove an added step from every scenario."""
    with auth.office().database.reading("") as session:
        files = drafts.bundle_of(drafts.one(session, draft_id)).files
    changed = extending.without_step(files, request.form.get("task", ""))
    if not changed:
        raise Invalid(reason=tr("情景中没有这个环节"))
    auth.office().perform(ReplaceDraftFiles(draft_id, changed), actor)
    return redirect(url_for("studio.one", draft_id=draft_id, _anchor="rehearsal"))


def _steps(bundle: Bundle) -> dict[str, tuple[str, str]]:
    """The steps of people, by id: title and form."""
    found: dict[str, tuple[str, str]] = {}
    for start in bundle.starts.values() if bundle.files else ():
        for diagram in bundle.definition(start.process).diagrams.values():
            for node in diagram.nodes.values():
                if node.is_offered:
                    found[node.id] = (node.name or node.id, node.properties.get("form", ""))
    return found


def _before(bundle: Bundle, task: str) -> str:
    """The step of people before a step; "" if there is none."""
    found = (behind.step_before(bundle.definition(start.process), task) for start in bundle.starts.values())
    return next(filter(None, found), "")


def _played(draft_id: int, body: dict[str, Any]) -> dict[str, Any]:
    office = auth.office()
    with office.database.reading("") as session:
        bundle = drafts.bundle_of(drafts.one(session, draft_id))
        others = [publish.open_release(session, r.id) for r in publish.published_programmes(session)]
    beside = [b for b in others if b.id != bundle.id]
    return recording.look(office.settings, bundle, beside, _content(body))


def _content(body: dict[str, Any]) -> dict[str, Any]:
    content = body.get("content")
    if not isinstance(content, dict):
        raise Invalid(reason=tr("没有收到录制的内容"))
    return {k: content[k] for k in _FACTS if content.get(k) not in (None, "")}


def _patterns(bundle: Bundle, folder: Any) -> list[dict[str, Any]]:
    """Households and applications of existing scenarios, as a start; a broken file offers none."""
    found = []
    for name in sorted(n for n in bundle.files if n.startswith("scenarios/")):
        try:
            first = scenarios.parse(bundle.files[name], folder / name)[0].content
        except YimenError:
            continue
        kept = ("scenario", "process", "division", "at", "fund", "household", "application")
        found.append({k: values.plain(first[k]) for k in kept if k in first})
    return found
