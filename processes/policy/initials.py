"""Pinyin initials of names, by which people find them on any keyboard (张建国: zjg)."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin

LONGEST = 60
_AS_SURNAME = {
    "曾": "z", "单": "s", "仇": "q", "解": "x", "查": "z", "翟": "z", "覃": "q", "区": "o", "朴": "p", "乐": "y",
    "盖": "g", "任": "r", "缪": "m", "冼": "x", "华": "h", "过": "g", "折": "s", "那": "n", "繁": "p", "秘": "b",
    "员": "y", "召": "s", "种": "c", "尉": "w", "黑": "h", "洗": "x", "燕": "y", "应": "y", "令": "l", "占": "z",
    "适": "k", "句": "g", "宓": "m", "逄": "p", "郇": "x", "郗": "x", "殷": "y", "褚": "c", "曲": "q", "车": "c",
    "沈": "s", "石": "s", "藏": "z", "祭": "z", "訾": "z", "妫": "g", "隗": "w", "臧": "z", "晁": "c", "粘": "n",
    "万俟": "mq", "尉迟": "yc", "澹台": "tt", "长孙": "zs", "令狐": "lh", "单于": "cy", "宿": "s", "行": "x",
}  # fmt: skip
"""Characters with another reading as a surname; two-character surnames before the first character alone."""


def initials(name: str) -> str:
    """The first letter of every character's reading, the surname read as a surname; what has none is left out."""
    for length in (2, 1):
        surname = name[:length]
        if len(surname) == length and surname in _AS_SURNAME:
            return (_AS_SURNAME[surname] + _read(name[length:]))[:LONGEST]
    return _read(name)[:LONGEST]


def other_initials(name: str) -> str:
    """The initials with the surname read like any other word (单建国: djg); empty where they are the same."""
    plain = _read(name)[:LONGEST]
    return "" if plain == initials(name) else plain


def _read(name: str) -> str:
    letters = lazy_pinyin(name, style=Style.FIRST_LETTER, errors=lambda text: text)
    return "".join(c for c in "".join(letters).lower() if c.isascii() and c.isalnum())
