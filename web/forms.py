"""From JSON to values: numbers become Decimal, and what is not an object is refused."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from flask import request

from processes.errors import Invalid


def body() -> dict[str, Any]:
    """The JSON object of the request; raises `Invalid`."""
    try:
        value = json.loads(request.get_data(), parse_float=Decimal)
    except (ValueError, UnicodeDecodeError, RecursionError):
        raise Invalid(reason="提交的内容不是有效的 JSON") from None
    if not isinstance(value, dict):
        raise Invalid(reason="提交的内容不完整")
    return value


def part(value: dict[str, Any], name: str) -> dict[str, Any]:
    """A nested object of the request; raises `Invalid`."""
    found = value.get(name, {})
    if not isinstance(found, dict):
        raise Invalid(reason="提交的内容不完整")
    return found


def whole(value: Any) -> int:
    """A whole number; raises `Invalid`."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Invalid(reason="应为整数") from None


def page_number() -> int:
    """The page asked for, the first one where nothing sensible is."""
    text = request.args.get("page", "1")
    return max(int(text), 1) if text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004
