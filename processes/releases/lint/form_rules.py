"""Rules for forms: only what the server checks too, and every date limited by dates of the case."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import ValidationError

from processes.engine import expressions
from processes.errors import ExpressionRefused
from processes.releases import forms, shapes
from processes.releases.bundle import COMMON, Bundle
from processes.releases.lint import index
from processes.releases.lint.problems import Problem
from processes.texts import tr

_EVERYWHERE = frozenset(
    {"type", "id", "key", "label", "description", "layout", "conditional", "properties", "defaultValue"}
)
_OF_TYPE: Mapping[str, frozenset[str]] = {
    "textfield": frozenset({"validate", "appearance"}),
    "textarea": frozenset({"validate", "rows"}),
    "number": frozenset({"validate", "decimalDigits", "increment", "appearance", "serializeToString"}),
    "select": frozenset({"validate", "values", "valuesKey", "searchable"}),
    "radio": frozenset({"validate", "values", "valuesKey"}),
    "checklist": frozenset({"validate", "values", "valuesKey"}),
    "checkbox": frozenset({"validate"}),
    "datetime": frozenset({"validate", "dateLabel", "subtype"}),
    "text": frozenset({"text"}),
    "separator": frozenset(),
    "spacer": frozenset({"height"}),
}
_RULES: Mapping[str, frozenset[str]] = {
    "textfield": frozenset({"required", "minLength", "maxLength"}),
    "textarea": frozenset({"required", "minLength", "maxLength"}),
    "number": frozenset({"required", "min", "max"}),
}
_REQUIRED_ONLY = frozenset({"required"})
HOUSE_RULES = frozenset(
    {
        "another_person",
        "not_after_today",
        "not_before",
        "not_before_field",
        "within_months_parameter",
        "least_parameter",
        "reads",
        "when",
        "hide_then",
        "hide_else",
        "inner",
        "basis",
    }  # fmt: skip
)
_LOWER_BOUNDS = ("not_before", "not_before_field", "within_months_parameter")
_SAME_AS_ABSENT: tuple[object, ...] = (False, None, "", {}, [])
"""Disabled rules of the editor, which have no effect."""


_MARKUP = re.compile(r"<\s*[A-Za-z/!?]")
"""The form library inserts it into the page unescaped."""
_NO_TEXT = frozenset({"id", "key", "conditional", "properties"})
"""Keys that no page shows; conditions are parsed as such, by the server too."""


def check(name: str, raw: bytes, bundle: Bundle) -> Iterator[Problem]:
    """Return problems of one form file."""
    try:
        schema = json.loads(raw)
        shapes.demand(schema, shapes.of_kind("form"))
    except (ValueError, RecursionError):
        yield Problem(name, "", "form_invalid", tr("不是有效的表单文件"))
        return
    except ValidationError as fault:
        yield Problem(
            name,
            "",
            "form_invalid",
            tr("表单的 {fault}：{message}", fault=shapes.place(fault), message=fault.message[:200]),
        )
        return
    yield from _second(name, schema["components"])
    keys: list[str] = []
    for component in schema["components"]:
        yield from _component(name, component, bundle)
        key = component.get("key", "")
        if key in keys:
            yield Problem(name, key, "form_key_twice", tr("字段标识“{key}”用了两次", key=key))
        if key:
            keys.append(key)


def _component(name: str, component: Mapping[str, Any], bundle: Bundle) -> Iterator[Problem]:
    kind = str(component["type"])
    key = str(component.get("key") or component.get("id", ""))
    title = forms.label_of(component) or key
    if kind not in forms.FIELD_TYPES | forms.SHOWN_TYPES:
        yield Problem(name, key, "form_field_not_supported", tr("字段类型“{kind}”不受支持", kind=kind))
        return
    if kind in forms.FIELD_TYPES and not component.get("key"):
        yield Problem(name, key, "form_field_without_key", tr("字段“{title}”没有标识（key）", title=title))
    if _MARKUP.search(str(component.get("text", ""))):
        yield Problem(
            name, key, "form_markup", tr("说明文字“{title}”含有 HTML 标记，请改用文字", title=title)
        )
    shown = [value for part, value in component.items() if part not in _NO_TEXT]
    if any(_is_computed(text) for text in _texts(shown)):
        yield Problem(
            name, key, "form_computed_text", tr("“{title}”的文字不能含有“{{{{”，也不能以“=”开头", title=title)
        )
    for unknown in sorted(set(component) - _EVERYWHERE - _OF_TYPE[kind]):
        if component[unknown] not in _SAME_AS_ABSENT:
            yield Problem(
                name,
                key,
                "form_rule_not_checked",
                tr("字段“{title}”的设置“{unknown}”提交时不会检查，不能使用", title=title, unknown=unknown),
            )
    rules = component.get("validate", {})
    for unknown in sorted(set(rules) - _RULES.get(kind, _REQUIRED_ONLY)):
        if rules[unknown] not in _SAME_AS_ABSENT:
            yield Problem(
                name,
                key,
                "form_rule_not_checked",
                tr(
                    "字段“{title}”的校验规则“{unknown}”提交时不会检查，不能使用", title=title, unknown=unknown
                ),
            )
    for unknown in sorted(set(component.get("properties", {})) - HOUSE_RULES):
        yield Problem(
            name,
            key,
            "form_rule_not_checked",
            tr("字段“{title}”的属性“{unknown}”不是已登记的规则", title=title, unknown=unknown),
        )
    for condition in filter(None, (forms.hide_condition(component), *_asked(component))):
        try:
            expressions.parse(condition)
        except ExpressionRefused as fault:
            yield Problem(name, key, "expression_refused", fault.message)
    if kind == "datetime":
        yield from _date(name, key, title, component, bundle)


def _texts(part: Any) -> Iterator[str]:
    """Every text in a component, at any depth."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        yield from _texts([*part.values()])
    elif isinstance(part, Sequence):
        for value in part:
            yield from _texts(value)


