"""Task forms: form-js schemas of a release, checked on the server by a closed subset.

What the browser shows is what is checked here: the same file, the same conditions.  Lint refuses
whatever lies outside the subset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from processes.engine import expressions
from processes.errors import ExpressionFailed, FormInvalid
from processes.policy.parameters import Scalar

FIELD_TYPES = frozenset(
    {"textfield", "textarea", "number", "select", "radio", "checklist", "checkbox", "datetime"}
)
_WORDY = frozenset({"textfield", "textarea", "select", "radio", "checklist"})
SHOWN_TYPES = frozenset({"text", "separator", "spacer"})
LONGEST = 2_000
_FEEL_EQUALS = re.compile(r"(?<![=!<>])=(?!=)")
_WHEN = "when"
_FIRST_OF = "请从列表中选择"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a rule of a field may ask: who fills it in, on which day, under which parameters."""

    actor: str
    today: date
    parameter: Callable[[str], Scalar]


def fields_of(schema: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The input fields of a schema, in order."""
    return [c for c in schema.get("components", []) if c.get("type") in FIELD_TYPES]


def resolved(schema: Mapping[str, Any], data: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """The schema with what comes from the case written out: choices (`valuesKey: offers.options`), and fields that are
    hidden by one condition or another as the case's data say (`when`, `hide_then`, `hide_else`).

    `data` is asked only when a field needs it.
    """
    if not any("valuesKey" in f or _WHEN in f.get("properties", {}) for f in fields_of(schema)):
        return dict(schema)
    known = data()
    return {**schema, "components": [_resolved(c, known) for c in schema["components"]]}


def _resolved(field: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(field)
    if "valuesKey" in found:
        found["values"] = _choices(known, str(found.pop("valuesKey")))
    asked = found.get("properties", {})
    if _WHEN in asked:
        hide = asked["hide_then" if _holds(str(asked[_WHEN]), known) else "hide_else"]
        found["conditional"] = {"hide": hide}
    return found


def _holds(condition: str, known: Mapping[str, Any]) -> bool:
    """Whether a condition over the case's data holds; what is not computed yet does not."""
    try:
        return bool(expressions.evaluate(expressions.parse(condition), known))
    except ExpressionFailed:
        return False


def _choices(data: Mapping[str, Any], path: str) -> list[dict[str, str]]:
    found: Any = data
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return [{"value": str(o["value"]), "label": str(o["label"])} for o in found or []]


def label_of(field: Mapping[str, Any]) -> str:
    """What a person calls the field."""
    return str(field.get("label") or field.get("dateLabel") or field.get("key", ""))


def hide_condition(field: Mapping[str, Any]) -> str | None:
    """A field's `conditional.hide` in the small language, or None."""
    source = field.get("conditional", {}).get("hide")
    return None if not source else _FEEL_EQUALS.sub("==", str(source).lstrip("= ")).strip()


def check(schema: Mapping[str, Any], data: Mapping[str, Any], circumstances: Circumstances) -> dict[str, Any]:
    """Typed values of a submitted form; raises `FormInvalid` with sentences per field.

    Hidden fields are left out; unknown keys are left out.
    """
    faults: dict[str, list[str]] = {}
    clean: dict[str, Any] = {}
    raw = {f["key"]: data.get(f["key"]) for f in fields_of(schema)}
    for field in fields_of(schema):
        if _is_hidden(field, raw):
            continue
        value, sentence = _value(field, raw[field["key"]])
        sentence = sentence or _house_rule(field, value, circumstances)
        if sentence:
            faults[field["key"]] = [sentence]
        elif value is not None:
            clean[field["key"]] = value
    if faults:
        raise FormInvalid(faults)
    return clean


def shown(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, str]:
    """Submitted values as people read them: labels of choices, dates in Chinese."""
    return {f["key"]: _shown(f, data[f["key"]]) for f in fields_of(schema) if f["key"] in data}


def words(schema: Mapping[str, Any], data: Mapping[str, Any]) -> list[str]:
    """What somebody might look for in submitted values: free text as it was typed, choices by their labels."""
    return [
        _shown(field, data[field["key"]])
        for field in fields_of(schema)
        if field["type"] in _WORDY and data.get(field["key"])
    ]


def _is_hidden(field: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    condition = hide_condition(field)
    if condition is None:
        return False
    try:
        return bool(expressions.evaluate(expressions.parse(condition), raw))
    except ExpressionFailed:
        return True


def _value(field: Mapping[str, Any], raw: Any) -> tuple[Any, str]:
    """The typed value and what is wrong with it (empty when nothing)."""
    rules = field.get("validate", {})
    empty = raw is None or raw in ("", [], False)
    if empty:
        return (raw or None, "请填写此项" if rules.get("required") else "")
    return _READERS[field["type"]](field, raw, rules)


def _text(field: Mapping[str, Any], raw: Any, rules: Mapping[str, Any]) -> tuple[Any, str]:
    if not isinstance(raw, str):
        return None, "应为文字"
    value = raw.strip()
    if not value and rules.get("required"):
        return None, "请填写此项"
    longest = int(rules.get("maxLength", LONGEST))
    return value, f"不能超过 {longest} 个字" if len(value) > longest else ""


def _number(field: Mapping[str, Any], raw: Any, rules: Mapping[str, Any]) -> tuple[Any, str]:
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        return None, "应为数字"
    try:
        value = Decimal(str(raw))
    except InvalidOperation:
        return None, "应为数字"
    places = int(field.get("decimalDigits", 2))
    exponent = value.as_tuple().exponent
    if not value.is_finite() or not isinstance(exponent, int) or -exponent > places:
        return None, f"最多保留 {places} 位小数" if places else "应为整数"
    if "min" in rules and value < Decimal(str(rules["min"])):
        return None, f"不能小于 {rules['min']}"
    if "max" in rules and value > Decimal(str(rules["max"])):
        return None, f"不能大于 {rules['max']}"
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
    return (True, "") if raw is True else (None, "请勾选或不勾选")


def _date(field: Mapping[str, Any], raw: Any, rules: Mapping[str, Any]) -> tuple[Any, str]:
    if isinstance(raw, date):
        return raw, ""
    try:
        return date.fromisoformat(str(raw)), ""
    except ValueError:
        return None, "日期应写作 2026-03-02 的形式"


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
    """Rules that a field's custom properties name: another person, not in the future, a least number."""
    rules = field.get("properties", {})
    if value is None:
        return ""
    if rules.get("another_person") and value == circumstances.actor:
        return "须由另一人共同办理，不能填写本人姓名"
    if rules.get("not_after_today") and isinstance(value, date) and value > circumstances.today:
        return f"日期不能晚于今天（{circumstances.today:%Y年%m月%d日}）"
    if "least_parameter" in rules:
        least = circumstances.parameter(str(rules["least_parameter"]))
        if isinstance(least, Decimal) and value < least:
            return f"不能少于 {least}"
    return ""


def _shown(field: Mapping[str, Any], value: Any) -> str:
    labels = {v["value"]: v["label"] for v in field.get("values", [])}
    if isinstance(value, list):
        return "、".join(str(labels.get(v, v)) for v in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return str(labels.get(value, value))
