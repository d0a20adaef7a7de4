"""Editing of `policy.toml` as a table: parse rows, and write the text again with its comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import tomlkit
from tomlkit.items import Array, Table

from processes.errors import Invalid, Unreadable
from processes.policy import reading
from processes.releases import toml_rows
from processes.texts import tr

_VALUE = ("value", "from", "division", "source", "confirmed")


def rows(text: str) -> list[dict[str, Any]]:
    """Return every parameter with its dated values, as plain JSON; raises `Invalid` for any other text."""
    return [
        {
            "name": str(p["name"]), "title": str(p.get("title", "")), "unit": str(p.get("unit", "")),
            "values": [{k: _plain(v.get(k, "")) for k in _VALUE} for v in p.get("values", [])],
        }
        for p in _parameters(toml_rows.document(text))
    ]  # fmt: skip


def written(text: str, wanted: Sequence[Mapping[str, Any]]) -> str:
    """Return the text with the given parameters; what is unchanged keeps its formatting.

    Raises `Invalid` that names the parameter whose row cannot be parsed.
    """
    document = toml_rows.document(text)
    if "parameter" not in document:
        document["parameter"] = tomlkit.aot()
    standing = {str(p["name"]): p for p in _parameters(document)}
    for parameter in wanted:
        _demand_rows(parameter)
        name = str(parameter.get("name", "")).strip()
        table = standing.pop(name, None)
        if table is None:
            table = tomlkit.table()
            document["parameter"].append(table)
            table = document["parameter"][-1]
        _write(table, name, parameter)
    kept: Any = document["parameter"]
    for name in standing:
        kept.remove(next(p for p in kept if str(p["name"]) == name))
    return tomlkit.dumps(document)


def _demand_rows(parameter: Any) -> None:
    """Raise `Invalid` for anything but parameters with rows of values; the page never sends it."""
    rows = parameter.get("values", []) if isinstance(parameter, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        name = str(parameter.get("name", ""))[:60] if isinstance(parameter, Mapping) else ""
        raise Invalid(reason=tr("参数 {name} 的取值应为表格的各行，请刷新页面后重试", name=name))


def _write(table: Any, name: str, parameter: Mapping[str, Any]) -> None:
    for key in ("name", "title", "unit"):
        text = name if key == "name" else str(parameter.get(key, "")).strip()
        if table.get(key) != text:
            table[key] = text
    values = [_value(name, v) for v in parameter.get("values", [])]
    if [{k: _plain(v.get(k, "")) for k in _VALUE} for v in table.get("values", [])] != [
        {k: _plain(v[k]) for k in _VALUE} for v in values
    ]:
        table["values"] = _array(values)


def _value(name: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    entered = raw.get("value", "")
    try:
        since = reading.day(raw.get("from", ""))
    except Unreadable:
        raise Invalid(reason=tr("参数 {name} 的生效日期应写作 2026-03-02 的形式", name=name)) from None
    value = (
        [str(v) for v in entered]
        if isinstance(entered, list)
        else entered
        if isinstance(entered, bool)
        else str(entered).strip()
    )
    return {
        "value": value, "from": since, "division": str(raw.get("division", "")).strip(),
        "source": str(raw.get("source", "")).strip(), "confirmed": raw.get("confirmed") is True,
    }  # fmt: skip


def _array(values: list[dict[str, Any]]) -> Array:
    array = tomlkit.array()
    for value in values:
        line = tomlkit.inline_table()
        line.update(value)
        array.append(line)
    return array.multiline(True)


def _parameters(document: Any) -> list[Table]:
    return toml_rows.named(document, "parameter", tr("参数文件应由 [[parameter]] 组成，每个参数有 name"))


def _plain(value: Any) -> Any:
    plain_value = value.unwrap() if hasattr(value, "unwrap") else value
    if isinstance(plain_value, date):
        return plain_value.isoformat()
    if isinstance(plain_value, list):
        return [str(v) for v in plain_value]
    return plain_value if isinstance(plain_value, bool) else str(plain_value)
