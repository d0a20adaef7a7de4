"""`@require(…, reads="case_read")`: logs what was opened in the log of reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock

import structlog
from flask import Response, current_app, request

from processes.access.scope import Actor
from processes.errors import Unavailable
from processes.office.system.reads import NoteRead
from processes.texts import tr
from web import auth

ONCE = timedelta(minutes=10)
"""Repeated reads of one thing within this time are logged once."""
_NEVER_UNLOGGED = ("attachment_read", "case_carried")
"""Reads that leave the office with the reader, and are always logged."""
LIST = "list_read"
TITLES = {
    "/": tr("首页"), "/archive": tr("档案"), "/calls": tr("来电"), "/cases": tr("办件"), "/differences": tr("登记差异"), "/households": tr("家庭"),
    "/load/cases": tr("各环节在办"), "/offers": tr("社会力量对接"), "/oversight": tr("督办"), "/oversight/moves": tr("移动办理"), "/papers/batch": tr("批量打印"),
    "/scan/returns": tr("签字件归档"), "/search": tr("查找"), "/transfers": tr("迁移"), "/worklist": tr("待办"),
}  # fmt: skip
"""Names of lists in the log, by address."""
_SEEN_ONCE = timedelta(hours=12)
"""An open list shows the same rows the whole day."""
_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{6,12}-(?:H-[0-9]{6}|[A-Z]{2}-[0-9]{4}-[0-9]{5})(?![0-9])")
"""Format of case and household numbers (`cases.numbering`)."""
_LONG = re.compile(r"(?<![0-9-])[0-9]{10,}[0-9Xx](?![0-9-])")
"""Telephone, account and ID numbers: the log contains only their end."""
_NAMING = ("text/html", "application/json")
_NO_CONDITION = ("page", "columns", "unsaved", "noted", "saved")
_MOST = 20_000
_AT_ONCE = 500
"""Entries written in one transaction."""
_log = structlog.get_logger()
_lock = Lock()


def note(actor: Actor, action: str, *targets: str, once: timedelta = ONCE) -> None:
    """Log that somebody opened something; if the database cannot be written, reading still works."""
    now = auth.office().database.clock()
    new = [target for target in targets if _is_new((actor.account_id, action, target), now, once)]
    if not new:
        return
    try:
        auth.office().perform(NoteRead(action, new[0], request.remote_addr or "", tuple(new[1:])), actor)
    except Unavailable:
        for target in new:
            _forget((actor.account_id, action, target))
        if action in _NEVER_UNLOGGED:
            raise
        _log.warning("read_not_logged", account=actor.account_id, action=action)


def note_list(actor: Actor) -> None:
    """Log which list somebody views and its filter; not for automatic refreshes."""
    if not auth.is_by_itself():
        kept = [f"{n}={_LONG.sub(_tail, v)}" for n, v in request.args.items() if v and n not in _NO_CONDITION]
        note(actor, LIST, " ".join([request.path, *kept]))


def _tail(number: re.Match[str]) -> str:
    return "*" + number[0][-4:]


def note_named(actor: Actor, answer: Response) -> None:
    """Log every case and household that a response shows to somebody of another department.

    Nobody there decides on these cases, so each one shown is logged, in lists too. An ID number that was
    typed reveals nothing by being repeated.
    """
    if answer.is_streamed or answer.mimetype not in _NAMING:
        return
    named = {*_NUMBER.findall(answer.get_data(as_text=True))}
    typed = {*_NUMBER.findall(" ".join(request.args.values()))}
    note(actor, "case_listed", *sorted(named - typed), once=_SEEN_ONCE)


def note_rows(actor: Actor, rows: Sequence[Sequence[str]]) -> None:
    """Log every case in a file exported by somebody of another department, each time, or export nothing."""
    if not actor.department:
        return
    named = sorted({number for row in rows for cell in row for number in _NUMBER.findall(cell)})
    for first in range(0, len(named), _AT_ONCE):
        some = named[first : first + _AT_ONCE]
        command = NoteRead("case_listed", some[0], request.remote_addr or "", tuple(some[1:]))
        auth.office().perform(command, actor)


def _is_new(key: tuple[int | None, str, str], now: datetime, once: timedelta) -> bool:
    with _lock:
        known: dict[tuple[int | None, str, str], datetime] = current_app.extensions.setdefault("reads", {})
        last = known.get(key)
        if last is not None and timedelta(0) <= now - last < once:
            return False
        if len(known) >= _MOST:
            known.clear()
        known[key] = now
        return True


def _forget(key: tuple[int | None, str, str]) -> None:
    with _lock:
        current_app.extensions.setdefault("reads", {}).pop(key, None)
