"""The only TOML reader: limits are checked before parsing.

Authors of drafts send such texts. The parser needs time quadratic in the parts of a key and recurses with
brackets, and a number of thousands of digits fails wherever it is written later; such input is refused before
parsing.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal, InvalidOperation
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from processes.errors import TomlInvalid
from processes.texts import tr

MOST_BYTES, MOST_LEVELS, MOST_PARTS, MOST_DIGITS = 200_000, 20, 8, 40
"""The largest file of a programme has 12 kB, three levels and keys of two parts."""
MOST_PLACES = 30
"""Before or after the decimal point; far more than any amount has."""
_LITERAL = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*(?:"{3,5}|\\?\Z)'
    r"|'''(?:[^']|'(?!''))*(?:'{3,5}|\Z)"
    r'|"(?:[^"\\\n]|\\[^\n])*"?'
    r"|'[^'\n]*'?"
    r"|#[^\n]*",
    re.DOTALL,
)
"""Strings and comments. An unclosed one extends as far as possible, so that no character is read twice."""
_LONG_NUMBER = re.compile(rf"(?<![\w-])\d[\w.+-]{{{MOST_DIGITS}}}")
_BRACKET = re.compile(r"[\[\]{}]")


def read_toml(text: str | bytes) -> dict[str, Any]:
    """Parse a document with exact numbers; raises `TomlInvalid` with the position of what is not allowed."""
    demanded = _demanded(text)
    try:
        return tomllib.loads(demanded, parse_float=_number)
    except (ValueError, RecursionError) as fault:  # raised by the parser, by numbers and by dates
        raise TomlInvalid(reason=str(fault)[:200]) from fault


def read_toml_with_comments(text: str, most_bytes: int, most_levels: int) -> Any:
    """Parse for editing, keeping comments and order; limits `most_bytes`, `most_levels`: this parser is slow."""
    demanded = _demanded(text, most_bytes, most_levels, most_levels)
    try:
        return tomlkit.parse(demanded)
    except (TOMLKitError, ValueError, ArithmeticError, RecursionError) as fault:
        raise TomlInvalid(reason=str(fault)[:200]) from fault


def _demanded(
    text: str | bytes, most_bytes: int = MOST_BYTES, levels: int = MOST_LEVELS, parts: int = MOST_PARTS
) -> str:
    """Return the text if it is within the limits."""
    size = len(text if isinstance(text, bytes) else text.encode(errors="replace"))
    if size > most_bytes:
        raise TomlInvalid(reason=tr("文件超过 {most_bytes} KB", most_bytes=most_bytes // 1000))
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
    except UnicodeDecodeError as fault:
        raise TomlInvalid(reason=tr("不是 UTF-8 文本")) from fault
    plain = _LITERAL.sub(_placeholder, decoded)
    if found := re.search(rf"(?:\.[ \t]*[\w-]+[ \t]*){{{parts}}}", plain):
        raise TomlInvalid(
            reason=tr("第 {start} 行的键超过 {parts} 级", start=_line(plain, found.start()), parts=parts)
        )
    if found := _LONG_NUMBER.search(plain):
        raise TomlInvalid(
            reason=tr(
                "第 {start} 行的数字超过 {most_digits} 位",
                start=_line(plain, found.start()),
                most_digits=MOST_DIGITS,
            )
        )
    depth = 0
    for bracket in _BRACKET.finditer(plain):
        depth = depth + 1 if bracket[0] in "[{" else max(depth - 1, 0)
        if depth > levels:
            raise TomlInvalid(
                reason=tr(
                    "第 {start} 行的层次过多，括号嵌套超过 {levels} 层",
                    start=_line(plain, bracket.start()),
                    levels=levels,
                )
            )
    return decoded


def _placeholder(match: re.Match[str]) -> str:
    """Replace a string by a placeholder (it may be part of a key) and drop a comment; line numbers stay."""
    return ("" if match[0].startswith("#") else "s") + "\n" * match[0].count("\n")


def _line(plain: str, at: int) -> int:
    return plain.count("\n", 0, at) + 1


def _number(written: str) -> Decimal:
    """Parse an exact number; raises a `ValueError` if it is not finite or has too many places."""
    try:
        number = Decimal(written)
    except InvalidOperation as fault:
        raise ValueError(tr("数字“{written}”无法识别", written=written[:20])) from fault
    if not is_plain(number):
        raise ValueError(tr("数字“{written}”过大、过小或不是有限的数", written=written[:20]))
    return number


def is_plain(number: Decimal) -> bool:
    """Return whether a number can be written out: finite, with few places on either side of its point."""
    return (
        number.is_finite()
        and int(number.as_tuple().exponent) >= -MOST_PLACES
        and number.adjusted() <= MOST_PLACES
    )
