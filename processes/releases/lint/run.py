"""Running every rule over programme folders or single files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema

from processes.engine import expressions
from processes.errors import ExpressionRefused, YimenError
from processes.policy.parameters import parse_policy
from processes.releases import bundle as bundles
from processes.releases import forms
from processes.releases.bundle import COMMON, Bundle
from processes.releases.lint import decisions, diagrams, verdicts, words
from processes.releases.lint.problems import Office, Problem

_PROCESS = re.compile(rb'<bpmn:process id="([^"]+)"')
_CALLED = re.compile(rb'calledElement="([^"]+)"')


def lint_paths(paths: list[Path], office: Office) -> list[Problem]:
    """Problems of programme folders, of folders that hold some, and of single content files."""
    found: list[Problem] = []
    for path in paths:
        for folder, only in _targets(path):
            found += [
                p for p in lint_folder(folder, office, found_in=path) if only is None or Path(p.file) == only
            ]
    return found


def lint_folder(folder: Path, office: Office, found_in: Path | None = None) -> list[Problem]:
    """Problems of one programme folder with what it shares."""
    try:
        bundle = bundles.read_folder(folder)
        problems = list(_check(bundle, office))
    except YimenError as fault:
        return [Problem(str(found_in or folder), "", "folder_unreadable", fault.message)]
    return [Problem(_where(folder, p.file), p.element, p.rule, p.message) for p in problems]


def lint_bundle(bundle: Bundle, office: Office, only: str = "") -> list[Problem]:
    """Problems of a bundle in memory, or of one of its files alone (what an editor asks while drawing)."""
    try:
        if only:
            return list(_file(only, bundle.files[only], bundle, office))
        return list(_check(bundle, office))
    except YimenError as fault:
        return [Problem(only, "", "folder_unreadable", fault.message)]


def _where(folder: Path, name: str) -> str:
    base = folder.parent if name.startswith(f"{COMMON}/") else folder
    return str(base / name)


def _targets(path: Path) -> Iterator[tuple[Path, Path | None]]:
    if path.is_dir() and (path / "programme.toml").is_file():
        yield path, None
    elif path.is_dir():
        inner = sorted(p.parent for p in path.glob("*/programme.toml"))
        if not inner:
            yield path, None
        for folder in inner:
            yield folder, None
    else:
        holder = next((p for p in path.parents if (p / "programme.toml").is_file()), path.parent)
        yield holder, path


def _check(bundle: Bundle, office: Office) -> Iterator[Problem]:
    used = _used_diagrams(bundle)
    for name, raw in sorted(bundle.files.items()):
        if name.endswith(".bpmn") and name not in used:
            continue  # a shared piece that this programme does not call
        yield from _file(name, raw, bundle, office)
    yield from _screenings(bundle)
    yield from verdicts.check(bundle)
    yield from diagrams.executable(bundle)


def _file(name: str, raw: bytes, bundle: Bundle, office: Office) -> Iterator[Problem]:
    """Problems of one file, by its kind."""
    if name.endswith(".bpmn"):
        yield from diagrams.check(name, raw, bundle, office)
    elif name.endswith(".dmn"):
        yield from decisions.check_table(name, raw, bundle.policy)
    elif name.endswith(".sheet.toml"):
        yield from decisions.check_sheet(name, raw, bundle.policy)
    elif name.endswith(".form"):
        yield from _form(name, raw)
    elif name.endswith("programme.toml"):
        yield from _programme(bundle)
    elif name.endswith("documents.toml"):
        yield from _papers(bundle)
    elif name.endswith("policy.toml"):
        yield from _parameters(name, raw)


def _parameters(name: str, raw: bytes) -> Iterator[Problem]:
    try:
        parse_policy(raw.decode())
    except (YimenError, UnicodeDecodeError) as fault:
        message = fault.message if isinstance(fault, YimenError) else "不是 UTF-8 文本"
        yield Problem(name, "", "parameters_invalid", message)


def _used_diagrams(bundle: Bundle) -> set[str]:
    """The programme's own diagrams, and the shared ones that they call, directly or through others."""
    files = {n: raw for n, raw in bundle.files.items() if n.endswith(".bpmn")}
    holder = {process: n for n, raw in files.items() for process in _PROCESS.findall(raw)}
    used: set[str] = set()
    waiting = [n for n in files if not n.startswith(f"{COMMON}/")]
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += [holder[c] for c in _CALLED.findall(files[name]) if c in holder]
    return used


def _programme(bundle: Bundle) -> Iterator[Problem]:
    name = "programme.toml"
    for start in bundle.starts.values():
        if bundle.form(start.form) is None:
            yield Problem(name, start.process, "unknown_form", f"申请表单“{start.form}”不存在")
    for clock in bundle.clocks.values():
        for parameter in filter(None, (clock.budget, clock.extension)):
            if parameter not in bundle.policy:
                yield Problem(
                    name, clock.name, "unknown_parameter", f"时限“{clock.title}”的参数“{parameter}”没有登记"
                )


def _screenings(bundle: Bundle) -> Iterator[Problem]:
    for screening in bundle.screenings:
        for decision in (screening.table, *screening.sheets):
            if not diagrams.has_decision(bundle, decision):
                yield Problem(
                    "programme.toml", screening.table, "unknown_decision",
                    f"筛查“{screening.title}”引用的决策“{decision}”不存在",
                )  # fmt: skip


def _papers(bundle: Bundle) -> Iterator[Problem]:
    name = "documents.toml"
    for paper in bundle.papers.values():
        if bundle.template(paper.template) is None:
            yield Problem(
                name, paper.id, "unknown_template", f"文书“{paper.title}”的模板“{paper.template}”不存在"
            )
        for step in (*paper.opinions, *((paper.after,) if paper.after else ())):
            if not diagrams.has_step(bundle, step):
                yield Problem(
                    name, paper.id, "unknown_step", f"文书“{paper.title}”用到的环节“{step}”不在流程图中"
                )
        for source in paper.fields.values():
            yield from words.check(name, paper.id, source, bundle.policy)


def _form(name: str, raw: bytes) -> Iterator[Problem]:
    try:
        schema = json.loads(raw)
        jsonschema.validate(schema, bundles.schema_of("form"))
    except (ValueError, RecursionError):
        yield Problem(name, "", "form_invalid", "不是有效的表单文件")
        return
    except jsonschema.ValidationError as fault:
        place = "/".join(str(p) for p in fault.absolute_path) or "（最外层）"
        yield Problem(name, "", "form_invalid", f"表单的 {place}：{fault.message[:200]}")
        return
    for component in schema["components"]:
        key = str(component.get("key") or component.get("id", ""))
        if component["type"] not in forms.FIELD_TYPES | forms.SHOWN_TYPES:
            yield Problem(name, key, "form_field_not_supported", f"字段类型“{component.get('type')}”不受支持")
        for condition in filter(None, (forms.hide_condition(component), *_asked(component))):
            try:
                expressions.parse(condition)
            except ExpressionRefused as fault:
                yield Problem(name, key, "expression_refused", fault.message)


def _asked(component: dict[str, Any]) -> Iterator[str]:
    """The conditions of a field that depends on the case's data: over the case, then over the form."""
    asked = component.get("properties", {})
    if "when" in asked:
        yield str(asked["when"])
        for name in ("hide_then", "hide_else"):
            source = {"conditional": {"hide": str(asked.get(name) or "")}}
            yield forms.hide_condition(source) or ""
