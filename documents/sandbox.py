"""The Jinja environment of paper templates: sandboxed, closed loader, strict about missing values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from markupsafe import Markup

from documents import numerals, qr

FILTERS = {
    "capitals": ("大写金额", "An amount in capitals: `1284` → 壹仟贰佰捌拾肆元整."),
    "chinese_date": ("中文日期", "`2026-03-02` → 2026年3月2日; empty stays empty."),
    "chinese_month": ("中文月份", "`2026-05` → 2026年5月."),
    "lines": ("分行", "A text as its lines, empty ones dropped: for paragraphs of an opinion."),
    "money": ("金额", "`1284.00` → 1,284.00."),
    "length": ("个数", "How many items a list has."),
    "join": ("连接", "Items of a list in one text, with a separator."),
    "escape": ("转义", "Signs of HTML as text; values are escaped anyway."),
    "e": ("转义", "The same as `escape`."),
    "first": ("第一项", "The first item of a list."),
    "last": ("最后一项", "The last item of a list."),
    "default": ("缺省值", "Another value where there is none; with `true` also where it is empty."),
    "int": ("整数", "A text as a whole number."),
    "map": ("逐项取值", "An attribute of every item: `map(attribute='title')`."),
    "selectattr": ("筛选", "Items of which an attribute is so: `selectattr('duty', 'equalto', '审批人')`."),
    "list": ("列表", "What `map` and `selectattr` give, as a list."),
}
"""Every filter of a template by name, with its Chinese title and its result."""


def environment(templates: Mapping[str, str]) -> ImmutableSandboxedEnvironment:
    """Return an environment that contains only these templates.

    Cached: a release's templates are compiled once in a child, not once for every sheet.
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
    env.filters |= {
        "capitals": numerals.capitals,
        "chinese_date": numerals.chinese_date,
        "chinese_month": numerals.chinese_month,
        "lines": _lines,
        "money": numerals.money,
    }
    env.filters = {name: env.filters[name] for name in FILTERS}
    env.globals = {"range": safe_range}
    return env


def _lines(text: str) -> list[str]:
    """Split typed text into lines: every line of an opinion becomes a paragraph; empty lines are dropped."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def qr_markup(address: str) -> Markup:
    """Return the QR code as safe markup."""
    return Markup(qr.picture(address))  # noqa: S704  (made by the renderer from an address, not by a person)
