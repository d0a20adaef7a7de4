"""The verification page: what anyone who holds a paper may know, and no person's data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from processes.papers import queries
from web import auth
from web.limits import limiter
from web.require import public

desk = Blueprint("verify", __name__)


@desk.get("/verify/<string:code>")
@desk.get("/verify/<string:code>/<string:page>")
@public
@limiter.limit("60 per minute")
def one(code: str, page: str = "") -> Any:
    """Number, kind, date, hash and whether the paper stands."""
    with auth.office().database.reading("") as session:
        found = queries.verified(session, code[:20])
    return render_template("verify.html", paper=found, code=code[:20]), 200 if found else 404
