"""Sign-in at the provider (统一身份认证): redirect, callback, and renewed sign-in in a separate window."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for

from processes.access import factors, oidc, sessions
from processes.access.scope import system_actor
from processes.errors import NotFound, ProviderRefused, YimenError
from processes.office.accounts.identity_provider import ProveVouched, SignInVouched, TakeProviderAnswer
from processes.settings import Provider
from processes.texts import tr
from web import auth
from web.errors import status_of
from web.limits import limiter
from web.require import public

desk = Blueprint("provider", __name__)
_ASKED = "provider"
"""Key in the signed cookie for the request to the provider."""


def _provider() -> Provider:
    found = auth.office().settings.provider
    if found is None:
        raise NotFound()
    return found


def _back() -> str:
    """The callback address: fixed by the setting, never derived from the request's host."""
    return auth.office().settings.public_address.rstrip("/") + url_for("provider.back")


@desk.get("/sign-in/provider")
@public
@limiter.limit("60 per minute")
def go() -> Any:
    """Redirect to the provider; `again` is for signed-in people who prove their identity again."""
    again = bool(request.args.get("again")) and auth.actor_or_none() is not None
    try:
        address, asked = oidc.begin(_provider(), _back(), again)
    except YimenError as fault:
        return _refused(fault)
    session[_ASKED] = {
        "state": asked.state, "nonce": asked.nonce, "verifier": asked.verifier,
        "next": request.args.get("next", "")[:500], "again": again, "at": sessions.wall().isoformat(),
    }  # fmt: skip
    return redirect(address)


@desk.get("/sign-in/provider/back")
@public
@limiter.limit("60 per minute")
def back() -> Any:
    """Handle the provider's callback."""
    kept = session.pop(_ASKED, None)
    try:
        if not isinstance(kept, dict) or not _is_young(kept):
            raise ProviderRefused(reason=tr("登录请求已经过时，请重新登录"))
        asked = oidc.Asked(kept["state"], kept["nonce"], kept["verifier"])
        auth.office().perform(TakeProviderAnswer(asked.state), system_actor())
        who = oidc.finish(_provider(), _back(), asked, request.args.to_dict(), kept["again"])
        return _proven(who) if kept["again"] else _signed_in(who, kept["next"])
    except YimenError as fault:
        return _refused(fault)


def _is_young(kept: dict[str, Any]) -> bool:
    return sessions.wall() - datetime.fromisoformat(kept["at"]) < oidc.ANSWERED_WITHIN


def _signed_in(who: oidc.Vouched, there: str) -> Any:
    command = SignInVouched(who.username, who.has_factor, *auth.origin())
    found = auth.office().perform(command, system_actor())
    auth.open_session(found.session, found.browser)
    if found.awaits == factors.FACTOR:
        return redirect(url_for("identity.factor_form", next=auth.inside(there)))
    return redirect(auth.inside(there))


def _proven(who: oidc.Vouched) -> Any:
    """Says that the window may be closed; the page that opened it checks the result itself."""
    if auth.actor_or_none() is None:
        raise ProviderRefused(reason=tr("登录已失效，请重新登录"))
    auth.office().perform(ProveVouched(auth.session_id(), who.username), system_actor())
    return render_template("provider/proven.html")


def _refused(fault: YimenError) -> Any:
    return render_template("sign_in/page.html", fault=fault.message, username="", next=""), status_of(fault)
