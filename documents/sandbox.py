"""The Jinja environment of paper templates: sandboxed, closed loader, strict about gaps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from markupsafe import Markup

from documents import numerals, qr

_FILTERS = ("length", "join", "escape", "e", "first", "last", "default", "int", "map", "selectattr", "list")


def environment(templates: Mapping[str, str]) -> ImmutableSandboxedEnvironment:
    """An environment that knows these templates and nothing outside them.

    A release's templates are compiled once in a press, not once for every sheet.
    """
    return _environment(tuple(sorted(templates.items())))


@lru_cache(maxsize=16)
def _environment(templates: tuple[tuple[str, str], ...]) -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(
        loader=DictLoader(dict(templates)),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters = {name: env.filters[name] for name in _FILTERS}
    env.filters |= {
        "capitals": numerals.capitals,
        "chinese_date": numerals.chinese_date,
        "chinese_month": numerals.chinese_month,
        "lines": _lines,
        "money": numerals.money,
    }
    env.globals = {"range": safe_range}
    return env


def _lines(text: str) -> list[str]:
    """What was typed, line by line: every line of an opinion becomes a paragraph; empty lines are dropped."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def qr_markup(address: str) -> Markup:
    """The QR code, ready to stand in a page."""
    return Markup(qr.picture(address))  # noqa: S704  (made by the press from an address, not by a person)
