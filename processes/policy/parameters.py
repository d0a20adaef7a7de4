"""Policy parameters: every number of the county, by date, division and source.

A parameter file (`policy.toml`) holds dated values; nothing is overwritten, a reform adds a date.
The value in force is the one of the most specific division that covers the place, and among
those the latest that has begun.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from processes.errors import BundleInvalid, ParameterMissing

Scalar: TypeAlias = Decimal | str | bool | tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class DatedValue:
    """One value of a parameter: from when, for which division, by which document."""

    value: Scalar
    since: date
    division: str
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named policy figure with its Chinese title, unit and dated values."""

    name: str
    title: str
    unit: str
    values: tuple[DatedValue, ...]

    def in_force(self, on: date, division: str) -> DatedValue | None:
        """The value that holds on a day at a place, or None before the first one."""
        begun = [v for v in self.values if v.since <= on and division.startswith(v.division)]
        return max(begun, key=lambda v: (len(v.division), v.since), default=None)


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """All parameters of a release."""

    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def value(self, name: str, on: date, division: str) -> Scalar:
        """The value in force, or `ParameterMissing` when nobody has set one."""
        return self.dated(name, on, division).value

    def dated(self, name: str, on: date, division: str) -> DatedValue:
        """The value in force with its date, source and whether it is confirmed."""
        parameter = self.parameters.get(name)
        found = parameter.in_force(on, division) if parameter else None
        if found is None:
            raise ParameterMissing(name=name, on=on.isoformat())
        return found

    def __contains__(self, name: object) -> bool:
        return name in self.parameters


def parse_policy(text: str) -> PolicyBook:
    """Read a `policy.toml`; amounts are written as text so that no float ever exists."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
        return PolicyBook({p.name: p for p in map(_parameter, document.get("parameter", []))})
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, InvalidOperation) as fault:
        raise BundleInvalid(count=1, reason=f"policy.toml：{fault}") from fault


def merge(books: Iterable[PolicyBook]) -> PolicyBook:
    """One book out of several; a later one outranks an earlier one by name."""
    merged: dict[str, Parameter] = {}
    for book in books:
        merged.update(book.parameters)
    return PolicyBook(merged)


def _parameter(raw: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=raw["name"],
        title=raw["title"],
        unit=raw.get("unit", ""),
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


def _scalar(raw: Any) -> Scalar:
    """Numbers (also written as text) become Decimal; other text and truth values stay."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, list):
        return tuple(Decimal(str(item)) for item in raw)
    try:
        return Decimal(str(raw))
    except InvalidOperation:
        return str(raw)
