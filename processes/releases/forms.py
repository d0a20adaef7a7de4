"""Task forms: form-js schemas of a release, checked on the server for a closed subset.

Browser and server use the same file and the same conditions. Lint refuses what lies outside the subset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from processes.engine import expressions
from processes.errors import ExpressionFailed, FormInvalid, Unreadable
from processes.policy import reading
from processes.policy.calendar import in_chinese
from processes.policy.parameters import Scalar
from processes.policy.periods import months_after
from processes.texts import tr

FIELD_TYPES = frozenset(
    {"textfield", "textarea", "number", "select", "radio", "checklist", "checkbox", "datetime"}
)
_CHOSEN = frozenset({"select", "radio", "checklist"})
SHOWN_TYPES = frozenset({"text", "separator", "spacer"})
LONGEST = 2_000
_FEEL_EQUALS = re.compile(r"(?<![=!<>])=(?!=)")
_WHEN = "when"
_BASIS = "basis"
"""A field's own article, shown beneath it."""
_FIRST_OF = tr("请从列表中选择")


OPENED = "opened"
COLLEAGUES = "colleagues"
"""Source of the choices of a field for a second person (`valuesKey`)."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A day in the case that a date of a form follows from, and what happened on it."""

    on: date
    title: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Context for the rules of a field: who fills it in, on which day, under which parameters."""

    actor: str
    today: date
    parameter: Callable[[str], Scalar]
    cause: Callable[[str], Cause | None]
    """Returns when the cause of a date happened: `opened`, a finished step by its id, or a field `step.date`."""


def fields_of(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the input fields of a schema, in order."""
    return [c for c in schema.get("components", []) if c.get("type") in FIELD_TYPES]


