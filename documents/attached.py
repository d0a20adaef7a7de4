"""Data embedded in a PDF: only what its page shows (PIPL articles 6 and 28: data minimisation).

A contract contains more than a letter shows (statements of neighbours, every official's opinion); the letter
goes to other people.
"""

from __future__ import annotations

import html
import re
from decimal import Decimal, InvalidOperation
from typing import Any

_TAG = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_]\w*")
_SPACE = re.compile(r"\s+")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_BEFORE = re.compile(r"[\d.,-]")
_AFTER = re.compile(r"[\d-]|[.,]\d")


def shown(data: Any, page: str, templates: str | None = None) -> dict[str, Any]:
    """Return the leaves of a contract that appear on a page of HTML, at their paths; empty parts are left
    out.

    `templates` is the text that reads the contract: values that it does not name are left out, even if the
    same word (同意) appears on the page. None: anything that appears.
    """
    words = None if templates is None else frozenset(_NAME.findall(templates))
    kept = _kept(data, _plain(html.unescape(_TAG.sub("", page.partition("<body")[2] or page))), words)
    return kept if isinstance(kept, dict) else {}


def ways(leaf: Any) -> set[str]:
    """Return the possible forms of a leaf on a page: as it is, a date in words, an amount with and without
    separators."""
    text = _plain(str(leaf))
    forms = {text}
    date = _DATE.fullmatch(str(leaf))
    if date is not None:
        year, month, day = (int(part) for part in date.groups())
        forms |= {f"{year}年{month}月{day}日", f"{year}-{month:02d}-{day:02d}"}
    elif _NUMBER.fullmatch(text):
        forms |= _amounts(text)
    return forms - {""}


def _amounts(text: str) -> set[str]:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return set()
    digits = f"{value.normalize():f}"
    return {digits, f"{value:,.2f}", f"{value:.2f}", f"{value:,f}"}


def _plain(text: str) -> str:
    return _SPACE.sub("", text)


def _kept(part: Any, page: str, words: frozenset[str] | None) -> Any:
    if isinstance(part, dict):
        named = {key: value for key, value in part.items() if words is None or key in words}
        kept_values = {
            key: kept for key, value in named.items() if (kept := _kept(value, page, words)) is not None
        }
        return kept_values or None
    if isinstance(part, list | tuple):
        rows = [kept for value in part if (kept := _kept(value, page, words)) is not None]
        return rows or None
    if part is None or isinstance(part, bool):
        return None
    return part if any(_stands(way, page) for way in ways(part)) else None


def _stands(way: str, page: str) -> bool:
    """Whether a value appears on the page; numbers must match as a whole: 12 is not in 2026-12-01 or 1,200."""
    at = page.find(way)
    while at >= 0:
        end = at + len(way)
        if not (way[0].isdigit() and _BEFORE.fullmatch(page[at - 1 : at])) and not (
            way[-1].isdigit() and _AFTER.match(page, end)
        ):
            return True
        at = page.find(way, at + 1)
    return False
