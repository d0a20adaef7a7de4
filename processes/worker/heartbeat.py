"""Heartbeat of the worker: it touches a file in the data folder in every round and before every paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from processes.settings import Settings
from processes.storage.unit_of_work import current_instant

SILENT_AFTER = timedelta(minutes=3)
"""Longer than anything between two heartbeats; what takes longer runs in other threads."""


def beat(settings: Settings) -> None:
    """Record a heartbeat."""
    _file(settings).touch()


def last(settings: Settings) -> datetime | None:
    """Return the instant of the last heartbeat; None if there never was one."""
    try:
        return datetime.fromtimestamp(_file(settings).stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def is_silent(settings: Settings) -> bool:
    """Return whether the worker does not run, so that no paper is made and no timer fires."""
    beaten = last(settings)
    return beaten is None or current_instant() - beaten > SILENT_AFTER


def hold(settings: Settings, reason: str) -> None:
    """Record that the worker runs but fires no timers, and why."""
    _held(settings).write_text(reason, encoding="utf-8")


def release(settings: Settings) -> None:
    """Record that it fires timers again."""
    _held(settings).unlink(missing_ok=True)


def held(settings: Settings) -> str | None:
    """Return why the worker fires no timers; None if it does."""
    try:
        return _held(settings).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _held(settings: Settings) -> Path:
    return settings.var / "worker.held"


def _file(settings: Settings) -> Path:
    return settings.var / "worker.alive"
