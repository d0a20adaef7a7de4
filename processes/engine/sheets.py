"""Calculation sheets (计算表): the calculation of an entitlement, line by line.

A sheet is a list of named lines, each with a Chinese title, formula, article and unit. A line reads the
process data, the parameters and the lines above it. The case page shows the trace and the approval form
prints it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processes.engine import expressions
from processes.engine.expressions import Expression
from processes.engine.facts import Facts, functions
from processes.errors import TableInvalid, TomlInvalid
from processes.policy.toml_text import read_toml


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet; `shown` lines appear on screens and papers."""

    name: str
    title: str
    formula: Expression
    unit: str
    article: str
    shown: bool
    inline: bool = False
    """Expanded where another line's arithmetic reads it."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A parsed calculation sheet."""

    id: str
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Computed:
    """The values of a sheet by line name, and the trace of its shown lines."""

    values: Mapping[str, Any]
    trace: tuple[Mapping[str, Any], ...]


def parse_sheet(text: str | bytes, file: str) -> Sheet:
    """Parse a `*.sheet.toml` and all its formulas."""
    try:
        raw = read_toml(text)
        lines = tuple(
            Line(
                name=line["name"],
                title=line["title"],
                formula=expressions.parse(line["formula"]),
                unit=line.get("unit", ""),
                article=line.get("article", ""),
                shown=line.get("shown", True),
                inline=line.get("inline", False),
            )
            for line in raw["line"]
        )
        return Sheet(raw["id"], raw["title"], lines)
    except TomlInvalid as fault:
        raise TableInvalid(table=file, reason=fault.reason) from fault
    except (KeyError, TypeError, AttributeError) as fault:
        raise TableInvalid(table=file, reason=str(fault)) from fault


def compute(sheet: Sheet, data: Mapping[str, Any], facts: Facts) -> Computed:
    """Evaluate the lines from top to bottom; each reads the process data and the lines above."""
    calls = functions(facts, data.get("accepted_on"))
    names = dict(data)
    values: dict[str, Any] = {}
    trace: list[Mapping[str, Any]] = []
    for line in sheet.lines:
        value = expressions.evaluate(line.formula, names, calls)
        names[line.name] = values[line.name] = value
        if line.shown:
            trace.append(
                {
                    "name": line.name,
                    "title": line.title,
                    "value": value,
                    "unit": line.unit,
                    "article": line.article,
                    "formula": line.formula.source,
                }
            )
    return Computed(values, tuple(trace))
