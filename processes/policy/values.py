"""Process data as JSON bytes and back: Decimal, dates and instants keep their type."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson

from processes.texts import tr

_NUMBER, _DATE, _INSTANT = "~n", "~d", "~t"
_NESTED = frozenset((dict, list))
"""JSON containers; everything else is returned as read."""


def dumps(value: Any) -> bytes:
    """Encode as compact JSON; numbers are written as exact text so that no float ever exists."""
    return orjson.dumps(value, default=_encode, option=orjson.OPT_PASSTHROUGH_DATETIME)


def loads(raw: bytes | str) -> Any:
    """Decode what `dumps` wrote."""
    return _decode(orjson.loads(raw))


def decoded(value: Any) -> Any:
    """Decode part of what `dumps` wrote, after plain JSON parsing."""
    return _decode(value)


def _encode(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {_NUMBER: str(value)}
    if isinstance(value, datetime):
        return {_INSTANT: value.isoformat()}
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    raise TypeError(f"{type(value).__name__} is not process data")


def _decode(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1:
            ((key, inner),) = value.items()
            if key == _NUMBER:
                return Decimal(inner)
            if key == _DATE:
                return date.fromisoformat(inner)
            if key == _INSTANT:
                return datetime.fromisoformat(inner)
        return {k: _decode(v) if v and type(v) in _NESTED else v for k, v in value.items()}
    if isinstance(value, list):
        return [_decode(v) if v and type(v) in _NESTED else v for v in value]
    return value


def shown(value: Any) -> str:
    """Format a computed value for display: 是 or 否, whole numbers whole, others with two places; only the
    display rounds."""
    if isinstance(value, bool):
        return tr("是") if value else tr("否")
    if isinstance(value, Decimal):
        return f"{value:.2f}" if value != value.to_integral_value() else f"{value:.0f}"
    return str(value)


def plain(value: Any) -> Any:
    """Convert values for papers and plain JSON: numbers and dates as text."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value
