"""When somebody may be notified outside the page: quiet hours, one mail a day."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from processes.access.models import Account
from processes.policy.calendar import SHANGHAI

DIGEST_AT = time(8, 30)


def parsed(text: str) -> time | None:
    """Parse `20:00`; None for an empty text. Raises ValueError for anything else."""
    return time.fromisoformat(text) if text else None


def earliest(account: Account, made: datetime, now: datetime) -> datetime:
    """Return from when a notice made at an instant may be sent to a person."""
    when = now
    if account.digest:
        local = made.astimezone(SHANGHAI)
        at = datetime.combine(local.date(), DIGEST_AT, SHANGHAI)
        when = max(when, at if local <= at else at + timedelta(days=1))
    return _after_quiet(account, when)


def _after_quiet(account: Account, when: datetime) -> datetime:
    start, end = parsed(account.quiet_from), parsed(account.quiet_until)
    if start is None or end is None or start == end:
        return when
    local = when.astimezone(SHANGHAI)
    is_quiet = start <= local.time() < end if start < end else local.time() >= start or local.time() < end
    if not is_quiet:
        return when
    over = datetime.combine(local.date(), end, SHANGHAI)
    return over if over > local else over + timedelta(days=1)
