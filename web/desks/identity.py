"""双因素认证 and 再次验证身份: the second factor after the password, management of factors, renewed proof of
identity."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from documents import qr
from processes.access import factors, passkeys, recovery, sessions
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.access.status import FactorKind
from processes.errors import YimenError
from processes.office.accounts import verifying
from processes.office.accounts.second_factors import (
    BeginPasskey,
    BeginTotp,
    BeginTotpResult,
    ConfirmPasskey,
    ConfirmTotp,
    MakeRecoveryCodes,
    RemoveFactor,
)
from processes.office.accounts.verifying import AskPasskey, Proven, VerifyCode, VerifyPasskey, VerifyPassword
from processes.office.command import Command
from web import auth, forms
from web.errors import status_of
from web.limits import limiter
from web.require import require

desk = Blueprint("identity", __name__)
_SOON = timedelta(minutes=1)
"""A proof that expires within this time is renewed before a form is filled in."""
_LONGEST = 200


def _where() -> tuple[str, str]:
    """The source of an attempt, for its counters."""
    address, _, browser = auth.origin()
    return address, browser


@desk.get("/sign-in/factor")
@require(Permission.SESSION)
def factor_form(actor: Actor) -> Any:
    """Show the page of the second factor, after the password."""
    return _factor(actor)


@desk.post("/sign-in/factor")
@limiter.limit("30 per minute")
@require(Permission.SESSION)
def show_factor(actor: Actor) -> Any:
    """Check a code of the app, or a recovery code."""
    try:
        found = auth.office().perform(VerifyCode(_code(), *_where()), actor)
    except YimenError as fault:
        return _factor(actor, fault.message), status_of(fault)
    auth.renew_session(found.session)
    return redirect(auth.inside(request.form.get("next", "")))


def _factor(actor: Actor, fault: str | None = None) -> Any:
    there = auth.inside(request.values.get("next", ""))
    if actor.at_desk is None or actor.at_desk.awaits != factors.FACTOR:
        return redirect(there)
    return render_template("identity/factor.html", fault=fault, next=there, who=actor, **_ways(actor))


def _ways(actor: Actor) -> dict[str, bool]:
    """The methods by which the person can prove their identity."""
    with auth.office().database.reading("") as session:
        kinds = {f.kind for f in factors.of_account(session, actor.account_id)}
    is_elsewhere = actor.at_desk is not None and actor.at_desk.way == sessions.PROVIDER
    return {
        "password": not kinds and not is_elsewhere,
        "provider": not kinds and is_elsewhere,
        "code": bool(kinds),
        "app": FactorKind.TOTP in kinds,
        "passkey": FactorKind.PASSKEY in kinds and _site() is not None,
    }


def _site() -> passkeys.Site | None:
    settings = auth.office().settings
    return passkeys.site(settings.public_address, settings.office_name)


@desk.get("/identity/state")
@require(Permission.SESSION)
def state(actor: Actor) -> Any:
    """Return whether proof of identity is required now, and the possible methods."""
    here, settings = actor.at_desk, auth.office().settings
    due = here is None or here.awaits == factors.FACTOR or not verifying.is_fresh(settings, here, _SOON)
    return jsonify(due=due, csrf=generate_csrf(), name=actor.name, **_ways(actor))


@desk.post("/identity/verify")
@limiter.limit("30 per minute")
@require(Permission.SESSION)
def verify(actor: Actor) -> Any:
    """Prove identity on the open page."""
    body = forms.body()
    code = str(body.get("code", ""))[:_LONGEST]
    password = str(body.get("password", ""))[:_LONGEST]
    command = VerifyCode(code, *_where()) if code else VerifyPassword(password, *_where())
    return _proven(actor, command)


@desk.post("/identity/passkey/options")
@limiter.limit("30 per minute")
@require(Permission.SESSION)
def passkey_options(actor: Actor) -> Any:
    """Return the passkey challenge for the browser."""
    return jsonify(auth.office().perform(AskPasskey(), actor))


@desk.post("/identity/passkey")
@limiter.limit("30 per minute")
@require(Permission.SESSION)
def passkey(actor: Actor) -> Any:
    """Prove identity with a passkey."""
    return _proven(actor, VerifyPasskey(str(forms.body().get("answer", "")), *_where()))


def _proven(actor: Actor, command: Command[Proven]) -> Any:
    auth.renew_session(auth.office().perform(command, actor).session)
    return jsonify(account=actor.account_id, csrf=generate_csrf())


@desk.get("/factors")
@require(Permission.SESSION)
def factors_page(actor: Actor) -> Any:
    """Show the person's second factors."""
    return _page(actor)


