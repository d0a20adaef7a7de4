"""Static files: compressed if the browser accepts it; cached permanently if their name contains a digest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, request, send_from_directory
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from web.require import public

desk = Blueprint("static_files", __name__)
PREFIX = "/static/"
FOLDER = Path(__file__).parent / "static"
_BUILT = ("assets/", "en/assets/")
_BUILDS = {"zh": "", "en": "en/"}
_ENCODINGS = {"br": ".br", "gzip": ".gz"}
_FOR_EVER = "public, max-age=31536000, immutable"


class PageSessions(SecureCookieSessionInterface):
    """Sessions for pages; files have none, so that caching does not depend on the signed-in person."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookie for pages, with Vary; nothing for files."""
        if not request.path.startswith(PREFIX):
            super().save_session(app, session, response)


def files_of_entry(name: str, language: str) -> dict[str, Any]:
    """Addresses of an entry's script and style sheets, in a language ("zh", "en"): "tasks/task" is src/tasks/task.js."""
    build = _BUILDS[language]
    manifest = json.loads((FOLDER / build / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    entry = manifest[f"src/{name}.js"]
    styles = list(entry.get("css", []))
    for imported in entry.get("imports", []):
        styles += manifest[imported].get("css", [])
    prefix = f"{PREFIX}{build}"
    return {"script": f"{prefix}{entry['file']}", "styles": [f"{prefix}{s}" for s in styles]}


@desk.get(f"{PREFIX}<path:name>")
@public
def one(name: str) -> Response:
    """Return a static file. Built files have a digest in their name and never change."""
    encoding = _encoding(name)
    suffix = _ENCODINGS.get(encoding, "")
    answer = send_from_directory(FOLDER, name + suffix, mimetype=_kind(name), conditional=True)
    if encoding:
        answer.headers["Content-Encoding"] = encoding
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = _FOR_EVER if name.startswith(_BUILT) else "no-cache"
    return answer


def _encoding(name: str) -> str:
    """The smallest stored encoding that the browser accepts; "" for the file itself."""
    taken = request.accept_encodings
    if not name.startswith(_BUILT):
        return ""
    return next((e for e, s in _ENCODINGS.items() if taken[e] > 0 and (FOLDER / (name + s)).is_file()), "")


def _kind(name: str) -> str | None:
    """JavaScript has a fixed type, whatever the machine's own table says; others by name."""
    return {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}.get(name.rpartition(".")[2])
