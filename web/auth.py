"""Who is asking: the session cookie becomes an actor, or nobody."""

from __future__ import annotations

from typing import cast

from flask import Flask, current_app, g, request, session, url_for
from flask_wtf.csrf import generate_csrf

from processes.access import accounts, founding
from processes.access.scope import Actor
from processes.cases import notices
from processes.office import Office
from processes.policy.calendar import civil_date


def office() -> Office:
    """The office that this desk serves."""
    return cast(Office, current_app.extensions["office"])


def actor_or_none() -> Actor | None:
    """The signed-in person, read once per request."""
    if "actor" not in g:
        g.actor = _read()
    return cast("Actor | None", g.actor)


def _read() -> Actor | None:
    account_id = session.get("account_id")
    if account_id is None:
        return None
    with office().database.reading("") as rows:
        return accounts.active_actor(
            rows, account_id, session.get("epoch", -1), civil_date(office().database.clock())
        )


def ask_no_more() -> None:
    """For the rest of this request nobody is signed in: the database, which would know, does not answer."""
    g.actor = None


def is_demo() -> bool:
    """Whether this is the demonstration county; asked once, since an installation never changes its kind."""
    if "is_demo" not in current_app.extensions:
        with office().database.reading("") as rows:
            current_app.extensions["is_demo"] = founding.is_demo(rows)
    return cast(bool, current_app.extensions["is_demo"])


def unread_notices() -> int:
    """How many notices the signed-in person has not read, for the bar of whole pages."""
    actor = actor_or_none()
    if actor is None or request.headers.get("HX-Request"):
        return 0
    with office().database.reading("") as rows:
        return notices.unread(rows, actor.account_id)


def open_session(account_id: int, epoch: int) -> None:
    """Begin a session, with nothing left of an earlier one."""
    session.clear()
    session.permanent = True
    session["account_id"], session["epoch"] = account_id, epoch
    generate_csrf()


def note_finished(item_id: int) -> None:
    """The next case page tells that this step was finished, once."""
    session["finished"] = item_id


def take_finished() -> int | None:
    """The step that was just finished, if the page before finished one."""
    return cast("int | None", session.pop("finished", None))


def close_session() -> None:
    """End the session."""
    session.clear()


def inside(address: str) -> str:
    """An address that a form brought with it, where it is one of ours; else the home page."""
    # Browsers drop control characters and read a backslash as a slash.
    is_plain = address.isprintable() and "\\" not in address
    is_ours = is_plain and address.startswith("/") and not address.startswith("//")
    return address if is_ours else url_for("home.page")


def register(app: Flask) -> None:
    """Nothing to hook in: the actor is read when a page asks for it."""
