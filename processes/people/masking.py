"""Masking of personal data in lists, notices and logs (个人信息保护法: no more than needed)."""

from __future__ import annotations

from processes.texts import tr

HEAD_DIGITS = 4
TAIL_DIGITS = 4
ID_LENGTH = 18
_LONG = 15
"""An ID card has 18 characters, an older foreigner's card 15; passports have fewer."""


def id_number(head: str, tail: str) -> str:
    """Mask an ID number: `3401**********1234`."""
    return f"{head}{'*' * (ID_LENGTH - HEAD_DIGITS - TAIL_DIGITS)}{tail}"


def document(number: str) -> str:
    """Mask the number of any document, keeping its length: 4 characters at each end of a long one, 1 and 3 of
    a short."""
    head, tail = (HEAD_DIGITS, TAIL_DIGITS) if len(number) >= _LONG else (1, 3)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]


def minor_name(name: str) -> str:
    """Return a minor's name for public papers: the family name only."""
    return name[:1] + tr("某") * max(len(name) - 1, 1)
