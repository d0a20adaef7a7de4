"""Editing of a `*.sheet.toml` as a table: parse its lines, and write the text again with its comments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.items import Table

from processes.errors import Invalid
from processes.releases import toml_rows
from processes.texts import tr

_TEXTS = ("name", "title", "formula", "unit", "article")
_TICKS = {"shown": True, "inline": False}
"""Defaults of keys that a line does not contain."""
MOST_LINES = 200
_SAID = tr("计算表应由 [[line]] 组成，每一行有 name")
_GAPS = re.compile(r"\n{3,}")


def rows(text: str) -> list[dict[str, Any]]:
    """Return every line of the sheet, as plain JSON; raises `Invalid` for any other text."""
    return [_row(line) for line in toml_rows.named(toml_rows.document(text), "line", _SAID)]


def written(text: str, wanted: Sequence[Mapping[str, Any]]) -> str:
    """Return the text with the given lines in that order; what is unchanged keeps its formatting."""
    if len(wanted) > MOST_LINES:
        raise Invalid(reason=tr("一张计算表不能超过 {most_lines} 行", most_lines=MOST_LINES))
    document = toml_rows.document(text)
    standing = {str(line["name"]): line for line in toml_rows.named(document, "line", _SAID)}
    names = [str(row.get("name", "")).strip() for row in wanted]
    if len(set(names)) != len(names) or not all(names):
        raise Invalid(reason=tr("每一行都要有标识，而且不能重复"))
    stay_in_place = names == list(standing)
    made = tomlkit.aot()
    for name, row in zip(names, wanted, strict=True):
        line = standing.get(name, tomlkit.table())
        _write(line, row)
        if not stay_in_place:
            made.append(line)
    if stay_in_place:
        return tomlkit.dumps(document)
    document["line"] = made
    return _GAPS.sub("\n\n", tomlkit.dumps(document))


def _row(line: Table) -> dict[str, Any]:
    texts = {key: str(line.get(key, "")).strip() for key in _TEXTS}
    return texts | {key: bool(line.get(key, usual)) for key, usual in _TICKS.items()}


def _write(line: Any, row: Mapping[str, Any]) -> None:
    for key in _TEXTS:
        text = str(row.get(key, "")).strip()
        if text == str(line.get(key, "")).strip():
            continue
        if text:
            line[key] = tomlkit.string(f"\n{text}\n", multiline=True) if "\n" in text else text
        else:
            line.pop(key, None)
    for key, usual in _TICKS.items():
        told_so = row.get(key, usual) is True
        if told_so != bool(line.get(key, usual)):
            line[key] = told_so