def resolved(schema: Mapping[str, Any], data: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """Return the schema with values from the case filled in.

    These are choices (`valuesKey: offers.options`), conditions for hidden fields that depend on the case's
    data (`when`, `hide_then`, `hide_else`), and the article (`basis`) beneath each field that has one. `data`
    is called only if a field needs it.
    """
    asks = any("valuesKey" in f or _WHEN in f.get("properties", {}) for f in fields_of(schema))
    known = data() if asks else {}
    return {**schema, "components": [_resolved(c, known) for c in schema.get("components", [])]}


def _resolved(field: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    copy_of_field = dict(field)
    if "valuesKey" in copy_of_field:
        copy_of_field["values"] = _choices(known, str(copy_of_field.pop("valuesKey")))
    asked = copy_of_field.get("properties", {})
    if _WHEN in asked:
        hide = asked["hide_then" if _holds(str(asked[_WHEN]), known) else "hide_else"]
        copy_of_field["conditional"] = {"hide": hide}
    if basis := asked.get(_BASIS):
        description = str(copy_of_field.get("description", ""))
        copy_of_field["description"] = (
            tr("{description}（{basis}）", description=description, basis=basis)
            if description
            else tr("依据：{basis}", basis=basis)
        )
    return copy_of_field


def _holds(condition: str, known: Mapping[str, Any]) -> bool:
    """Whether a condition over the case's data holds; False if its values are not computed yet."""
    try:
        return bool(expressions.evaluate(expressions.parse(condition), known))
    except ExpressionFailed:
        return False


def _choices(data: Mapping[str, Any], path: str) -> list[dict[str, str]]:
    found: Any = data
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return [{"value": str(o["value"]), "label": str(o["label"])} for o in found or []]


def second_field(schema: Mapping[str, Any]) -> str | None:
    """Return the field that names the second person at the step, chosen from the accounts of the office."""
    return next((str(f["key"]) for f in fields_of(schema) if f.get("valuesKey") == COLLEAGUES), None)


def label_of(field: Mapping[str, Any]) -> str:
    """Return the label of the field."""
    return str(field.get("label") or field.get("dateLabel") or field.get("key", ""))


def hide_condition(field: Mapping[str, Any]) -> str | None:
    """Return a field's `conditional.hide` in the expression language, or None."""
    source = field.get("conditional", {}).get("hide")
    return None if not source else _FEEL_EQUALS.sub("==", str(source).lstrip("= ")).strip()


def check(schema: Mapping[str, Any], data: Mapping[str, Any], circumstances: Circumstances) -> dict[str, Any]:
    """Return the typed values of a submitted form; raises `FormInvalid` with sentences per field.

    Hidden fields and unknown keys are left out.
    """
    faults: dict[str, list[str]] = {}
    clean: dict[str, Any] = {}
    raw = {f["key"]: data.get(f["key"]) for f in fields_of(schema)}
    for field in fields_of(schema):
        if _is_hidden(field, raw):
            continue
        value, sentence = _value(field, raw[field["key"]])
        sentence = (
            sentence or _house_rule(field, value, circumstances) or _order_rule(field, value, clean, schema)
        )
        if sentence:
            faults[field["key"]] = [sentence]
        elif value is not None:
            clean[field["key"]] = value
    if faults:
        raise FormInvalid(faults)
    return clean


def shown(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, str]:
    """Format submitted values for display: labels of choices, dates in Chinese."""
    return {f["key"]: _shown(f, data[f["key"]]) for f in fields_of(schema) if f["key"] in data}


def words(schema: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """Return search words for submitted values: names, and choices by their labels.

    The search index is not encrypted; free text (illness, statements of neighbours, remarks) is encrypted and
    not indexed.
    """
    return [
        _shown(field, data[field["key"]])
        for field in fields_of(schema)
        if (field["type"] in _CHOSEN or _is_name(field)) and data.get(field["key"])
    ]


def _is_name(field: Mapping[str, Any]) -> bool:
    return bool(field.get("properties", {}).get("reads") == "name")


def _is_hidden(field: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    condition = hide_condition(field)
    if condition is None:
        return False
    try:
        return bool(expressions.evaluate(expressions.parse(condition), raw))
    except ExpressionFailed:
        return True


def _value(field: Mapping[str, Any], raw: Any) -> tuple[Any, str]:
    """Return the typed value and what is wrong with it ("" if nothing)."""
    rules = field.get("validate", {})
    # Zero is a value: 0 of 5 votes, 0.00 yuan.
    if raw is None or raw is False or (isinstance(raw, str | list) and not raw):
        return (raw or None, tr("请填写此项") if rules.get("required") else "")
    return _READERS[field["type"]](field, raw, rules)


def _text(field: Mapping[str, Any], raw: Any, rules: Mapping[str, Any]) -> tuple[Any, str]:
    if not isinstance(raw, str):
        return None, tr("应为文字")
    try:
        value = _TEXTS[field.get("properties", {}).get("reads", field["type"])](raw)
    except Unreadable as fault:
        return None, fault.reason
    if not value and rules.get("required"):
        return None, tr("请填写此项")
    shortest = int(rules.get("minLength", 0))
    if value and len(value) < shortest:
        return None, tr("不能少于 {shortest} 个字", shortest=shortest)
    longest = int(rules.get("maxLength", LONGEST))
    return value, tr("不能超过 {longest} 个字", longest=longest) if len(value) > longest else ""


def _number(field: Mapping[str, Any], raw: Any, rules: Mapping[str, Any]) -> tuple[Any, str]:
    try:
        value = reading.number(raw, int(field.get("decimalDigits", reading.MONEY_PLACES)))
    except Unreadable as fault:
        return None, fault.reason
    if "min" in rules and value < Decimal(str(rules["min"])):
        return None, tr("不能小于 {rules}", rules=rules["min"])
    if "max" in rules and value > Decimal(str(rules["max"])):
        return None, tr("不能大于 {rules}", rules=rules["max"])
    return value, ""


def _choice(field: Mapping[str, Any], raw: Any, rules: Mapping[str, Any]) -> tuple[Any, str]:
    allowed = {v["value"] for v in field.get("values", [])}
    return (raw, "") if isinstance(raw, str) and raw in allowed else (None, _FIRST_OF)


def _checklist(field: Mapping[str, Any], raw: Any, rules: Mapping[str, Any]) -> tuple[Any, str]:
    allowed = [v["value"] for v in field.get("values", [])]
    if not isinstance(raw, list) or not all(isinstance(r, str) and r in allowed for r in raw):
        return None, _FIRST_OF
    return [v for v in allowed if v in raw], ""


def _checkbox(field: Mapping[str, Any], raw: Any, rules: Mapping[str, Any]) -> tuple[Any, str]:
    return (True, "") if raw is True else (None, tr("请勾选或不勾选"))


def _date(field: Mapping[str, Any], raw: Any, rules: Mapping[str, Any]) -> tuple[Any, str]:
    try:
        return reading.day(raw), ""
    except Unreadable as fault:
        return None, fault.reason


_TEXTS: Mapping[str, Callable[[Any], str]] = {
    "textfield": reading.text, "textarea": partial(reading.text, lines=True),
    "account": reading.account, "phone": reading.phone, "name": reading.name,
}  # fmt: skip
"""The parser of a text: by the field's own `reads` property, else by its type."""


_READERS: dict[str, Callable[[Mapping[str, Any], Any, Mapping[str, Any]], tuple[Any, str]]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "select": _choice,
    "radio": _choice,
    "checklist": _checklist,
    "checkbox": _checkbox,
    "datetime": _date,
}


def _house_rule(field: Mapping[str, Any], value: Any, circumstances: Circumstances) -> str:
    """Rules named by a field's custom properties: another person, not in the future, a minimum."""
    rules = field.get("properties", {})
    if value is None:
        return ""
    if (
        rules.get("another_person")
        and field["type"] == "textfield"
        and _same_name(value, circumstances.actor)
    ):
        return tr("须由另一人共同办理，不能填写本人姓名")
    if isinstance(value, date) and (sentence := _date_rule(rules, value, circumstances)):
        return sentence
    if "least_parameter" in rules:
        least = circumstances.parameter(str(rules["least_parameter"]))
        if isinstance(least, Decimal) and value < least:
            return tr("不能少于 {least}", least=least)
    return ""


def _date_rule(rules: Mapping[str, Any], value: date, circumstances: Circumstances) -> str:
    """A date must lie between its cause and today."""
    if rules.get("not_after_today") and value > circumstances.today:
        return tr("日期不能晚于今天（{today}）", today=in_chinese(circumstances.today))
    causes = [c for name in str(rules.get("not_before", "")).split() if (c := circumstances.cause(name))]
    latest = max(causes, key=lambda c: c.on, default=None)
    if latest is not None and value < latest.on:
        return tr("日期不能早于{on}（{title}）", on=in_chinese(latest.on), title=latest.title)
    if name := rules.get("within_months_parameter"):
        months = circumstances.parameter(str(name))
        if isinstance(months, Decimal) and value < months_after(circumstances.today, -int(months)):
            return tr("日期应在最近 {months} 个月以内，请核对", months=months)
    return ""


def _order_rule(
    field: Mapping[str, Any], value: Any, earlier: Mapping[str, Any], schema: Mapping[str, Any]
) -> str:
    """A date must not be before that of an earlier field (`not_before_field`)."""
    first = field.get("properties", {}).get("not_before_field")
    given = earlier.get(str(first)) if first else None
    if not isinstance(value, date) or not isinstance(given, date) or value >= given:
        return ""
    title = next(label_of(f) for f in fields_of(schema) if f["key"] == first)
    return tr("不能早于“{title}”（{given}）", title=title, given=in_chinese(given))


def _same_name(value: Any, other: str) -> bool:
    """Compare two names, however they are typed."""
    try:
        return reading.name(value) == reading.name(other)
    except Unreadable:
        return False


def _shown(field: Mapping[str, Any], value: Any) -> str:
    labels = {v["value"]: v["label"] for v in field.get("values", [])}
    if isinstance(value, list):
        return tr("、").join(str(labels.get(v, v)) for v in value)
    if isinstance(value, bool):
        return tr("是") if value else tr("否")
    if isinstance(value, date):
        return in_chinese(value)
    return str(labels.get(value, value))
