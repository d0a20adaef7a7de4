"""Uses of a parameter: lines of sheets, tables, steps, clocks, forms, papers, and the program itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from processes.engine import tables
from processes.engine.definitions import Definition
from processes.releases import cell_words
from processes.releases.bundle import Bundle
from processes.texts import tr

PROGRAM: Mapping[str, str] = {
    "clock.warning.": tr("时限预警的颜色"),
    "desk.priority.": tr("待办按优先级排序"),
    "desk.urge.": tr("催办"),
    "draw.county_visit": tr("县级入户抽查的抽签"),
    "fund.float": tr("备用金台账"),
    "fund.low_share": tr("备用金台账"),
    "retention.access_log": tr("访问记录的期满销毁"),
    "retention.household": tr("家庭档案的期满销毁"),
    "retention.notices": tr("消息的期满销毁"),
    "retention.payment_list": tr("发放清册的期满销毁"),
    "register.difference.days": tr("登记差异的处理期限"),
    "register.transfer.days": tr("迁移的接收期限"),
}
"""Parameters that the program itself reads, by name or prefix."""
_CALLED = re.compile(r"param(?:_on)?\(\s*['\"]([a-z_0-9.]+)['\"]")


def of_bundle(bundle: Bundle) -> dict[str, list[str]]:
    """Return uses by parameter name, each once, in the order in which they are found."""
    uses: dict[str, list[str]] = {}
    for name, place in _all(bundle):
        places = uses.setdefault(name, [])
        if place not in places:
            places.append(place)
    return uses


def of_program(name: str) -> str:
    """Return what the program itself does with a parameter; "" if nothing."""
    return next((title for start, title in PROGRAM.items() if name.startswith(start)), "")


def _all(bundle: Bundle) -> Iterator[tuple[str, str]]:
    for process in bundle.starts:
        yield from _of_definition(bundle.definition(process))
    for clock in bundle.clocks.values():
        yield from (
            (name, tr("时限“{title}”", title=clock.title)) for name in (clock.budget, clock.extension) if name
        )
    titles = cell_words.form_titles(bundle)
    for file, raw in bundle.files.items():
        if file.endswith(".form"):
            title = titles[file.rsplit("/", 1)[-1].removesuffix(".form")]
            yield from ((name, tr("表单“{title}”", title=title)) for name in _of_form(json.loads(raw)))
    for paper in bundle.papers.values():
        yield from ((name, tr("文书“{title}”", title=paper.title)) for name in _CALLED.findall(repr(paper)))


def _of_definition(definition: Definition) -> Iterator[tuple[str, str]]:
    for sheet in definition.sheets.values():
        for line in sheet.lines:
            yield from (
                (name, tr("计算表“{title}”的“{title2}”", title=sheet.title, title2=line.title))
                for name in _CALLED.findall(line.formula.source)
            )
    for table in definition.tables.values():
        rows = range(1, len(table.rows) + 1)
        yield from (
            (name, tr("决策表“{title}”", title=table.title)) for name in tables.parameters_of(table, rows)
        )
    for diagram in definition.diagrams.values():
        for node in diagram.nodes.values():
            yield from (
                (name, tr("环节“{id}”", id=node.name or node.id)) for name in _CALLED.findall(repr(node))
            )
        for flow in diagram.flows:
            source = diagram.nodes.get(flow.source)
            title = flow.source if source is None else source.name or source.id
            yield from (
                (name, tr("“{title}”之后的分支", title=title)) for name in _CALLED.findall(repr(flow))
            )


def _of_form(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if str(key).endswith("_parameter") and isinstance(value, str):
                yield value
            yield from _of_form(value)
    elif isinstance(node, list):
        for item in node:
            yield from _of_form(item)