def _page(actor: Actor, **more: Any) -> str:
    """`more` is what was just created and is shown once, or an error."""
    with auth.office().database.reading("") as session:
        own = factors.of_account(session, actor.account_id)
        left = recovery.left(session, actor.account_id or 0)
    here = actor.at_desk
    return render_template(
        "identity/factors.html", own=own, left=left, has_site=_site() is not None, who=actor,
        is_due=here is not None and here.awaits == factors.ENROLMENT and "codes" not in more,
        asks_password=here is None or here.way != sessions.PROVIDER, how_many=recovery.HOW_MANY, **more,
    )  # fmt: skip


def _shown(actor: Actor, command: Command[Any], **kept: Any) -> Any:
    """Execute a command of the page; show what it created, or the error, with the page."""
    try:
        made = auth.office().perform(command, actor)
    except YimenError as fault:
        return _page(actor, fault=fault.message, code=fault.code, **kept), status_of(fault)
    auth.renew_session(getattr(made, "session", ""))
    shown = {k: v for k, v in asdict(made).items() if k in ("secret", "codes", "kind", "removed") and v}
    if isinstance(made, BeginTotpResult):
        shown["qr"] = Markup(qr.drawing(made.address))  # noqa: S704  (drawn here, of an address made here)
    return _page(actor, **shown)


@desk.post("/factors/totp")
@limiter.limit("20 per minute")
@require(Permission.SESSION)
def begin_totp(actor: Actor) -> Any:
    """Request the secret of an app; it is shown on the resulting page."""
    return _shown(actor, BeginTotp(_password(), *_where()))


@desk.post("/factors/totp/confirm")
@limiter.limit("20 per minute")
@require(Permission.SESSION)
def confirm_totp(actor: Actor) -> Any:
    """Confirm the app with its first code."""
    return _shown(actor, ConfirmTotp(_code(), request.form.get("label", ""), *_where()), is_waiting=True)


@desk.post("/factors/passkey/options")
@limiter.limit("20 per minute")
@require(Permission.SESSION)
def begin_passkey(actor: Actor) -> Any:
    """Return the options for creating a passkey."""
    password = str(forms.body().get("password", ""))[:_LONGEST]
    return jsonify(auth.office().perform(BeginPasskey(password, *_where()), actor))


@desk.post("/factors/passkey")
@limiter.limit("20 per minute")
@require(Permission.SESSION)
def confirm_passkey(actor: Actor) -> Any:
    """Store the new passkey; recovery codes created with the first one are in the response."""
    body = forms.body()
    command = ConfirmPasskey(str(body.get("answer", "")), str(body.get("label", "")))
    made = auth.office().perform(command, actor)
    auth.renew_session(made.session)
    return jsonify(codes=made.codes, csrf=generate_csrf())


@desk.post("/factors/remove")
@limiter.limit("20 per minute")
@require(Permission.SESSION)
def remove(actor: Actor) -> Any:
    """Remove one of the person's factors."""
    factor = forms.whole(request.form.get("factor"))
    return _shown(actor, RemoveFactor(_password(), *_where(), factor=factor))


@desk.post("/factors/codes")
@limiter.limit("20 per minute")
@require(Permission.SESSION)
def make_codes(actor: Actor) -> Any:
    """Create ten new recovery codes, shown once."""
    return _shown(actor, MakeRecoveryCodes(_password(), *_where()))


def _password() -> str:
    return request.form.get("password", "")[:_LONGEST]


def _code() -> str:
    return request.form.get("code", "")[:_LONGEST]
