"""Creates the Flask application."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask, Response, current_app, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import IntegerConverter

from processes.access.permissions import ROLE_TITLES, Permission
from processes.cases import clocks
from processes.cases.models import NO_DUE_DATE
from processes.cases.status import ClockColour, WorkItemStatus
from processes.office import Office
from processes.opening import open_office
from processes.policy.calendar import SHANGHAI, civil_date
from processes.policy.reading import LARGEST_KEY
from processes.policy.values import shown
from processes.settings import Provider
from processes.storage import keyring
from processes.worker import heartbeat, soundness
from web import auth, devices, errors, forms, static_files, words
from web.desks import (
    absences,
    admin,
    archive,
    assignment,
    attachments,
    calls,
    cases,
    contacts,
    differences,
    draft_views,
    draws,
    explain,
    field,
    form_drafts,
    funds,
    guide,
    heat,
    holidays,
    home,
    household_sheets,
    households,
    identity,
    intake,
    language,
    moving,
    notices,
    oversight,
    papers,
    parameters,
    phrases,
    printing,
    provider,
    recorder,
    releases,
    returns,
    scan,
    search,
    sign_in,
    social,
    studio,
    tasks,
    transfers,
    verify,
    worklist,
)  # fmt: skip
from web.languages import current
from web.languages.answers import LanguageJSON
from web.languages.environment import LanguageEnvironment
from web.limits import limiter
from web.proxies import TrustedProxies

_MEGA = 1024 * 1024
MAX_REQUEST = 26_000_000
FRAME = 100_000
"""Maximum bytes of a form besides its files."""
_ONLY_TLS = "max-age=31536000; includeSubDomains"
_BOUND_TO_HOST = "__Host-"
"""Prefix of cookies that browsers accept only over TLS and from this host."""
SESSION = timedelta(hours=10)
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


class RowNumber(IntegerConverter):
    """An integer in an address; numbers outside the range of row ids match no route."""

    def __init__(self, *args: Any, **limits: Any) -> None:
        super().__init__(*args, **({"max": LARGEST_KEY} | limits))


def create_app(office: Office | None = None) -> Flask:
    """Create the desk for an office (by default the one of this installation)."""
    app = Flask(__name__, static_folder=None)
    app.jinja_environment = LanguageEnvironment  # type: ignore[assignment]  # takes the same arguments
    app.json = LanguageJSON(app)
    app.extensions["office"] = office or open_office()
    settings = app.extensions["office"].settings
    app.config.update(
        SECRET_KEY=keyring.current().session[0],
        MAX_CONTENT_LENGTH=MAX_REQUEST,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        PERMANENT_SESSION_LIFETIME=SESSION,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_NAME=f"{_BOUND_TO_HOST}yimen" if settings.secure_cookies else "yimen",
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI="memory://",
    )
    app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign, assignment]
    app.session_interface = static_files.PageSessions()
    # Lists of choices keep the order given by the office, the usual choice first.
    app.jinja_env.policies["json.dumps_kwargs"] = {"sort_keys": False}
    app.url_map.converters["int"] = RowNumber
    CSRFProtect(app)
    limiter.init_app(app)
    errors.register(app)
    auth.register(app)
    app.before_request(forms.demand_storable)
    for desk in (
        sign_in, worklist, intake, household_sheets, households, attachments, cases, tasks, papers, verify, oversight, draws, admin, funds,
        social, scan, search, studio, releases, heat, recorder, guide, returns, draft_views, phrases, printing, archive, assignment, absences, notices, home, field,
        form_drafts,
        differences,
        transfers,
        explain,
        parameters,
        holidays,
        calls,
        moving,
        contacts,
        identity,
        provider,
        language,
    ):  # fmt: skip
        app.register_blueprint(desk.desk)
    app.register_blueprint(static_files.desk)
    app.after_request(_harden)
    app.context_processor(_shared)
    app.add_template_filter(_local, "local")
    app.add_template_filter(_due, "due")
    app.add_template_filter(_written, "written")
    app.add_template_filter(shown, "shown")
    app.add_template_filter(_size, "size")
    app.add_template_filter(_money, "money")
    app.add_template_filter(devices.title, "device")
    return app


def _harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = _ONLY_TLS
    if not request.path.startswith(static_files.PREFIX):
        # Set, not defaulted: file responses bring a header of their own, and most personal data is in files.
        response.headers["Cache-Control"] = "no-store"
    return response


def _shared() -> dict[str, Any]:
    """Variables available in every template."""
    return {
        "actor": auth.actor_or_none(),
        "unread": auth.unread_notices(),
        "is_demo": auth.is_demo,
        "county_name": auth.county_name,
        "Permission": Permission,
        "role_titles": ROLE_TITLES,
        "provider": _provider(),
        "largest_request": MAX_REQUEST - FRAME,
        "local_roles": _local_roles,
        "asset": _asset,
        "language": current.language,
        "colour": _colour,
        "NO_DUE_DATE": NO_DUE_DATE,
        "words": words,
        "damage": lambda: soundness.damage(auth.office().settings),
        "room_left": lambda: soundness.room(auth.office().settings),
        "worker_is_held": lambda: heartbeat.held(auth.office().settings),
        "worker_is_silent": lambda: heartbeat.is_silent(auth.office().settings),
    }


def _local_roles() -> list[str]:
    """Roles whose local passwords count if people sign in elsewhere."""
    counted = auth.office().settings.local_password_roles
    return [title for role, title in ROLE_TITLES.items() if role in counted]


def _provider() -> Provider | None:
    """The sign-in provider, if one is configured."""
    return auth.office().settings.provider


def _asset(name: str) -> dict[str, Any]:
    """Script and style sheets of an entry, in the language of the page."""
    return static_files.files_of_entry(name, current.language())


def _local(instant: Any) -> str:
    return "" if instant is None else f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _written(instant: str) -> str:
    """Parse the date stated by a file."""
    return _local(datetime.fromisoformat(instant)) if instant else ""


def _size(octets: int) -> str:
    """Format a file size."""
    return f"{octets / 1024:.0f} KB" if octets < _MEGA else f"{octets / _MEGA:.1f} MB"


def _money(amount: Decimal | int) -> str:
    """Format yuan with two places: 12,345.60."""
    return f"{amount:,.2f}"


def _due(day: date) -> str:
    return "—" if day == NO_DUE_DATE else f"{day:%m-%d}"


def _colour(item: Any) -> ClockColour:
    """The current colour of an item's limit."""
    if item.due_on == NO_DUE_DATE or item.status != WorkItemStatus.OPEN:
        return ClockColour.NONE
    return clocks.colour(civil_date(auth.office().database.clock()), item.due_on, item.yellow_on, item.red_on)
