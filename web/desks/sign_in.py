"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from processes.access import factors, oidc, sessions, sign_in_attempts
from processes.access.permissions import Permission
from processes.access.scope import Actor, system_actor
from processes.errors import PasswordRefused, SignInRefused, YimenError
from processes.office.accounts.accounts import ChangePassword
from processes.office.accounts.sessions import EndSession
from processes.office.accounts.sign_in import SignIn
from processes.papers import available_fonts
from processes.texts import tr
from processes.worker import heartbeat, soundness
from web import auth, forms
from web.errors import status_of
from web.limits import counting_key, limiter
from web.require import public, require

desk = Blueprint("sign_in", __name__)


@desk.get("/sign-in")
@public
def form() -> Any:
    """The sign-in page."""
    there, provider, left = request.args.get("next", ""), auth.office().settings.provider, ""
    if provider is not None and request.args.get("left"):
        left = oidc.leaving(provider, auth.office().settings.public_address)
    return render_template("sign_in/page.html", fault=None, username="", next=there, left=left)


def _whose() -> str:
    """Count attempts by account too, because a whole office may share one address.

    A browser that the account has signed in with is counted separately, so that others at the address cannot
    delay it.
    """
    values = request.get_json(silent=True) if request.is_json else request.form
    username = values.get("username", "") if isinstance(values, Mapping) else ""
    name = str(username)[:60].strip()
    _, _, browser = auth.origin()
    with auth.office().database.reading("") as session:
        own = sign_in_attempts.known_browser(session, name, browser) if browser else ""
    return f"browser {own} {name}" if own else f"{counting_key()} {name}"


@desk.post("/sign-in")
@public
@limiter.limit("600 per minute")
@limiter.limit("20 per minute", key_func=_whose)
def submit() -> Any:
    """Check name and password."""
    username = request.form.get("username", "")[:60].strip()
    command = SignIn(username, request.form.get("password", ""), *auth.origin())
    try:
        found = auth.office().perform(command, system_actor())
    except YimenError as fault:
        page = render_template(
            "sign_in/page.html", fault=fault.message, tries=_tries_left(fault, username), username=username,
            next=request.form.get("next", ""),
        )  # fmt: skip
        return page, status_of(fault)
    auth.open_session(found.session, found.browser)
    there = auth.inside(request.form.get("next", ""))
    if found.awaits == factors.FACTOR:
        return redirect(url_for("identity.factor_form", next=there))
    return redirect(there)


def _tries_left(fault: YimenError, username: str) -> int | None:
    """The attempts left after a failed one; None if there was none."""
    if not isinstance(fault, SignInRefused):
        return None
    address, _, browser = auth.origin()
    with auth.office().database.reading("") as session:
        return sign_in_attempts.left(session, username, address, browser)


@desk.get("/sign-in/state")
@public
def state() -> Any:
    """Return who is signed in, and the CSRF token for an open page."""
    actor = auth.actor_or_none()
    return jsonify(account=None if actor is None else actor.account_id, csrf=generate_csrf())


@desk.post("/sign-in/again")
@public
@limiter.limit("600 per minute")
@limiter.limit("20 per minute", key_func=_whose)
def again() -> Any:
    """Sign in on an open page; its work continues with a new token."""
    body = forms.body()
    username, password = str(body.get("username", ""))[:60].strip(), str(body.get("password", ""))
    command = SignIn(username, password, *auth.origin())
    found = auth.office().perform(command, system_actor())
    auth.open_session(found.session, found.browser)
    return jsonify(account=found.account_id, csrf=generate_csrf(), awaits=found.awaits)


@desk.get("/password")
@require(Permission.SESSION)
def password_form(actor: Actor) -> Any:
    """Show the page on which people change their own password."""
    return _password_page(actor)


def _password_page(actor: Actor, fault: str | None = None) -> str:
    """The page asks for the second factor before submission, if there is one: the form is filled in only once."""
    with auth.office().database.reading("") as session:
        has_factor = bool(factors.of_account(session, actor.account_id))
    return render_template("sign_in/password.html", fault=fault, has_factor=has_factor)


@desk.post("/password")
@limiter.limit("10 per minute")
@require(Permission.SESSION)
def change_password(actor: Actor) -> Any:
    """Change the person's own password; this session continues, all others end."""
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise PasswordRefused(reason=tr("两次输入的新密码不一致"))
        command = ChangePassword(request.form.get("old", ""), new, *auth.origin())
        found = auth.office().perform(command, actor)
    except YimenError as fault:
        return _password_page(actor, fault.message), status_of(fault)
    auth.open_session(found.session, found.browser)
    return redirect(url_for("home.page"))


@desk.get("/sessions")
@require(Permission.SESSION)
def sessions_page(actor: Actor) -> Any:
    """Show the person's sessions."""
    with auth.office().database.reading("") as rows:
        found = sessions.of_account(rows, actor.account_id)
    return render_template("sign_in/sessions.html", rows=found, here=auth.session_id())


@desk.post("/sessions/end")
@require(Permission.SESSION)
def end_session(actor: Actor) -> Any:
    """End one of the person's sessions, or all but this one."""
    which = request.form.get("session", "")
    command = (
        EndSession(auth.session_id(), others=True) if which == "others" else EndSession(forms.whole(which))
    )
    auth.office().perform(command, actor)
    return redirect(url_for("sign_in.sessions_page"))


@desk.post("/sign-out")
@public
def leave() -> Any:
    """End the session."""
    actor = auth.arriving()
    is_elsewhere = actor is not None and actor.at_desk is not None and actor.at_desk.way == sessions.PROVIDER
    auth.close_session()
    return redirect(url_for("sign_in.form", left="yes") if is_elsewhere else url_for("sign_in.form"))


@desk.get("/healthz")
@public
def health() -> Any:
    """Report whether desk and database respond and have space, whether the worker runs, and the fonts for
    papers.

    503 while nothing can be stored.
    """
    office = auth.office()
    with office.database.reading("") as session:
        session.execute(select(1))
    worker = "silent" if heartbeat.is_silent(office.settings) else "running"
    if worker == "running" and heartbeat.held(office.settings):
        worker = "held"
    disk = soundness.room(office.settings)
    status = "no_room" if disk == "none" else "damaged" if soundness.damage(office.settings) else "ok"
    response = jsonify(status=status, worker=worker, disk=disk, fonts=list(available_fonts.installed()))
    return response, HTTPStatus.SERVICE_UNAVAILABLE if status == "no_room" else HTTPStatus.OK
