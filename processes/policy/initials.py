"""Pinyin initials of names, by which people find them on any keyboard (张建国: zjg)."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin

LONGEST = 60


def initials(name: str) -> str:
    """The first letter of every character's reading; what has none is left out."""
    letters = lazy_pinyin(name, style=Style.FIRST_LETTER, errors=lambda text: text)
    return "".join(c for c in "".join(letters).lower() if c.isascii() and c.isalnum())[:LONGEST]
