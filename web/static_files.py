"""Files of the front end: compressed when the browser takes it, asked for once where their name says their content."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from web.require import public

desk = Blueprint("static_files", __name__)
PREFIX = "/static/"
FOLDER = Path(__file__).parent / "static"
_BUILT = "assets/"
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
_FOR_EVER = "public, max-age=31536000, immutable"


class PageSessions(SecureCookieSessionInterface):
    """Sessions of pages; files have none, so that what a browser keeps does not depend on who is signed in."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie of a page, and say that it depends on it; nothing for a file."""
        if not request.path.startswith(PREFIX):
            super().save_session(app, session, response)


@desk.get(f"{PREFIX}<path:name>")
@public
def one(name: str) -> Response:
    """A file of the front end.  Built files carry a digest in their name: what lies under a name never changes."""
    encoding = _encoding(name)
    suffix = _ENCODINGS.get(encoding, "")
    answer = send_from_directory(FOLDER, name + suffix, mimetype=_kind(name), conditional=True)
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = _FOR_EVER if name.startswith(_BUILT) else "no-cache"
    return answer


def _encoding(name: str) -> str:
    """The smallest form that lies beside the file and that the browser takes; nothing for the file itself."""
    taken = request.accept_encodings
    if not name.startswith(_BUILT):
        return ""
    return next((e for e, s in _ENCODINGS.items() if taken[e] > 0 and (FOLDER / (name + s)).is_file()), "")


def _kind(name: str) -> str | None:
    """Scripts as every browser takes them, whatever the machine's own table says; else by the name."""
    return {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}.get(name.rpartition(".")[2])
