"""Labels for the inputs of tables: a form's choices, so that people see 火灾 and not `fire`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from processes.policy import values
from processes.releases import forms
from processes.releases.bundle import Bundle

APPLICATION = "application"
Words: TypeAlias = Mapping[tuple[str, str], Mapping[str, str]]
"""By table and title of the input: the label of each value."""


def of_process(bundle: Bundle, process: str) -> Words:
    """Return labels for every input of a process's tables that reads one choice of one form (`step.field`)."""
    definition = bundle.definition(process)
    steps = {
        name: node.properties.get("form", "")
        for d in definition.diagrams.values()
        for name, node in d.nodes.items()
    }
    steps[APPLICATION] = bundle.start(process).form
    found = {}
    for table in definition.tables.values():
        for column in table.inputs:
            step, _, key = column.expression.source.partition(".") if column.expression else ("", "", "")
            if labels := _labels(bundle.form(steps.get(step) or ""), key):
                found[table.id, column.title] = labels
    return found


def titled(bundle: Bundle, process: str, data: Mapping[str, Any]) -> Words:
    """Return labels for inputs whose value came with its title: `application.target` beside
    `application.target_title`."""
    labels = {}
    for table in bundle.definition(process).tables.values():
        for column in table.inputs:
            step, _, key = column.expression.source.partition(".") if column.expression else ("", "", "")
            given = data.get(step)
            if isinstance(given, Mapping) and (title := given.get(f"{key}_title")):
                labels[table.id, column.title] = {str(given.get(key)): str(title)}
    return labels


def of_case(bundle: Bundle, process: str, data: Mapping[str, Any]) -> Words:
    """Return labels of a process, and those that came with a case's data."""
    return {**of_process(bundle, process), **titled(bundle, process, data)}


def read(payload: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    """Return title and value of each input of a table's event, for display."""
    return [
        (
            str(i["title"]),
            words.get((str(payload["table"]), str(i["title"])), {}).get(
                str(i["value"]), values.shown(i["value"])
            ),
        )
        for i in payload.get("inputs", [])
    ]


def _labels(schema: Mapping[str, Any] | None, key: str) -> dict[str, str]:
    field = next((f for f in forms.fields_of(schema or {}) if f["key"] == key), {})
    return {str(v["value"]): str(v["label"]) for v in field.get("values", [])}
