"""Reference for content authors, generated from the schemas and lists that lint and editors use."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from processes.engine.element_properties import PROPERTIES
from processes.engine.function_words import FUNCTIONS
from processes.papers import template_fields
from processes.papers.contracts import CONTRACTS
from processes.rehearsal.scenarios import SCHEMA_FILE
from processes.releases import shapes
from processes.texts import tr
from processes.verbs import registry

FILE = Path(__file__).parents[2] / "docs" / "content.md"
_INTRODUCTION = """# Content: every key, property, verb and function

Written by `yimen content-reference`; change the schemas and lists it is made from, not this page. How a programme is begun, changed and published
stands in [supervisor.zh.md](supervisor.zh.md), how scenarios are written in [scenarios.md](scenarios.md).

A programme is a folder under `bpmn/`: `programme.toml`, `*.bpmn` (processes), `*.dmn` (decision tables), `*.sheet.toml` (calculation sheets),
`forms/*.form`, `documents.toml` with `papers/*.html`, `policy.toml`, `scenarios/*.yaml`, `CHANGES.md`. `common/` beside it is shared by all. `yimen new-programme`
makes one that works."""
_FILES = (
    (tr("programme.toml：项目"), "programme", "Key paths: `.` goes into a table, `*` is a name of your own, `[]` each entry of a list."),
    (tr("documents.toml：文书"), "documents", "What papers the programme issues, and what stands in them."),
    (tr("*.sheet.toml：计算表"), "sheet", "The arithmetic of an entitlement, line by line."),
    (tr("policy.toml：政策参数"), "policy", "No number of the law stands in diagrams or tables; it stands here."),
    (tr("*.form：表单"), "form", "The subset of form-js that browser and server check alike."),
)  # fmt: skip


def text() -> str:
    """Return the whole page, in Markdown."""
    parts = [_INTRODUCTION]
    for title, kind, words in _FILES:
        parts.append(_section(title, words, _of_schema(json.loads(shapes.of_kind(kind).read_text("utf-8")))))
    parts.append(
        _section(
            tr("图形元素的扩展属性"), "`spiffworkflow:property` of an element of a diagram.", _properties()
        )
    )
    parts.append(_papers())
    parts.append(_section(tr("文书模板的过滤器"), "What a template may put behind a value.", _filters()))
    parts.append(
        _section(
            tr("条件和算式的函数"),
            "What expressions of diagrams, tables, sheets and papers may call.",
            _functions(),
        )
    )
    parts.append(verbs())
    scenario = json.loads(SCHEMA_FILE.read_text("utf-8"))
    parts.append(_section(tr("scenarios/*.yaml：情景"), str(scenario["description"]), _of_schema(scenario)))
    for name, inner in scenario["$defs"].items():
        parts.append(
            _section(
                tr("情景中的 {name}", name=name), "Read where the keys above name it.", _of_schema(inner), 3
            )
        )
    return "\n\n".join(parts) + "\n"


def verbs() -> str:
    """Return every service operation with its parameters, in Markdown."""
    rows: list[tuple[str, ...]] = [(tr("操作"), tr("名称"), tr("参数"), tr("说明"))]
    for verb in sorted(registry.all_verbs().values(), key=lambda v: v.name):
        hints = typing.get_type_hints(verb.run)
        parameters = [_parameter(p, hints.get(n)) for n, p in verb.parameters.items()]
        marks = tr("；须有有效决定") if verb.needs_decision else ""
        rows.append(
            (
                f"`{verb.name}`",
                verb.title,
                tr("，").join(parameters) or "—",
                verb.description.rstrip("。") + marks,
            )
        )
    return _section(
        tr("服务操作"),
        "What a service task may ask of the office (`spiffworkflow:serviceTaskOperator`).",
        rows,
    )


def _parameter(parameter: inspect.Parameter, hint: Any) -> str:
    kind = getattr(hint, "__name__", str(hint)) if not typing.get_args(hint) else str(hint)
    text = f"`{parameter.name}`: {kind.replace('typing.', '').replace('|', 'or')}"
    return text if parameter.default is parameter.empty else f"{text} = {parameter.default!r}"


def _of_schema(schema: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [(tr("键"), tr("名称"), tr("值"), tr("必填"), tr("说明")), *_keys(schema, "")]


def _keys(schema: Mapping[str, Any], before: str) -> Iterator[tuple[str, ...]]:
    required = schema.get("required", ())
    for key, inner in schema.get("properties", {}).items():
        yield (
            f"`{before}{key}`", inner["title"], _value(inner), tr("是") if key in required else "", inner["description"],
        )  # fmt: skip
        yield from _keys(inner, f"{before}{key}.")
        if isinstance(inner.get("items"), dict):
            yield from _keys(inner["items"], f"{before}{key}[].")
        if isinstance(inner.get("additionalProperties"), dict):
            yield from _keys(inner["additionalProperties"], f"{before}{key}.*.")


def _value(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return tr("、").join(f"`{v}`" for v in schema["enum"])
    kind = schema.get("type", "any")
    text = " or ".join(kind) if isinstance(kind, list) else str(kind)
    inner = schema.get("items")
    if text == "array" and isinstance(inner, dict):
        return f"array of {_value(inner)}"
    return f"{text} `{schema['pattern']}`" if "pattern" in schema else text


def _properties() -> list[tuple[str, ...]]:
    rows = [(f"`{name}`", p.title, p.carried_by, p.description) for name, p in PROPERTIES.items()]
    return [(tr("属性"), tr("名称"), tr("元素"), tr("说明")), *rows]


def _papers() -> str:
    parts = [
        tr(
            "## 文书模板可以读什么\n\nBy the contract that `documents.toml` names; `fields.NAME` and `answers.STEP.KEY` come from the programme."
        )
    ]
    for contract, kind in CONTRACTS.items():
        rows = [(f"`{f.written}`", f.title) for f in template_fields.of_contract(contract)]
        parts.append(_section(contract, (kind.__doc__ or "").strip(), [(tr("写法"), tr("内容")), *rows], 3))
    return "\n\n".join(parts)


def _filters() -> list[tuple[str, ...]]:
    return [
        (tr("写法"), tr("名称"), tr("说明")),
        *((f"`{f.written}`", f.title, f.source) for f in template_fields.filters()),
    ]


def _functions() -> list[tuple[str, ...]]:
    return [
        (tr("写法"), tr("名称"), tr("说明")),
        *((f"`{f.written}`", f.title, f.description) for f in FUNCTIONS.values()),
    ]


def _section(title: str, words: str, rows: list[tuple[str, ...]], depth: int = 2) -> str:
    head, *others = rows
    lines = [
        f"{'#' * depth} {title}",
        "",
        words,
        "",
        _row(head),
        _row(("---",) * len(head)),
        *map(_row, others),
    ]
    return "\n".join(lines)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