def _is_computed(text: str) -> bool:
    """Whether the form library would evaluate the text: the result may be markup that is not visible in the file."""
    return "{{" in text or text.lstrip().startswith("=")


def _second(name: str, components: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """A second person is chosen from the accounts of the office; a step has at most one."""
    asked = [c for c in components if c.get("properties", {}).get("another_person")]
    chosen = [c for c in components if c.get("valuesKey") == forms.COLLEAGUES]
    for component in asked:
        if component not in chosen:
            yield Problem(
                name, str(component.get("key", "")), "second_person_typed",
                tr("“{component}”应从本单位人员中选择：改为下拉选择，选项来自 {colleagues}", component=forms.label_of(component), colleagues=forms.COLLEAGUES),
            )  # fmt: skip
    for component in chosen:
        if component not in asked or component["type"] != "select" or len(chosen) > 1:
            yield Problem(
                name, str(component.get("key", "")), "second_person_field",
                tr("“{component}”的选项来自 {colleagues}：应为下拉选择，带属性 another_person，每个表单只能有一个", component=forms.label_of(component), colleagues=forms.COLLEAGUES),
            )  # fmt: skip


def _asked(component: Mapping[str, Any]) -> Iterator[str | None]:
    """The conditions of a field that depends on the case's data: over the case, then over the form."""
    asked = component.get("properties", {})
    if "when" in asked:
        yield str(asked["when"])
        for rule in ("hide_then", "hide_else"):
            yield forms.hide_condition({"conditional": {"hide": str(asked.get(rule) or "")}})


def _date(name: str, key: str, title: str, component: Mapping[str, Any], bundle: Bundle) -> Iterator[Problem]:
    """A date before its own cause shortens a statutory period, so a date without limits is a problem."""
    if component.get("subtype") != "date":
        yield Problem(
            name, key, "form_rule_not_checked", tr("字段“{title}”只能为日期，不能含时间", title=title)
        )
    rules = component.get("properties", {})
    if not rules.get("not_after_today"):
        yield Problem(
            name, key, "date_without_bounds", tr("日期“{title}”没有上限（not_after_today）", title=title)
        )
    if not any(rules.get(lower) for lower in _LOWER_BOUNDS):
        yield Problem(
            name,
            key,
            "date_without_bounds",
            tr(
                "日期“{title}”没有下限：用 not_before 写明起因环节，或用 within_months_parameter 写明月数参数",
                title=title,
            ),
        )
    for cause in str(rules.get("not_before", "")).split():
        is_field = "." in cause
        shared = name.startswith(f"{COMMON}/")  # used by programmes that have other steps
        if cause != forms.OPENED and not is_field and not shared and not index.has_step(bundle, cause):
            yield Problem(
                name,
                key,
                "unknown_step",
                tr("日期“{title}”的起因环节“{cause}”不在流程图中", title=title, cause=cause),
            )
    months = rules.get("within_months_parameter")
    if months and str(months) not in bundle.policy:
        yield Problem(
            name,
            key,
            "unknown_parameter",
            tr("日期“{title}”的参数“{months}”没有在 policy.toml 中登记", title=title, months=months),
        )
