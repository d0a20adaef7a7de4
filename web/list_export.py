"""A list of the desk as a spreadsheet: written into the access log first, then read, within the bound of a sheet."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import send_file

from processes.access.scope import Actor
from processes.office.papers.export import NoteListExport
from processes.papers import lists
from processes.policy.calendar import SHANGHAI
from web import auth, reads


def note(actor: Actor, title: str, kept: Mapping[str, str]) -> None:
    """Write down that somebody takes a list, and how it was narrowed."""
    auth.office().perform(NoteListExport(f"{title} {urlencode(kept)}".strip()), actor)


def answer(
    actor: Actor, title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]]
) -> Any:
    """The sheet as a file to keep; what it shows to a department is written down case by case, as in a list."""
    told = list(rows)
    reads.note_rows(actor, told)
    content = lists.spreadsheet(title, columns, told, auth.office().database.clock())
    return send_file(
        io.BytesIO(content), mimetype=lists.MEDIA, download_name=f"{title}.xlsx", as_attachment=True
    )


def minute(at: datetime | None) -> str:
    """An instant as China reads it."""
    return "" if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
