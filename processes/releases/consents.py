"""Checks that a consent expression of a programme reads the answer field of the step's form.

`"true"`, or an expression over anything but that field, would be a consent that nobody gave. Lint refuses it,
and an effect does not count it (`decisions/standing.py`), whatever the release of the case.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import Any

from processes.engine import expressions
from processes.engine.definitions import Definition
from processes.errors import ExpressionFailed, ExpressionRefused
from processes.releases import forms
from processes.releases.bundle import Bundle
from processes.texts import tr

MOST = 256
"""Combinations of values that are tried; a consent reads one field, rarely two."""
_ONE_OF = frozenset({"radio", "select"})


def fault(bundle: Bundle, form: str, source: str) -> str:
    """Return what is wrong with a consent expression for a form, as the end of a sentence, or "" if nothing is."""
    schema = bundle.form(form) if form else None
    if schema is None:
        return tr("该环节没有表单")
    return _fault(source, json.dumps(forms.fields_of(schema), sort_keys=True))


def counts(bundle: Bundle, definition: Definition, step: str, source: str) -> bool:
    """Return whether the consent of a step counts: everywhere the step occurs, it must read the answer."""
    found = [n for d in definition.diagrams.values() for n in d.nodes.values() if n.id == step]
    return bool(found) and not any(fault(bundle, n.properties.get("form", ""), source) for n in found)


@lru_cache(maxsize=512)
def _fault(source: str, written: str) -> str:
    try:
        parsed = expressions.parse(source)
    except ExpressionRefused as refused:
        return refused.message
    fields = {f.get("key", ""): f for f in json.loads(written)}
    read = sorted(parsed.names())
    if not read:
        return tr("没有读取该环节表单的任何答复")
    answers = [_answers(fields.get(name)) for name in read]
    unusable = [name for name, possible in zip(read, answers, strict=True) if not possible]
    if unusable:
        return tr("“{unusable}”不是该环节表单中有固定选项的字段", unusable=tr("、").join(unusable))
    if _number(answers) > MOST:
        return tr("读取的字段过多")
    if _is_true(parsed, dict.fromkeys(read)) or _is_true(parsed, {}):
        return tr("没有作答也算同意")
    results = {_is_true(parsed, dict(zip(read, chosen, strict=True))) for chosen in product(*answers)}
    if results == {True}:
        return tr("无论怎样作答都算同意")
    return "" if True in results else tr("无论怎样作答都不算同意")


def _answers(field: Mapping[str, Any] | None) -> list[Any]:
    """The possible values of a field; empty if the form does not list them."""
    if field is None:
        return []
    if field["type"] == "checkbox":
        return [None, True]
    return list(_values(field)) if field["type"] in _ONE_OF else []


def _values(field: Mapping[str, Any]) -> Iterator[str]:
    return (str(v["value"]) for v in field.get("values", ()) if v.get("value"))


def _number(answers: list[list[Any]]) -> int:
    count = 1
    for possible in answers:
        count *= len(possible)
    return count


def _is_true(parsed: expressions.Expression, answers: Mapping[str, Any]) -> bool:
    try:
        return bool(expressions.evaluate(parsed, answers))
    except ExpressionFailed:
        return False
