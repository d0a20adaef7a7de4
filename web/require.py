"""`@require(Permission.X)`: the only way to open a route to signed-in people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from processes.access import factors
from processes.access.permissions import Permission
from processes.access.scope import Actor
from web import auth, errors
from web import reads as read_log

Route = Callable[..., Any]
REFUSED = 400
_WHILE_PASSWORD_IS_DUE = ("sign_in.password_form", "sign_in.change_password")
"""Available to people signed in with a one-time password."""
_PROVING = ("identity.state", "identity.verify", "identity.passkey_options", "identity.passkey")
_WHILE_FACTOR_IS_DUE = ("identity.factor_form", "identity.show_factor", *_PROVING)
"""Available to people who have given the password and not the second factor."""
_WHILE_ENROLMENT_IS_DUE = (
    "identity.factors_page", "identity.begin_totp", "identity.confirm_totp", "identity.begin_passkey",
    "identity.confirm_passkey", *_PROVING, *_WHILE_PASSWORD_IS_DUE,
)  # fmt: skip
"""Available to people whose role needs a second factor and who have none."""
_BEFORE_THE_PASSWORD = (*_WHILE_PASSWORD_IS_DUE, *_WHILE_FACTOR_IS_DUE)


def require(permission: Permission, reads: str = "") -> Callable[[Route], Route]:
    """Open a route to people with a permission; the actor is passed as the first argument.

    `reads` is the action under which opening it is logged (`access.audit.READS`), with what the address
    names; a list is logged with its filter, and for somebody of a department with every case that it names.
    """

    def wrap(route: Route) -> Route:
        @wraps(route)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            actor = auth.arriving()
            if actor is None:
                return _signed_out()
            # A page without an account (that of the second factor) reveals nothing.
            if (request.headers.get("X-Account") or str(actor.account_id)) != str(actor.account_id):
                return errors.other_account()
            missing = _missing(actor)
            if missing is not None:
                return missing
            if actor.must_change_password and request.endpoint not in _BEFORE_THE_PASSWORD:
                return (
                    errors.password_due()
                    if errors.wants_json()
                    else redirect(url_for("sign_in.password_form"))
                )
            actor.demand(permission)
            answer = make_response(route(actor, *args, **kwargs))
            if answer.status_code < REFUSED:
                _write_down(actor, reads, answer, kwargs)
            return answer

        guarded.permission = permission  # type: ignore[attr-defined]
        guarded.reads = reads  # type: ignore[attr-defined]
        return guarded

    return wrap


def _write_down(actor: Actor, reads: str, answer: Response, named: Mapping[str, Any]) -> None:
    if reads == read_log.LIST:
        read_log.note_list(actor)
    elif reads:
        read_log.note(actor, reads, "/".join(str(part) for part in named.values()))
    if actor.department:
        read_log.note_named(actor, answer)


def _missing(actor: Actor) -> ResponseReturnValue | None:
    """Where to redirect somebody without a required second factor; changing a one-time password comes first."""
    awaits = "" if actor.at_desk is None else actor.at_desk.awaits
    if awaits == factors.FACTOR and request.endpoint not in _WHILE_FACTOR_IS_DUE:
        if errors.wants_json():
            return errors.factor_due()
        return redirect(url_for("identity.factor_form", next=_page()))
    if awaits == factors.ENROLMENT and request.endpoint not in _WHILE_ENROLMENT_IS_DUE:
        if errors.wants_json():
            return errors.enrolment_due()
        is_next = "sign_in.password_form" if actor.must_change_password else "identity.factors_page"
        return redirect(url_for(is_next))
    return None


def _signed_out() -> ResponseReturnValue:
    """Redirect pages to the sign-in page; requests of scripts get an error, and the script asks on the page."""
    if errors.wants_json():
        return errors.signed_out()
    there = url_for("sign_in.form", next=_page())
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": there}
    return redirect(there)


def _page() -> str:
    """The page to return to; for a submitted form, the page that contained it, as its own address has no view."""
    if request.method in ("GET", "HEAD"):
        return request.path
    stood = urlsplit(request.referrer or "")
    return stood.path if stood.netloc == request.host and stood.path else url_for("home.page")


def public(route: Route) -> Route:
    """Open a route to anyone, on purpose."""
    route.permission = None  # type: ignore[attr-defined]
    return route


__all__ = ["Actor", "public", "require"]
