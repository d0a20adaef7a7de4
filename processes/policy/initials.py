"""Pinyin initials of names, by which people search on any keyboard (张建国: zjg)."""

from __future__ import annotations

from itertools import islice, product

LONGEST = 60
MOST_READINGS = 32
"""Maximum combinations of readings stored for one name."""
_AS_SURNAME = {
    "曾": "z", "单": "s", "仇": "q", "解": "x", "查": "z", "翟": "z", "覃": "q", "区": "o", "朴": "p", "乐": "y",
    "盖": "g", "任": "r", "缪": "m", "冼": "x", "华": "h", "过": "g", "折": "s", "那": "n", "繁": "p", "秘": "b",
    "员": "y", "召": "s", "种": "c", "尉": "w", "黑": "h", "洗": "x", "燕": "y", "应": "y", "令": "l", "占": "z",
    "适": "k", "句": "g", "宓": "m", "逄": "p", "郇": "x", "郗": "x", "殷": "y", "褚": "c", "曲": "q", "车": "c",
    "沈": "s", "石": "s", "藏": "z", "祭": "z", "訾": "z", "妫": "g", "隗": "w", "臧": "z", "晁": "c", "粘": "n",
    "万俟": "mq", "尉迟": "yc", "澹台": "tt", "长孙": "zs", "令狐": "lh", "单于": "cy", "宿": "s", "行": "x",
}  # fmt: skip
"""Characters with another reading as a surname; two-character surnames are checked first."""


def initials(name: str) -> str:
    """Return the first letter of every character's reading, the surname read as a surname; skip unknown
    characters."""
    for length in (2, 1):
        surname = name[:length]
        if len(surname) == length and surname in _AS_SURNAME:
            return (_AS_SURNAME[surname] + _read(name[length:]))[:LONGEST]
    return _read(name)[:LONGEST]


def other_initials(name: str) -> str:
    """Return the most likely alternative initials, or "" if there are none.

    The surname read like any other word (单建国: djg), else the second reading of a character (贺长顺: hcs
    beside hzs).
    """
    return next(iter(_others(name)), "")


def further_initials(name: str) -> list[str]:
    """Return the initials of all other readings, as words for full-text search."""
    return _others(name)[1:]


def _others(name: str) -> list[str]:
    first = initials(name)
    found = dict.fromkeys([_read(name)[:LONGEST], *(text[:LONGEST] for text in _every(name))])
    return [text for text in found if text and text != first]


def _every(name: str) -> list[str]:
    """Every combination of first letters of the possible readings, the usual ones first."""
    usual = [_read(character) for character in name]
    choices = [
        dict.fromkeys([one, *(_plain(r) for r in _readings(c))]) for c, one in zip(name, usual, strict=True)
    ]
    kept = [[letter for letter in letters if letter] or [""] for letters in choices]
    return ["".join(letters) for letters in islice(product(*kept), MOST_READINGS)]


def _readings(character: str) -> list[str]:
    from pypinyin import Style, pinyin

    return pinyin(character, style=Style.FIRST_LETTER, heteronym=True, errors=lambda text: text)[0]


def _read(name: str) -> str:
    # Imported when a name is read: its dictionary takes half a second of the start of every process.
    from pypinyin import Style, lazy_pinyin

    return _plain("".join(lazy_pinyin(name, style=Style.FIRST_LETTER, errors=lambda text: text)))


def _plain(letters: str) -> str:
    return "".join(c for c in letters.lower() if c.isascii() and c.isalnum())
