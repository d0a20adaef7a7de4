"""The language of a request: what the signed-in person chose, else what this browser chose, else what it asks for."""

from __future__ import annotations

from flask import g, has_request_context, request

from processes.languages.catalogue import CHINESE, LANGUAGES
from web import auth

COOKIE = "language"
"""A choice made in this browser before signing in."""


def language() -> str:
    """Return "zh" or "en"; Chinese outside of requests."""
    if not has_request_context():
        return CHINESE
    if "language" not in g:
        g.language = _chosen()
    return str(g.language)


def _chosen() -> str:
    actor = auth.arriving()
    if actor is not None and actor.language:
        return actor.language
    of_browser = request.cookies.get(COOKIE, "")
    if of_browser in LANGUAGES:
        return of_browser
    return request.accept_languages.best_match(LANGUAGES) or CHINESE
