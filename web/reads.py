"""`@require(…, reads="case_read")`: what was opened goes into the log of reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

import structlog
from flask import current_app, request

from processes import commands as c
from processes.access.scope import Actor
from processes.errors import Unavailable
from web import auth

ONCE = timedelta(minutes=10)
"""Somebody who goes to and fro between pages of one thing is written down once."""
_NEVER_UNLOGGED = ("attachment_read",)
"""Files that leave the office with whoever opens them."""
_MOST = 20_000
_log = structlog.get_logger()
_lock = Lock()


def note(actor: Actor, action: str, target: str) -> None:
    """Write down that somebody opened something; a store that takes no writes keeps nobody from reading."""
    key = (actor.account_id, action, target)
    now = auth.office().database.clock()
    if not _is_new(key, now):
        return
    try:
        auth.office().perform(c.NoteRead(action, target, request.remote_addr or ""), actor)
    except Unavailable:
        _forget(key)
        if action in _NEVER_UNLOGGED:
            raise
        _log.warning("read_not_logged", account=actor.account_id, action=action)


def _is_new(key: tuple[int | None, str, str], now: datetime) -> bool:
    with _lock:
        known: dict[tuple[int | None, str, str], datetime] = current_app.extensions.setdefault("reads", {})
        last = known.get(key)
        if last is not None and timedelta(0) <= now - last < ONCE:
            return False
        if len(known) >= _MOST:
            known.clear()
        known[key] = now
        return True


def _forget(key: tuple[int | None, str, str]) -> None:
    with _lock:
        current_app.extensions.setdefault("reads", {}).pop(key, None)
