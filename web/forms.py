"""Parses request bodies: numbers become Decimal; what is no object or cannot be stored is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn

from flask import g, request

from processes.errors import FormInvalid, Invalid, NotFound, Unreadable
from processes.policy import reading
from processes.texts import tr

_LONGEST_INT = 18
MOST_BYTES, MOST_VALUES = 4_000_000, 40_000
"""For a JSON request: no form or file of a programme comes near it. Each value costs two hundred times its
bytes in memory."""
MOST_OF_A_STRANGER = 20_000
"""Bytes from somebody who is not signed in."""
_PARTS = ("form.", "data.")


def body() -> dict[str, Any]:
    """Return the JSON object of the request; raises `Invalid`, or `FormInvalid` for texts that cannot be stored."""
    raw = request.get_data()
    if len(raw) > (MOST_BYTES if g.get("actor") else MOST_OF_A_STRANGER) or _values(raw) > MOST_VALUES:
        raise Invalid(reason=tr("提交的内容过多，请减少后重试"))
    try:
        value = json.loads(raw, parse_float=Decimal, parse_int=_number, parse_constant=_no_number)
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise Invalid(reason=tr("提交的内容无法识别")) from None
    if not isinstance(value, dict):
        raise Invalid(reason=tr("提交的内容不完整"))
    faults: dict[str, list[str]] = {}
    for place, sentence in reading.faults_within(value):
        faults.setdefault(_field(place), []).append(sentence)
    if faults:
        raise FormInvalid(faults)
    return value


def _values(raw: bytes) -> int:
    """An upper limit of the number of values in a text, by its separators."""
    return sum(raw.count(sign) for sign in (b",", b"{", b"["))


def _number(digits: str) -> int | Decimal:
    """Numbers too large for a row are kept, so that the field's parser refuses them and not the JSON parser."""
    return int(digits) if len(digits) <= _LONGEST_INT else Decimal(digits)


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _field(place: str) -> str:
    for part_name in _PARTS:
        place = place.removeprefix(part_name)
    return place


def demand_storable() -> None:
    """Refuse a request whose address or form contains what cannot be stored; runs before every route."""
    if reading.broken(request.path):
        raise NotFound()
    for arguments in (request.args, request.form):
        for key, values in arguments.lists():
            if any(reading.broken(text) for text in (key, *values)):
                raise Invalid(reason=tr("含有无法识别的字符，请删除后重新输入"))


def part(value: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a nested object of the request; raises `Invalid`."""
    found = value.get(name, {})
    if not isinstance(found, dict):
        raise Invalid(reason=tr("提交的内容不完整"))
    return found


def texts(value: dict[str, Any], name: str) -> tuple[str, ...]:
    """Return a list of texts of the request; raises `Invalid`."""
    found = value.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Invalid(reason=tr("提交的内容不完整"))
    return tuple(found)


def whole(value: Any) -> int:
    """Return a whole number within the range of rows; raises `Invalid`."""
    try:
        return reading.whole(value, -reading.LARGEST_KEY)
    except Unreadable as fault:
        raise Invalid(reason=fault.reason) from None


def page_number() -> int:
    """Return the requested page, by default the first."""
    try:
        return reading.whole(request.args.get("page", "1"), 1, 99_999)
    except Unreadable:
        return 1


def row(name: str) -> int | None:
    """Return the row id in the address, or None."""
    try:
        return reading.whole(request.args.get(name, ""), 1)
    except Unreadable:
        return None


def search_word() -> str:
    """Return the search word (`?q=`)."""
    return reading.search_word(request.args.get("q", ""))
