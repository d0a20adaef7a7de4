"""The studio: supervisors change diagrams, tables, forms and parameters, and publish with a second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from processes.access import divisions
from processes.access.permissions import ROLE_TITLES, Permission
from processes.access.scope import Actor
from processes.errors import ContentFault, FormInvalid, Invalid, NotFound, Unreadable, YimenError
from processes.office.command import Command
from processes.office.studio.drafts import (
    AddDraftFile,
    ApproveDraft,
    AskRehearsal,
    AskSimulation,
    BeginProgramme,
    DiscardDraft,
    DropDraftFile,
    OpenDraft,
    ProposeDraft,
    SaveDraftFile,
    TakeBackDraft,
)
from processes.papers import template_fields
from processes.policy import reading
from processes.policy.calendar import civil_date
from processes.rehearsal import extending, failures, scenarios
from processes.releases import (
    cell_words,
    clauses,
    compare,
    drafts,
    file_titles,
    lint,
    policy_file,
    publish,
    sheet_file,
    skeletons,
)
from processes.releases.bundle import Bundle, ClockRule
from processes.texts import tr
from processes.verbs import registry
from web import auth, budgets, forms, uploads
from web.errors import status_of
from web.require import require

desk = Blueprint("studio", __name__)


class RowFile(Protocol):
    """A kind of file that is edited as a table (`policy_file`, `sheet_file`)."""

    def rows(self, text: str) -> list[dict[str, Any]]:
        """Parse rows from the text."""

    def written(self, text: str, wanted: Sequence[Mapping[str, Any]]) -> str:
        """Return the text with these rows, keeping its comments."""


REFUSED = ("expression_refused", "not_executable")


@desk.get("/studio")
@require(Permission.STUDIO)
def home(actor: Actor) -> Any:
    """Show programmes with their releases, and drafts."""
    return _home()


def _home(faults: Mapping[str, Sequence[str]] | None = None, fault: str = "") -> str:
    with auth.office().database.reading("") as session:
        return render_template(
            "studio/list.html",
            programmes=publish.published_programmes(session),
            drafts=drafts.listed(session),
            faults=faults or {},
            fault=fault,
            typed=request.form,
        )


@desk.post("/studio/new")
@require(Permission.STUDIO)
def begin(actor: Actor) -> Any:
    """Begin a new programme; errors are shown at their field, with the input."""
    command = BeginProgramme(*(request.form.get(field, "") for field in ("name", "title", "code")))
    try:
        begun = auth.office().perform(command, actor)
    except FormInvalid as refused:
        return _home(refused.fields, refused.message), status_of(refused)
    return redirect(url_for("studio.one", draft_id=begun.draft))


@desk.post("/studio/open/<string:programme>")
@require(Permission.STUDIO)
def open_draft(actor: Actor, programme: str) -> Any:
    """Open a draft of a programme."""
    opened = auth.office().perform(OpenDraft(programme), actor)
    return redirect(url_for("studio.one", draft_id=opened.draft))


@desk.get("/studio/<int:draft_id>")
@require(Permission.STUDIO, reads="studio_read")
@budgets.spends(budgets.CHECKS)
def one(actor: Actor, draft_id: int) -> Any:
    """Show a draft: its files, problems, results of scenarios, changes."""
    with auth.office().database.reading("") as session:
        draft = drafts.one(session, draft_id)
        bundle = drafts.bundle_of(draft)
        base = drafts.base_of(session, draft)
        today = civil_date(auth.office().database.clock())
        run = draft.rehearsal
        return render_template(
            "studio/draft.html",
            failures=failures.grouped(run["failed"], failures.titles_of(bundle)) if run.get("failed") else [],
            draft=draft,
            files=file_titles.by_kind(bundle),
            titles={n: t for _, files in file_titles.by_kind(bundle) for t, n in files},
            new_steps=dict(_added(base, bundle)),
            put_in=[s for s in _added(base, bundle) if extending.has_step(bundle.files, s[0])],
            added=sorted({*bundle.files} - {*base.files}),
            problems=lint.lint_bundle(bundle, registry.office_for_lint()),
            differences=compare.differences(base, bundle),
            is_current=draft.rehearsal.get("digest") == bundle.digest,
            is_green=publish.is_green(session, bundle.digest),
            today=today,
            changes=drafts.changes(session, draft_id),
            touches_money=drafts.touches_money(base, bundle),
            is_simulated=draft.simulation.get("digest") == bundle.digest,
            places=divisions.names(session, [p["township"] for p in draft.simulation.get("places", [])]),
        )


@desk.get("/studio/<int:draft_id>/file/<path:name>")
@require(Permission.STUDIO, reads="studio_read")
def edit(actor: Actor, draft_id: int, name: str) -> Any:
    """Show the editor of a file: a diagram editor, or a text editor."""
    with auth.office().database.reading("") as session:
        draft = drafts.one(session, draft_id)
        bundle = drafts.bundle_of(draft)
        if name not in bundle.files:
            raise NotFound()
        return render_template(
            "studio/file.html",
            draft=draft,
            name=name,
            title=file_titles.title(bundle, name),
            fields=template_fields.of_template(bundle, name.rsplit("/", 1)[-1]) if "papers/" in name else [],
            seen=drafts.mark(bundle.files[name]),
            text=bundle.files[name].decode(errors="replace"),
            is_diagram=name.endswith(".bpmn"),
            kind=name.rsplit(".", 1)[-1],
            offered=_offered(bundle, _elsewhere(session)),
        )


@desk.post("/studio/<int:draft_id>/file/<path:name>")
@require(Permission.STUDIO)
@budgets.spends(budgets.CHECKS)
def save(actor: Actor, draft_id: int, name: str) -> Any:
    """Save a file, and return its problems."""
    body = forms.body()
    text = str(body.get("text", ""))
    command = SaveDraftFile(draft_id, forms.whole(body.get("version")), name, text, str(body.get("seen", "")))
    saved = auth.office().perform(command, actor)
    return jsonify(version=saved.version, seen=drafts.mark(text.encode()), problems=_problems(draft_id, name))


@desk.post("/studio/<int:draft_id>/lint/<path:name>")
@require(Permission.STUDIO)
@budgets.spends(budgets.CHECKS)
def check(actor: Actor, draft_id: int, name: str) -> Any:
    """Return the problems of a file in the editor; saves nothing."""
    return jsonify(problems=_problems(draft_id, name, str(forms.body().get("text", ""))))


@desk.post("/studio/policy-rows")
@require(Permission.STUDIO)
@budgets.spends(budgets.CHECKS)
def policy_rows(actor: Actor) -> Any:
    """Return a parameter file as rows; given rows, the file with those, keeping its comments. Saves nothing."""
    return _rows_of(policy_file)


@desk.post("/studio/sheet-rows")
@require(Permission.STUDIO)
@budgets.spends(budgets.CHECKS)
def sheet_rows(actor: Actor) -> Any:
    """Return a calculation sheet as lines; given lines, the file with those, keeping its comments. Saves nothing."""
    return _rows_of(sheet_file)


def _rows_of(kind: RowFile) -> Any:
    """The file of the request as rows; given rows, the file with those."""
    body = forms.body()
    text, wanted = str(body.get("text", "")), body.get("rows")
    if isinstance(wanted, list) and all(isinstance(row, dict) for row in wanted):
        return jsonify(text=kind.written(text, wanted))
    return jsonify(rows=kind.rows(text))


@desk.post("/studio/<int:draft_id>/files")
@require(Permission.STUDIO)
@budgets.spends(budgets.CHECKS)
def add(actor: Actor, draft_id: int) -> Any:
    """Add a new file, empty or uploaded."""
    name = request.form.get("name", "").strip()
    upload = uploads.one(actor)
    try:
        text = upload.content.decode() if upload is not None else skeletons.skeleton(name)
    except UnicodeDecodeError:
        raise Invalid(reason=tr("只能导入文本文件（UTF-8）")) from None
    _demand_harmless(draft_id, name, text)
    auth.office().perform(AddDraftFile(draft_id, name, text), actor)
    return redirect(url_for("studio.edit", draft_id=draft_id, name=name))


@desk.post("/studio/<int:draft_id>/drop/<path:name>")
@require(Permission.STUDIO)
def drop(actor: Actor, draft_id: int, name: str) -> Any:
    """Remove a file."""
    auth.office().perform(DropDraftFile(draft_id, name), actor)
    return redirect(url_for("studio.one", draft_id=draft_id))


@desk.post("/studio/<int:draft_id>/<string:act>")
@require(Permission.STUDIO)
@budgets.spends(budgets.REHEARSALS)
def act(actor: Actor, draft_id: int, act: str) -> Any:
    """Rehearse, propose, take back, approve or discard a draft."""
    commands: dict[str, Command[Any]] = {
        "rehearse": AskRehearsal(draft_id),
        "take-back": TakeBackDraft(draft_id),
        "approve": ApproveDraft(draft_id),
        "discard": DiscardDraft(draft_id),
    }
    if act == "simulate":
        commands[act] = AskSimulation(draft_id, _day(request.form.get("on", "")))
    if act == "propose":
        commands[act] = ProposeDraft(
            draft_id, request.form.get("note", ""), _day(request.form.get("from", ""))
        )
    if act not in commands:
        raise Invalid(reason=tr("没有这样的操作"))
    auth.office().perform(commands[act], actor)
    return redirect(url_for("studio.one", draft_id=draft_id))


def _added(base: Bundle, bundle: Bundle) -> list[tuple[str, str]]:
    """Steps of people that the draft adds: id and title; a diagram that cannot be read adds none."""
    known = {name for d in compare.diagrams(base) for name in d.nodes}
    try:
        drawn = list(compare.diagrams(bundle))
    except ContentFault:
        return []
    return [
        (node.id, node.name or node.id)
        for d in drawn
        for node in d.nodes.values()
        if node.is_offered and node.id not in known
    ]


def _problems(draft_id: int, name: str, text: str | None = None) -> list[dict[str, str]]:
    with auth.office().database.reading("") as session:
        bundle = drafts.bundle_of(drafts.one(session, draft_id))
    if name not in bundle.files:
        raise NotFound()
    if text is not None:
        bundle = Bundle({**bundle.files, name: text.encode()})
    if name.endswith(".yaml"):
        return _scenario_problems(name, bundle.files[name])
    found = lint.lint_bundle(bundle, registry.office_for_lint(), only=name)
    return [{"element": p.element, "rule": p.rule, "message": p.message} for p in found]


def _demand_harmless(draft_id: int, name: str, text: str) -> None:
    """Refuse a file with expressions that may never be evaluated, and name them."""
    with auth.office().database.reading("") as session:
        bundle = drafts.bundle_of(drafts.one(session, draft_id))
    beside = Bundle({**bundle.files, name: text.encode()})
    found = lint.lint_bundle(beside, registry.office_for_lint(), only=name)
    refused = [
        tr("{element}：{message}", element=p.element, message=p.message) for p in found if p.rule in REFUSED
    ]
    if refused:
        raise Invalid(reason=tr("文件没有导入：{refused}", refused=tr("；").join(refused)))


def _scenario_problems(name: str, written: bytes) -> list[dict[str, str]]:
    try:
        scenarios.parse(written, Path(name))
    except YimenError as fault:
        return [{"element": "", "rule": "scenario", "message": fault.message}]
    return []


def _elsewhere(session: Session) -> dict[str, str]:
    """Titles of every programme in force and of its processes, by their keys."""
    found = {}
    for release in publish.published_programmes(session):
        found[release.programme] = release.title
        starts = publish.open_release(session, release.id).starts.values()
        found |= {start.process: start.title for start in starts}
    return found


def _offered(bundle: Bundle, elsewhere: Mapping[str, str]) -> dict[str, Any]:
    """Choices for the properties panel; a broken file offers none and stops nothing."""
    return {
        "forms": sorted(
            (list(pair) for pair in cell_words.form_titles(bundle).items()), key=lambda pair: pair[1]
        ),
        "cells": _cells(bundle, elsewhere),
        "clauses": clauses.cited(auth.office().settings.content),
        "clocks": _some(lambda: [[k.name, k.title, _length(bundle, k)] for k in bundle.clocks.values()]),
        "papers": _some(lambda: [[p.id, p.title] for p in bundle.papers.values()]),
        "roles": [[str(r), t] for r, t in ROLE_TITLES.items()],
        "decisions": [list(d) for d in compare.decisions(bundle)],
        "verbs": [
            {"name": v.name, "title": v.title, "description": v.description, "parameters": list(v.parameters)}
            for v in registry.all_verbs().values()
        ],
        "parameters": _some(lambda: sorted(bundle.policy.parameters)),
    }


def _cells(bundle: Bundle, elsewhere: Mapping[str, str]) -> dict[str, Any]:
    try:
        return cell_words.of_cells(bundle, elsewhere)
    except YimenError:
        return {"columns": {}, "names": {}, "common": cell_words.COMMON, "parameters": {}}


def _length(bundle: Bundle, clock: ClockRule) -> str:
    """The length and warnings of a clock, for the panel."""
    parameter = bundle.policy.parameters.get(clock.budget)
    latest = "" if parameter is None or not parameter.values else f"{parameter.values[-1].value} {clock.unit}"
    title = clock.budget if parameter is None else parameter.title
    shares = [
        "" if p is None or not p.values else f"{p.values[-1].value:.0%}"
        for p in (bundle.policy.parameters.get(f"clock.warning.{c}") for c in ("yellow", "red"))
    ]
    return tr(
        "{replace}（参数“{title}”），从服务操作“开始计时”的次日起算；剩余期限不足 {shares} 时亮黄灯，不足 {shares2} 时亮红灯",
        replace=latest.replace("working_days", "个工作日").replace("calendar_days", "天"),
        title=title,
        shares=shares[0],
        shares2=shares[1],
    )


def _some(read: Callable[[], list[Any]]) -> list[Any]:
    try:
        return read()
    except YimenError:
        return []


def _day(text: str) -> date:
    try:
        return reading.day(text)
    except Unreadable:
        raise Invalid(reason=tr("生效日期应写作 2026-03-02 的形式")) from None
