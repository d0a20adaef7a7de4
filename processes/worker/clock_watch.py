"""Checks that this machine's clock can be trusted before timers are fired (docs/adr/0043).

A clock that is wrong for half a minute fires the timers of the days in between, which cannot be undone. So
the system clock is compared in every round with a monotonic one, and with the database server's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from processes.office import Office
from processes.policy.calendar import SHANGHAI
from processes.texts import tr

JUMP = timedelta(minutes=10)
"""More than a clock is corrected when the machine finds its time server."""
APART = timedelta(hours=1)
"""More than two machines of an office differ."""


def seconds_since_start() -> float:
    """Return seconds since the machine started, including sleep; nobody can set this clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ClockWatch:
    """The clock as last seen while it was right."""

    def __init__(self, office: Office, seconds: Callable[[], float] = seconds_since_start) -> None:
        self._office = office
        self._seconds = seconds
        # A new worker trusts its clock, however long none ran; a restart is the operator's confirmation.
        self._right, self._at = office.database.clock(), seconds()

    def fault(self) -> str | None:
        """Return what is wrong with the clock, in words; None if it is right, and then remember this moment."""
        now, at = self._office.database.clock(), self._seconds()
        expected = self._right + timedelta(seconds=at - self._at)
        if abs(now - expected) > JUMP:
            way = tr("快") if now > expected else tr("慢")
            return tr(
                "本机时钟突然变{way}：现在显示 {now}，按实际经过的时间应为 {expected}",
                way=way,
                now=_said(now),
                expected=_said(expected),
            )
        server = self._server_time()
        if server is not None and abs(now - server) > APART:
            return tr(
                "本机时钟显示 {now}，数据库服务器显示 {server}，相差过大",
                now=_said(now),
                server=_said(server),
            )
        self._right, self._at = now, at
        return None

    def _server_time(self) -> datetime | None:
        """The time of the database server; SQLite has no server."""
        if self._office.database.is_sqlite:
            return None
        with self._office.database.reading("") as session:
            return session.scalar(select(func.clock_timestamp()))


def _said(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
