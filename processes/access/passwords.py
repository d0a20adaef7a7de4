"""Passwords: generated one-time passwords, and rules for new passwords."""

from __future__ import annotations

import secrets
from datetime import timedelta

from processes.errors import PasswordRefused
from processes.texts import tr

PUBLISHED = "yimen-2026"  # the published password of demo accounts; never accepted for a real account
MIN_LENGTH = 10
MAX_LENGTH = 128
ONE_TIME_VALID = timedelta(days=7)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that are easily confused when a password is read aloud."""
_GROUPS, _GROUP = 4, 4
ENOUGH_GUESSES = 8
"""As a power of ten: withstands guessing at the desk, which is slowed down, and for a while also with a
stolen hash."""
_JUDGED = 64
_OFFICE_WORDS = ("yimen", "minzheng", "minzhengju", "dibao", "jiuzhu", "shehuijiuzhu", "woaini", "zhongguo")


def one_time() -> str:
    """Return a random one-time password for one person, for example `k7mf-2pqd-x9ra-h3tw` (79 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def check(new: str, username: str, name: str) -> None:
    """Raise `PasswordRefused` unless a password is long enough and not known to others.

    Length counts, not composition.
    """
    if len(new) < MIN_LENGTH:
        raise PasswordRefused(reason=tr("至少 {min_length} 个字符", min_length=MIN_LENGTH))
    if len(new) > MAX_LENGTH:
        raise PasswordRefused(reason=tr("最多 {max_length} 个字符", max_length=MAX_LENGTH))
    lowered = new.lower()
    if username.lower() in lowered or name.lower() in lowered:
        raise PasswordRefused(reason=tr("不能包含用户名或姓名"))
    if new.isdecimal():
        raise PasswordRefused(reason=tr("不能全是数字（电话、身份证号、日期容易猜到）"))
    if lowered == PUBLISHED or _guesses(lowered, username) < ENOUGH_GUESSES:
        raise PasswordRefused(
            reason=tr("属于已泄露的常用密码或容易猜到的组合，请换一个，例如几个互不相关的词")
        )


def _guesses(password: str, username: str) -> float:
    """Number of guesses needed, as a power of ten, by lists of breached passwords, dates, keyboard rows."""
    from zxcvbn import zxcvbn  # here: its dictionaries take a fifth of a second of the start of every process

    estimate = zxcvbn(password[:_JUDGED], user_inputs=[username, *_OFFICE_WORDS])
    return float(estimate["guesses_log10"])
