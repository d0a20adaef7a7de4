"""Differences between a draft and its base release, in sentences."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from processes.engine import sheets, tables
from processes.engine.diagrams import Diagram, read_diagrams
from processes.engine.xml import parse_xml
from processes.errors import YimenError
from processes.policy.parameters import parse_policy
from processes.releases.bundle import Bundle
from processes.releases.status import ChangeKind
from processes.texts import tr

SHOWN_LINES = 40


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: file, element, kind, and details."""

    file: str
    element: str
    kind: ChangeKind
    text: str


def differences(old: Bundle, new: Bundle) -> list[Difference]:
    """Return every difference, file by file."""
    result: list[Difference] = []
    for name in sorted({*old.files, *new.files}):
        before, after = old.files.get(name), new.files.get(name)
        if before == after:
            continue
        if before is None or after is None:
            result.append(
                Difference(name, "", ChangeKind.ADDED if before is None else ChangeKind.REMOVED, tr("文件"))
            )
            continue
        try:
            result += _inside(name, before, after)
        except (YimenError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            result += _text(name, before, after)
    return result


def diagrams(bundle: Bundle) -> Iterator[Diagram]:
    """Return every diagram reachable from a start of the programme; empty if there is no programme yet."""
    if not bundle.files:
        return
    for process in bundle.starts:
        yield from bundle.definition(process).diagrams.values()


def decisions(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Return id and title of every table and sheet that can be read."""
    for name, raw in bundle.files.items():
        try:
            if name.endswith(".dmn"):
                table = tables.parse_table(parse_xml(raw, name), name)
                yield table.id, table.title
            elif name.endswith(".sheet.toml"):
                sheet = sheets.parse_sheet(raw, name)
                yield sheet.id, sheet.title
        except (YimenError, UnicodeDecodeError):
            continue


def _inside(name: str, before: bytes, after: bytes) -> list[Difference]:
    if name.endswith(".bpmn"):
        found = list(_diagrams(name, before, after))
        found += _moved(name, before, after, {d.element for d in found})
    elif name.endswith(".dmn"):
        found = list(_tables(name, before, after))
    elif name.endswith("policy.toml"):
        found = list(_parameters(name, before, after))
    elif name.endswith(".form"):
        found = list(_forms(name, before, after))
    else:
        return _text(name, before, after)
    return found or [Difference(name, "", ChangeKind.CHANGED, tr("只有图形位置或者书写格式的变化"))]


def _diagrams(name: str, before: bytes, after: bytes) -> Iterator[Difference]:
    old = {d.process: d for d in read_diagrams(parse_xml(before, name))}
    new = {d.process: d for d in read_diagrams(parse_xml(after, name))}
    for process in sorted({*old, *new}):
        yield from _named(name, _elements(old.get(process)), _elements(new.get(process)))


def _moved(name: str, before: bytes, after: bytes, reported: set[str]) -> Iterator[Difference]:
    """Shapes that moved in the drawing and are not reported otherwise."""
    old, new = _places(name, before), _places(name, after)
    for element in sorted(old.keys() & new.keys() - reported):
        if old[element] != new[element]:
            yield Difference(name, element, ChangeKind.MOVED, tr("在图上移动了位置"))


def _places(name: str, raw: bytes) -> dict[str, tuple[Decimal, ...]]:
    return {
        shape.get("bpmnElement", ""): tuple(
            Decimal(bounds.get(k, "0")) for k in ("x", "y", "width", "height")
        )
        for shape in parse_xml(raw, name).iter("{http://www.omg.org/spec/BPMN/20100524/DI}BPMNShape")
        for bounds in shape.iterfind("{http://www.omg.org/spec/DD/20100524/DC}Bounds")
    }


def _elements(diagram: Diagram | None) -> dict[str, tuple[str, Any]]:
    if diagram is None:
        return {}
    nodes = {n.id: (n.name or n.id, n) for n in diagram.nodes.values()}
    flows = {f.id: (f.name or f"{f.source} → {f.target}", f) for f in diagram.flows}
    return {**nodes, **flows}


def _tables(name: str, before: bytes, after: bytes) -> Iterator[Difference]:
    def rows(raw: bytes) -> dict[str, tuple[str, Any]]:
        table = tables.parse_table(parse_xml(raw, name), name)
        return {
            row.id: (
                tr("第 {n} 行", n=n),
                [None if c is None else c.source for c in (*row.conditions, *row.outputs)],
            )
            for n, row in enumerate(table.rows, start=1)
        }

    yield from _named(name, rows(before), rows(after))


def _parameters(name: str, before: bytes, after: bytes) -> Iterator[Difference]:
    def book(raw: bytes) -> dict[str, tuple[str, Any]]:
        return {
            f"{p.name} {v.division} {v.since}": (
                tr("{title} 自 {since}", title=p.title, since=v.since),
                tr("{value}（{source}）", value=v.value, source=v.source),
            )
            for p in parse_policy(raw.decode()).parameters.values()
            for v in p.values
        }

    yield from _named(name, book(before), book(after))


def _forms(name: str, before: bytes, after: bytes) -> Iterator[Difference]:
    def shown(raw: bytes) -> dict[str, tuple[str, Any]]:
        return {
            str(c.get("key") or c.get("id")): (str(c.get("label") or c.get("dateLabel") or ""), c)
            for c in json.loads(raw)["components"]
        }

    yield from _named(name, shown(before), shown(after))


def _named(
    file: str, old: Mapping[str, tuple[str, Any]], new: Mapping[str, tuple[str, Any]]
) -> Iterator[Difference]:
    for key in sorted({*old, *new}):
        if key not in old:
            yield Difference(file, key, ChangeKind.ADDED, _said(new[key]))
        elif key not in new:
            yield Difference(file, key, ChangeKind.REMOVED, _said(old[key]))
        elif old[key] != new[key]:
            yield Difference(file, key, ChangeKind.CHANGED, _change(old[key], new[key]))


def _change(old: tuple[str, Any], new: tuple[str, Any]) -> str:
    """Describe what changed in a named thing: its title, its value, or its parts."""
    was, now = _said(old), _said(new)
    if was != now:
        return tr("{was} 改为 {now}", was=was, now=now)
    before, after = _parts(old[1]), _parts(new[1])
    changed = [
        tr("{k}：{k2} → {k3}", k=_PARTS.get(k, k), k2=before.get(k) or tr("无"), k3=after.get(k) or tr("无"))
        for k in {**before, **after}
        if before.get(k) != after.get(k)
    ]
    return tr("{now}：{changed}", now=now, changed=tr("；").join(changed)) if changed else now


def _parts(value: Any) -> dict[str, str]:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: str(getattr(value, f.name) or "") for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): str(v) for k, v in value.items()}
    if isinstance(value, list):
        return {tr("第 {n} 列", n=n): str(v if v is not None else "-") for n, v in enumerate(value, start=1)}
    return {}


_PARTS = {
    "name": tr("名称"), "condition": tr("条件"), "default": tr("默认出路"), "operation": tr("服务操作"), "params": tr("参数"),
    "decision": tr("决策"), "called": tr("调用的流程"), "script": tr("赋值"), "timers": tr("到时条件"), "properties": tr("属性"),
    "documentation": tr("说明"), "role": tr("岗位"), "source": tr("起点"), "target": tr("终点"), "label": tr("名称"), "values": tr("选项"),
    "validate": tr("校验"), "kind": tr("类型"), "result": tr("结果名称"), "conditional": tr("显示条件"),
}  # fmt: skip


def _said(value: tuple[str, Any]) -> str:
    title, detail = value
    return tr("{title}：{detail}", title=title, detail=detail) if isinstance(detail, str) else title


def _lines(name: str, raw: bytes) -> list[str]:
    """Split a text into lines; in scenarios indentation is ignored, as it means nothing to people."""
    lines = raw.decode(errors="replace").splitlines()
    return [line.strip() for line in lines] if name.endswith(".yaml") else lines


def _text(name: str, before: bytes, after: bytes) -> list[Difference]:
    lines = list(
        difflib.unified_diff(
            _lines(name, before),
            _lines(name, after),
            n=0,
            lineterm="",
        )
    )[2:]
    changed = [n for n in lines if n[:1] in "+-"]
    return [
        Difference(
            name, "", ChangeKind.ADDED if n.startswith("+") else ChangeKind.REMOVED, n[1:].strip()[:200]
        )
        for n in changed[:SHOWN_LINES]
    ]
