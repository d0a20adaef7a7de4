"""Authentication: from the session cookie to an actor."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from typing import cast

from flask import Flask, Response, after_this_request, current_app, g, request, session, url_for
from flask_wtf.csrf import generate_csrf

from processes.access import divisions, founding, sessions
from processes.access.scope import Actor
from processes.cases import notices
from processes.errors import NotFound, Unavailable
from processes.office import Office
from processes.office.accounts.sessions import EndSession, TouchSession
from processes.policy.calendar import civil_date
from processes.storage.file_names import shown

LONGEST_DEVICE, LONGEST_MARK = 120, 64
"""Name and lengths for the cookie that identifies a browser; it does not sign anybody in."""
_PAUSE = 30
"""Seconds before retrying a write that failed."""
_ASKS_AGAIN = ("queue", "runs-again")
"""Page elements that refresh automatically: they do not keep a session alive."""


def office() -> Office:
    """Return the office of this desk."""
    return cast(Office, current_app.extensions["office"])


def actor_or_none() -> Actor | None:
    """Return the signed-in person; None while a second factor is missing."""
    found = arriving()
    return None if found is None or (found.at_desk is not None and found.at_desk.awaits) else found


def arriving() -> Actor | None:
    """Return the person of this request's session, read once, even if the second factor is missing."""
    if "actor" not in g:
        g.actor = _read()
    return cast("Actor | None", g.actor)


def _read() -> Actor | None:
    mark = session.get("mark")
    if not isinstance(mark, str):
        return None
    with office().database.reading("") as rows:
        found = sessions.find(rows, mark, civil_date(office().database.clock()))
    if found is None:
        return None
    row, actor = found
    g.session_id = row.id
    if not is_by_itself() and sessions.is_due(row):
        _touch(row.id, actor)
    return actor


def _touch(row_id: int, actor: Actor) -> None:
    """Record that the session is in use; if the database cannot be written for a while, reading still works."""
    if monotonic() < current_app.extensions.get("touch_after", 0.0):
        return
    try:
        office().perform(TouchSession(row_id), actor)
    except Unavailable:
        current_app.extensions["touch_after"] = monotonic() + _PAUSE


def is_by_itself() -> bool:
    """Return whether the page sent this request by itself, without user action."""
    return request.endpoint == "sign_in.state" or request.headers.get("HX-Trigger", "") in _ASKS_AGAIN


def session_id() -> int:
    """Return the id of this request's session; somebody must be signed in."""
    return cast(int, g.session_id)


def treat_as_signed_out() -> None:
    """Treat the rest of this request as not signed in, because the database does not respond."""
    g.actor = None


def is_demo() -> bool:
    """Return whether this is the demo county; cached, because an installation never changes its kind."""
    if "is_demo" not in current_app.extensions:
        with office().database.reading("") as rows:
            current_app.extensions["is_demo"] = founding.is_demo(rows)
    return cast(bool, current_app.extensions["is_demo"])


def county_name() -> str:
    """Return the name of the county, for the header; cached, because it never changes."""
    if "county_name" not in current_app.extensions:
        with office().database.reading("") as rows:
            found = founding.installation(rows)
            current_app.extensions["county_name"] = (
                "" if found is None else divisions.name(rows, found.county)
            )
    return cast(str, current_app.extensions["county_name"])


def unread_notices() -> int:
    """Return how many notices the signed-in person has not read, for the header of full pages."""
    actor = actor_or_none()
    if actor is None or request.headers.get("HX-Request"):
        return 0
    with office().database.reading("") as rows:
        return notices.unread(rows, actor)


def device() -> str:
    """Return the browser's description of itself."""
    return shown(request.headers.get("User-Agent", ""))[:LONGEST_DEVICE]


def _browser_cookie() -> str:
    """The name of the cookie that identifies a browser, bound to this host like the session cookie."""
    name = str(current_app.config["SESSION_COOKIE_NAME"])
    return f"{name}-browser"


def origin() -> tuple[str, str, str]:
    """Return the source of a sign-in: address, user agent, and browser token."""
    return request.remote_addr or "", device(), request.cookies.get(_browser_cookie(), "")[:LONGEST_MARK]


def renew_session(mark: str) -> None:
    """Replace the session token after a proof of identity ("": there is no new one)."""
    if mark:
        _keep_mark(mark)


def _keep_mark(mark: str) -> None:
    session.clear()
    session.permanent = True
    session["mark"] = mark
    g.pop("csrf_token", None)
    generate_csrf()


def open_session(mark: str, browser: str) -> None:
    """Begin a new session with nothing of an earlier one; both tokens come from signing in."""
    _end_previous_session()
    _keep_mark(mark)

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _browser_cookie(), browser, max_age=sessions.KEPT, httponly=True, samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]), path="/",
        )  # fmt: skip
        return response


def _end_previous_session() -> None:
    """End the previous session of this browser: otherwise a copy of its cookie would stay valid after signing out."""
    mark = session.get("mark")
    if not isinstance(mark, str):
        return
    with office().database.reading("") as rows:
        found = sessions.find(rows, mark, civil_date(office().database.clock()))
    if found is None:
        return
    row, actor = found
    with suppress(NotFound):  # ended meanwhile
        office().perform(EndSession(row.id), actor)


def note_finished(item_id: int) -> None:
    """Remember that this step was finished, for the next case page."""
    session["finished"] = item_id


def take_finished() -> int | None:
    """Return the step finished on the previous page, once."""
    return cast("int | None", session.pop("finished", None))


def close_session() -> None:
    """End the session; a copy of its cookie becomes invalid."""
    actor = arriving()
    if actor is not None:
        office().perform(EndSession(session_id()), actor)
    session.clear()
    g.actor = None


def inside(address: str) -> str:
    """Return an address from a form if it is one of ours; else the home page."""
    # Browsers drop control characters and treat a backslash as a slash.
    is_plain = address.isprintable() and "\\" not in address
    is_ours = is_plain and address.startswith("/") and not address.startswith("//")
    return address if is_ours else url_for("home.page")


def register(app: Flask) -> None:
    """Nothing to register: the actor is read when a page needs it."""
