"""The supervisors' guide and everybody's help, as they lie in the documentation, with their pictures."""

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
    return render_template("guide.html", title="流程管理员手册", guide=_read("supervisor.zh.md"))


@desk.get("/help")
@require(Permission.SESSION)
def everybody(actor: Actor) -> Any:
    """What each desk does and how, with the keys; for every role."""
    return render_template("guide.html", title="使用帮助", guide=_read("desk.zh.md"))


def _read(name: str) -> Markup:
    written = (FOLDER / name).read_text(encoding="utf-8")
    # Our own text, and raw HTML in it is not passed on.
    return Markup(MarkdownIt("js-default").render(written))  # noqa: S704


@desk.get("/guide/images/<string:name>")
@require(Permission.STUDIO)
def picture(actor: Actor, name: str) -> Any:
    """A picture of the guide."""
    return send_from_directory(FOLDER / "images", name)
