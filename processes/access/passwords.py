"""Passwords: one-time passwords that are given out, and what a new password has to be."""

from __future__ import annotations

import secrets
from datetime import timedelta

from processes.errors import PasswordRefused

PUBLISHED = "yimen-2026"  # the password of demonstration accounts; never one of a real account
MIN_LENGTH = 10
MAX_LENGTH = 128
ONE_TIME_VALID = timedelta(days=7)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the letters and digits that are mistaken for one another when a password is read out."""
_GROUPS, _GROUP = 4, 4


def one_time() -> str:
    """A random password to be told to one person, for example `k7mf-2pqd-x9ra-h3tw` (79 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def check(new: str, username: str, name: str) -> None:
    """Raise `PasswordRefused` unless a password is long enough and not one that others know.

    Length counts, not composition.
    """
    if len(new) < MIN_LENGTH:
        raise PasswordRefused(reason=f"至少 {MIN_LENGTH} 个字符")
    if len(new) > MAX_LENGTH:
        raise PasswordRefused(reason=f"最多 {MAX_LENGTH} 个字符")
    lowered = new.lower()
    if username.lower() in lowered or name.lower() in lowered:
        raise PasswordRefused(reason="不能包含用户名或姓名")
    if lowered == PUBLISHED or len(set(lowered)) <= 3:  # noqa: PLR2004  (aaaaaaaaaa, 1212121212)
        raise PasswordRefused(reason="过于简单或已经公开")
