"""Releases of a programme: changes, cases under each, restoring one, migrating cases."""

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
from processes.texts import tr
from web import auth, budgets, forms
from web.require import require

desk = Blueprint("releases", __name__)


@desk.get("/releases/<string:programme>")
@require(Permission.STUDIO)
def all_of(actor: Actor, programme: str) -> Any:
    """Show every release with its unfinished cases."""
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
    """Create a draft from an earlier release, to be published again."""
    number = forms.whole(request.form.get("number"))
    opened = auth.office().perform(OpenDraft(programme, number), actor)
    return redirect(url_for("studio.one", draft_id=opened.draft))


@desk.post("/releases/<string:programme>/migrate")
@require(Permission.STUDIO)
@budgets.spends(budgets.REHEARSALS)
def plan(actor: Actor, programme: str) -> Any:
    """Check what a migration to another release would do to unfinished cases."""
    command = PlanMigration(
        programme, forms.whole(request.form.get("from")), forms.whole(request.form.get("to"))
    )
    made = auth.office().perform(command, actor)
    return redirect(url_for("releases.batch", batch_id=made.batch))


@desk.get("/migrations/<int:batch_id>")
@require(Permission.STUDIO)
def batch(actor: Actor, batch_id: int) -> Any:
    """Show a batch: result and reasons for each case, choices, progress, outcome."""
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
    """Choose, execute, undo or cancel."""
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
        raise Invalid(reason=tr("没有这样的操作"))
    auth.office().perform(commands[act], actor)
    return redirect(url_for("releases.batch", batch_id=batch_id))
