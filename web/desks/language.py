"""The language of the screens: of the signed-in person's account, or of this browser before signing in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, redirect, request

from processes.errors import NotFound
from processes.languages.catalogue import LANGUAGES
from processes.office.personal.language import ChooseLanguage
from web import auth
from web.languages.current import COOKIE
from web.require import public

desk = Blueprint("language", __name__)
_KEPT = timedelta(days=365)


@desk.post("/language")
@public
def choose() -> Any:
    """Keep the language and show the same page again."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        raise NotFound()
    actor = auth.actor_or_none()
    if actor is not None:
        auth.office().perform(ChooseLanguage(chosen), actor)
    answer = redirect(auth.inside(request.form.get("page", "")))
    answer.set_cookie(
        COOKIE, chosen, max_age=_KEPT, httponly=True, samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
    return answer
