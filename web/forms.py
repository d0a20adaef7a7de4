"""From JSON to values: numbers become Decimal, and what is not an object or cannot be stored is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from flask import g, request

from processes.errors import FormInvalid, Invalid, NotFound, Unreadable
from processes.policy import reading

_LONGEST_INT = 18
MOST_BYTES, MOST_VALUES = 4_000_000, 40_000
"""Of a JSON request: no form, no file of a programme comes near it. Each value costs two hundred times its bytes in memory."""
MOST_OF_A_STRANGER = 20_000
"""Bytes of whoever is not signed in."""
_PARTS = ("form.", "data.")


def body() -> dict[str, Any]:
    """The JSON object of the request; raises `Invalid`, or `FormInvalid` for texts that cannot be stored."""
    raw = request.get_data()
    if len(raw) > (MOST_BYTES if g.get("actor") else MOST_OF_A_STRANGER) or _values(raw) > MOST_VALUES:
        raise Invalid(reason="提交的内容过多，请减少后重试")
    try:
        value = json.loads(raw, parse_float=Decimal, parse_int=_number, parse_constant=_no_number)
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise Invalid(reason="提交的内容无法识别") from None
    if not isinstance(value, dict):
        raise Invalid(reason="提交的内容不完整")
    faults: dict[str, list[str]] = {}
    for place, sentence in reading.faults_within(value):
        faults.setdefault(_field(place), []).append(sentence)
    if faults:
        raise FormInvalid(faults)
    return value


def _values(raw: bytes) -> int:
    """How many values a text can hold at most, by what stands between and before them."""
    return sum(raw.count(sign) for sign in (b",", b"{", b"["))


def _number(digits: str) -> int | Decimal:
    """What is too large for a row stays a number, which every reader refuses, and does not stop the reading."""
    return int(digits) if len(digits) <= _LONGEST_INT else Decimal(digits)


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _field(place: str) -> str:
    for part_name in _PARTS:
        place = place.removeprefix(part_name)
    return place


def demand_storable() -> None:
    """Refuse a request whose address or form holds what cannot be stored; runs before every route."""
    if reading.broken(request.path):
        raise NotFound()
    for told in (request.args, request.form):
        for key, values in told.lists():
            if any(reading.broken(text) for text in (key, *values)):
                raise Invalid(reason="含有无法识别的字符，请删除后重新输入")


def part(value: dict[str, Any], name: str) -> dict[str, Any]:
    """A nested object of the request; raises `Invalid`."""
    found = value.get(name, {})
    if not isinstance(found, dict):
        raise Invalid(reason="提交的内容不完整")
    return found


def texts(value: dict[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts of the request; raises `Invalid`."""
    found = value.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Invalid(reason="提交的内容不完整")
    return tuple(found)


def whole(value: Any) -> int:
    """A whole number that a row may have; raises `Invalid`."""
    try:
        return reading.whole(value, -reading.LARGEST_KEY)
    except Unreadable as fault:
        raise Invalid(reason=fault.reason) from None


def page_number() -> int:
    """The page asked for, the first one where nothing sensible is."""
    try:
        return reading.whole(request.args.get("page", "1"), 1, 99_999)
    except Unreadable:
        return 1


def row(name: str) -> int | None:
    """The row that the address names, None where nothing sensible is."""
    try:
        return reading.whole(request.args.get(name, ""), 1)
    except Unreadable:
        return None


def search_word() -> str:
    """What somebody looks for (`?q=`)."""
    return reading.search_word(request.args.get("q", ""))
