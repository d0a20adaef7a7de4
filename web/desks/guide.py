"""The supervisors' guide, as it lies in the documentation, with its pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, render_template, send_from_directory
from markdown_it import MarkdownIt
from markupsafe import Markup

from processes.access.permissions import Permission
from processes.access.scope import Actor
from web.require import require

desk = Blueprint("guide", __name__)
FOLDER = Path(__file__).parents[2] / "docs"


@desk.get("/guide/")
@require(Permission.STUDIO)
def page(actor: Actor) -> Any:
    """The guide."""
    written = (FOLDER / "supervisor.zh.md").read_text(encoding="utf-8")
    # Our own text, and raw HTML in it is not passed on.
    return render_template("guide.html", guide=Markup(MarkdownIt("js-default").render(written)))  # noqa: S704


@desk.get("/guide/images/<string:name>")
@require(Permission.STUDIO)
def picture(actor: Actor, name: str) -> Any:
    """A picture of the guide."""
    return send_from_directory(FOLDER / "images", name)
