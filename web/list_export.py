"""Exports lists as spreadsheets: logged first, then read, up to the limit of a spreadsheet."""

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
    """Log that somebody exports a list, and its filter."""
    auth.office().perform(NoteListExport(f"{title} {urlencode(kept)}".strip()), actor)


def answer(
    actor: Actor, title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]]
) -> Any:
    """Return the spreadsheet; cases shown to a department are logged one by one, as for lists."""
    row_list = list(rows)
    reads.note_rows(actor, row_list)
    content = lists.spreadsheet(title, columns, row_list, auth.office().database.clock())
    return send_file(
        io.BytesIO(content), mimetype=lists.MEDIA, download_name=f"{title}.xlsx", as_attachment=True
    )


def minute(at: datetime | None) -> str:
    """Format an instant in China's time."""
    return "" if at is None else f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
