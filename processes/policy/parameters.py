"""Policy parameters: every number of the county, by date, division and source.

A parameter file (`policy.toml`) holds dated values; nothing is overwritten, a reform adds a date. The value
in force is the latest one that has begun, of the most specific division that contains the place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from processes.errors import BundleInvalid, ParameterMissing, TomlInvalid
from processes.policy.toml_text import is_plain, read_toml
from processes.texts import tr

Scalar: TypeAlias = Decimal | str | bool | tuple[Decimal, ...]
NUMBER, LIST, TRUTH, TEXT = "number", "list", "truth", "text"
"""Kinds of values."""


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a parameter: effective date, division, source document."""

    value: Scalar
    since: date
    division: str
    source: str
    confirmed: bool
    confirmed_by: str = ""


BookValues: TypeAlias = Mapping[str, tuple[DatedValue, ...]]
"""Current values of the county's book, by parameter name."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named policy parameter with its Chinese title, unit and dated values."""

    name: str
    title: str
    unit: str
    values: tuple[DatedValue, ...]
    minimum: Decimal | None = None
    """The minimum that the county may enter, if zero or less would stop computations."""

    def in_force(self, on: date, division: str) -> DatedValue | None:
        """Return the value in force on a day in a division, or None before the first one."""
        begun = [v for v in self.values if v.since <= on and division.startswith(v.division)]
        return max(begun, key=lambda v: (len(v.division), v.since), default=None)

    @property
    def kind(self) -> str:
        """The kind of value it takes, judged by its declared values."""
        return kind_of(self.values[0].value) if self.values else NUMBER


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """All parameters of a release."""

    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def value(self, name: str, on: date, division: str) -> Scalar:
        """Return the value in force; raises `ParameterMissing` if nobody has set one."""
        return self.dated(name, on, division).value

    def dated(self, name: str, on: date, division: str) -> DatedValue:
        """Return the value in force with its date, source and confirmation."""
        parameter = self.parameters.get(name)
        found = parameter.in_force(on, division) if parameter else None
        if found is None:
            raise ParameterMissing(name=name, on=on.isoformat())
        return found

    def under(self, standing: BookValues) -> PolicyBook:
        """Return these parameters with the values of the county's book, which take precedence over a
        release's suggestions.

        A suggestion still holds for days before every entry of the book under that name.
        """
        return PolicyBook(
            {
                name: replace(p, values=_outranked(p.values, standing[name])) if standing.get(name) else p
                for name, p in self.parameters.items()
            }
        )

    def __contains__(self, name: object) -> bool:
        return name in self.parameters


def _outranked(suggested: tuple[DatedValue, ...], known: tuple[DatedValue, ...]) -> tuple[DatedValue, ...]:
    first = min(v.since for v in known)
    return tuple(v for v in suggested if v.since < first) + known


def kind_of(value: Scalar) -> str:
    """Return the kind of a value: number, list, boolean or text."""
    if isinstance(value, bool):
        return TRUTH
    if isinstance(value, tuple):
        return LIST
    return NUMBER if isinstance(value, Decimal) else TEXT


def written(value: Scalar) -> str:
    """Return the canonical text of a value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return json.dumps([f"{v:f}" for v in value])
    return f"{value:f}" if isinstance(value, Decimal) else value


def read(text: str, kind: str) -> Scalar:
    """Parse the canonical text of a value."""
    if kind == TRUTH:
        return text == "true"
    if kind == LIST:
        return tuple(Decimal(v) for v in json.loads(text))
    return Decimal(text) if kind == NUMBER else text


def shown(value: Scalar) -> str:
    """Format a value for display."""
    if isinstance(value, bool):
        return tr("是") if value else tr("否")
    if isinstance(value, tuple):
        return tr("、").join(f"{v:f}" for v in value)
    return f"{value:f}" if isinstance(value, Decimal) else value


def parse_policy(text: str) -> PolicyBook:
    """Parse a `policy.toml`; amounts are written as text so that no float ever exists."""
    try:
        document = read_toml(text)
        return PolicyBook({p.name: p for p in map(_parameter, document.get("parameter", []))})
    except TomlInvalid as fault:
        raise BundleInvalid(count=1, reason=tr("policy.toml：{reason}", reason=fault.reason)) from fault
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as fault:
        raise BundleInvalid(count=1, reason=tr("policy.toml：{fault}", fault=fault)) from fault


def merge(books: Iterable[PolicyBook]) -> PolicyBook:
    """Merge several books; a later one takes precedence by name."""
    merged: dict[str, Parameter] = {}
    for book in books:
        merged.update(book.parameters)
    return PolicyBook(merged)


def _parameter(raw: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=raw["name"],
        title=raw["title"],
        unit=raw.get("unit", ""),
        minimum=_decimal(raw["minimum"]) if "minimum" in raw else None,
        values=tuple(
            DatedValue(
                value=_scalar(v["value"]),
                since=v["from"],
                division=str(v["division"]),
                source=v["source"],
                confirmed=bool(v["confirmed"]),
            )
            for v in raw["values"]
        ),
    )


def _decimal(raw: Any) -> Decimal:
    """Parse a number; raises a `ValueError` for one that cannot be written out."""
    number = Decimal(str(raw))
    if not is_plain(number):
        raise ValueError(tr("数字“{raw}”过大、过小或不是有限的数", raw=str(raw)[:20]))
    return number


def _scalar(raw: Any) -> Scalar:
    """Convert numbers (also those written as text) to Decimal; other text and booleans are unchanged."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, list):
        return tuple(_decimal(item) for item in raw)
    try:
        return _decimal(raw)
    except InvalidOperation:
        return str(raw)
