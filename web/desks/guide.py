"""Help pages from the documentation, with pictures: the supervisors' guide and the guide for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, render_template, send_from_directory
from markdown_it import MarkdownIt
from markupsafe import Markup

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.policy.calendar import civil_date
from processes.releases import clauses, publish
from processes.texts import tr
from web import auth
from web.languages.current import language
from web.require import require

desk = Blueprint("guide", __name__)
FOLDER = Path(__file__).parents[2] / "docs"


@desk.get("/guide/")
@require(Permission.STUDIO)
def page(actor: Actor) -> Any:
    """Show the supervisors' guide."""
    return render_template("guide/page.html", title=tr("流程管理员手册"), guide=_read("supervisor"))


@desk.get("/help")
@require(Permission.SESSION)
def everybody(actor: Actor) -> Any:
    """Show the guide for all roles: every desk, with the keyboard shortcuts."""
    return render_template("guide/page.html", title=tr("使用帮助"), guide=_read("desk"))


def _read(name: str) -> Markup:
    """The text of a guide in the language of the page."""
    written = (FOLDER / f"{name}.{language()}.md").read_text(encoding="utf-8")
    # The text is our own; raw HTML in it is not rendered.
    return Markup(MarkdownIt("js-default").render(written))  # noqa: S704


@desk.get("/policy")
@require(Permission.SESSION)
def policy(actor: Actor) -> Any:
    """Show the county's implementing opinion by clauses, each with the steps in force that carry it out."""
    office = auth.office()
    with office.database.reading("") as session:
        today = civil_date(office.database.clock())
        ids = [publish.current_id(session, p.programme, today) for p in publish.published_programmes(session)]
        carried = clauses.carried_by(publish.open_release(session, number) for number in ids)
    known = clauses.known(office.settings.content)
    return render_template("guide/policy.html", known=known.values(), carried=carried)


@desk.get("/guide/images/<string:name>")
@require(Permission.STUDIO)
def picture(actor: Actor, name: str) -> Any:
    """Return a picture of the guide."""
    return send_from_directory(FOLDER / "images", name)
