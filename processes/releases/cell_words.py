"""Labels that editors show instead of keys: titles of forms and of values in table cells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from processes.engine.xml import parse_xml
from processes.errors import YimenError
from processes.releases import words
from processes.releases.bundle import Bundle
from processes.texts import tr

COMMON = {
    "true": tr("是"), "false": tr("否"), "yes": tr("拟符合"), "no": tr("不符合"), "needs": tr("待补充"), "county": tr("县级"), "township": tr("乡镇"),
    "": tr("（无）"),
}  # fmt: skip
"""Values with the same meaning in every table."""
_MEANING = re.compile(r"\s*(\S+)\s+([^；]+?)\s*(?:；|$)")
_DMN = {"d": "https://www.omg.org/spec/DMN/20191111/MODEL/"}


def form_titles(bundle: Bundle) -> dict[str, str]:
    """Return titles of forms by name: that of the step or application that uses the form, else its heading."""
    titles: dict[str, str] = {}
    for file, raw in bundle.files.items():
        if file.endswith(".form"):
            titles[_stem(file)] = _heading(raw) or _stem(file)
    for form, title in _users(bundle):
        titles[form] = title
    return titles


def _users(bundle: Bundle) -> Iterator[tuple[str, str]]:
    try:
        for process, start in bundle.starts.items():
            for diagram in bundle.definition(process).diagrams.values():
                for node in diagram.nodes.values():
                    if form := node.properties.get("form", ""):
                        yield form, node.name or form
            yield (
                start.form,
                tr("{title}申请", title=start.title) if not start.before_register else start.title,
            )
    except YimenError:
        return  # a broken diagram has no titles, which must not stop the editor


def _stem(file: str) -> str:
    return file.rsplit("/", 1)[-1].removesuffix(".form")


def _heading(raw: bytes) -> str:
    try:
        components = json.loads(raw).get("components", [])
    except (ValueError, AttributeError):
        return ""
    texts = (str(c.get("text", "")) for c in components if isinstance(c, dict) and c.get("type") == "text")
    return next((t.lstrip("# ").splitlines()[0][:40] for t in texts if t.strip()), "")


def of_cells(bundle: Bundle, others: Mapping[str, str]) -> dict[str, Any]:
    """Return labels for cells: choices by column title, titles of computed names, titles of parameters.

    `others` are titles from outside this bundle: of programmes and their processes.
    """
    columns: dict[str, dict[str, str]] = {}
    names: dict[str, str] = {}
    try:
        for process in bundle.starts:
            for (_, title), labels in words.of_process(bundle, process).items():
                columns.setdefault(title, {}).update(labels)
            for sheet in bundle.definition(process).sheets.values():
                names |= {f"{sheet.id}.{line.name}": line.title for line in sheet.lines if line.title}
    except YimenError:
        pass
    for file, raw in bundle.files.items():
        if file.endswith(".dmn"):
            for title, labels in _meanings(file, raw):
                columns.setdefault(title, {}).update(labels)
    return {
        "columns": columns, "names": names, "common": {**others, **COMMON},
        "parameters": {name: p.title for name, p in bundle.policy.parameters.items()},
    }  # fmt: skip


def _meanings(file: str, raw: bytes) -> Iterator[tuple[str, dict[str, str]]]:
    """Parse the meanings of an output's values from its description: `none 不符合；household 全户纳入`."""
    try:
        root = parse_xml(raw, file)
    except YimenError:
        return
    for output in root.iterfind(".//d:output", _DMN):
        description = output.findtext("d:description", "", _DMN) or ""
        if description:
            yield output.get("label", ""), dict(_MEANING.findall(description))
