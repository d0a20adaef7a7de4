"""Releases of a programme: what each one changed, who runs under it, putting one back, taking cases along."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import migration_queries
from processes.engine.migration import Kind
from processes.errors import Invalid
from processes.office.command import Command
from processes.office.studio.drafts import OpenDraft
from processes.office.studio.migrating import (
    ChooseMigration,
    DropMigration,
    PlanMigration,
    RunMigration,
    UndoMigration,
)
from processes.policy.calendar import civil_date
from processes.releases import publish
from web import auth, budgets, forms
from web.require import require

desk = Blueprint("releases", __name__)


@desk.get("/releases/<string:programme>")
@require(Permission.STUDIO)
def all_of(actor: Actor, programme: str) -> Any:
    """Every release with the unfinished cases that run under it."""
    office = auth.office()
    with office.database.reading("") as session:
        releases = publish.releases_of(session, programme)
        current = publish.current_id(session, programme, civil_date(office.database.clock()))
        batches = [b for b in migration_queries.listed(session) if b.programme == programme]
        return render_template(
            "releases/list.html",
            releases=releases,
            current=current,
            unfinished=migration_queries.unfinished_by_release(session, programme),
            batches=batches,
        )


@desk.post("/releases/<string:programme>/restore")
@require(Permission.STUDIO)
def restore(actor: Actor, programme: str) -> Any:
    """A draft with the content of an earlier release, to be published again."""
    number = forms.whole(request.form.get("number"))
    opened = auth.office().perform(OpenDraft(programme, number), actor)
    return redirect(url_for("studio.one", draft_id=opened.draft))


@desk.post("/releases/<string:programme>/migrate")
@require(Permission.STUDIO)
@budgets.spends(budgets.REHEARSALS)
def plan(actor: Actor, programme: str) -> Any:
    """Look at what would become of the unfinished cases of a release under another one."""
    command = PlanMigration(
        programme, forms.whole(request.form.get("from")), forms.whole(request.form.get("to"))
    )
    made = auth.office().perform(command, actor)
    return redirect(url_for("releases.batch", batch_id=made.batch))


@desk.get("/migrations/<int:batch_id>")
@require(Permission.STUDIO)
def batch(actor: Actor, batch_id: int) -> Any:
    """A batch: verdict and reasons per case, choices, progress, what became of each."""
    kind = request.args.get("kind", "")
    with auth.office().database.reading("") as session:
        found = migration_queries.one(session, batch_id)
        return render_template(
            "releases/migration.html",
            batch=found,
            rows=migration_queries.rows(session, batch_id, kind if kind in Kind.titles() else ""),
            tally=migration_queries.tally(session, batch_id),
            kinds=Kind.titles(),
            kind=kind,
        )


@desk.post("/migrations/<int:batch_id>/<string:act>")
@require(Permission.STUDIO)
@budgets.spends(budgets.REHEARSALS)
def act(actor: Actor, batch_id: int, act: str) -> Any:
    """Choose, carry out, take back, give up."""
    reason = request.form.get("reason", "")
    chosen = tuple(forms.whole(n) for n in request.form.getlist("row"))
    commands: dict[str, Command[Any]] = {
        "go": ChooseMigration(batch_id, chosen, True),
        "stay": ChooseMigration(batch_id, chosen, False),
        "run": RunMigration(batch_id, reason),
        "undo": UndoMigration(batch_id, reason),
        "drop": DropMigration(batch_id),
    }
    if act not in commands:
        raise Invalid(reason="没有这样的操作")
    auth.office().perform(commands[act], actor)
    return redirect(url_for("releases.batch", batch_id=batch_id))
