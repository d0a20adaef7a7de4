"""Scenario files: reading, checking against the schema, expanding variants."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
import yaml.composer
import yaml.constructor
from jsonschema import ValidationError

from processes.errors import ScenarioInvalid
from processes.policy.toml_text import is_plain
from processes.rehearsal import waits
from processes.rehearsal.registering import put
from processes.releases import shapes
from processes.texts import tr

MOST_BYTES = 200_000
MOST_LEVELS = 40
MOST_DIGITS = 40
MOST_PARTS = 5_000
"""Values and lists in a file; the largest that is shipped has eight hundred."""
MOST_SPREAD = 50_000
"""The same for all its variants together, because all copies are in memory."""
MOST_VARIANTS = 100
"""Each is a copy of the whole scenario, and is played separately."""
_TAG = "tag:yaml.org,2002:"
_NUMBERS = (f"{_TAG}int", f"{_TAG}float")
SCHEMA_FILE = Path(__file__).with_name("scenario.schema.json")


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario: its title, where it was written, and its content as plain values."""

    title: str
    file: str
    content: dict[str, Any]

    @property
    def cites(self) -> tuple[str, ...]:
        """The clauses that it cites."""
        return tuple(self.content.get("cites", ()))


def collect(paths: list[Path]) -> list[Path]:
    """Return scenario files in folders, and files named themselves, in order."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("scenarios/*.yaml"))
            found += sorted(p for p in path.glob("*.yaml") if p not in found)
        elif path.is_file():
            found.append(path)
        else:
            raise ScenarioInvalid(reason=tr("没有找到 {path}", path=path))
    return found


def read(path: Path) -> list[Scenario]:
    """Read the scenarios of a file, variants expanded; raises `ScenarioInvalid` with the position."""
    return parse(path.read_bytes(), path)


def of_bundle(files: Mapping[str, bytes], folder: Path) -> list[Scenario]:
    """Return the scenarios of a bundle, named as if they were in its folder."""
    names = sorted(n for n in files if n.startswith("scenarios/") and n.endswith(".yaml"))
    return [s for name in names for s in parse(files[name], folder / name)]


def parse(written: bytes, path: Path) -> list[Scenario]:
    """Parse the scenarios in a text called `path`; raises `ScenarioInvalid` with the position."""
    raw = plain(written, path.name)
    try:
        shapes.demand(json.loads(json.dumps(raw, default=str)), SCHEMA_FILE)
    except ValidationError as fault:
        raise ScenarioInvalid(
            reason=tr(
                "{name} 的 {fault}：{message}",
                name=path.name,
                fault=shapes.place(fault),
                message=fault.message[:200],
            )
        ) from fault
    if len(raw.get("variants", [])) > MOST_VARIANTS:
        raise ScenarioInvalid(
            reason=tr(
                "{name} 的变体超过 {most_variants} 个，请分写成几个文件",
                name=path.name,
                most_variants=MOST_VARIANTS,
            )
        )
    if _parts(raw) * (1 + len(raw.get("variants", []))) > MOST_SPREAD:
        raise ScenarioInvalid(reason=tr("{name} 的内容连同变体过多，请分写成几个文件", name=path.name))
    found = list(_variants(path, raw))
    for scenario in found:
        waits.demand(scenario.content, path.name)
    return found


def plain(written: bytes, name: str) -> dict[str, Any]:
    """Parse a text within limits, without checking the schema; raises `ScenarioInvalid` with the position."""
    if len(written) > MOST_BYTES:
        raise ScenarioInvalid(
            reason=tr("{name} 超过 {most_bytes} KB", name=name, most_bytes=MOST_BYTES // 1000)
        )
    try:
        raw = yaml.load(written.decode(), Loader=_Loader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise ScenarioInvalid(reason=tr("{name} 不是有效的 YAML：{fault}", name=name, fault=fault)) from fault
    if not isinstance(raw, dict):
        raise ScenarioInvalid(reason=tr("{name} 应由“名称: 内容”组成", name=name))
    return raw


def _parts(value: Any) -> int:
    """Count the values and lists in a value; its depth is already limited."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(_parts, inside))


def _variants(path: Path, raw: dict[str, Any]) -> Iterator[Scenario]:
    base = {k: v for k, v in raw.items() if k != "variants"}
    yield Scenario(str(raw["scenario"]), str(path), base)
    for variant in raw.get("variants", []):
        content = copy.deepcopy(base)
        for place, value in variant.get("set", {}).items():
            put(content, place, value)
        if "steps" in variant:
            content["steps"] = variant["steps"]
        content["expect"] = variant.get("expect", content["expect"])
        content["cites"] = variant.get("cites", content.get("cites", []))
        yield Scenario(
            tr("{raw}：{variant}", raw=raw["scenario"], variant=variant["variant"]), str(path), content
        )


class _Loader(yaml.SafeLoader):
    """YAML with exact numbers: amounts never become floats.

    No aliases, no merging, few levels: ten lines of aliases can expand to gigabytes.
    """

    depth = 0
    parts = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose a node; raises a `yaml.YAMLError` for syntax that scenarios do not need."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, tr("不能使用别名（*名称）"), mark)
        self.depth += 1
        self.parts += 1
        if self.parts > MOST_PARTS:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, tr("内容超过 {most_parts} 项", most_parts=MOST_PARTS), mark
            )
        if self.depth > MOST_LEVELS:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, tr("嵌套超过 {most_levels} 层", most_levels=MOST_LEVELS), mark
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Construct a value; raises a `yaml.YAMLError` with its position if the library fails."""
        if isinstance(node, yaml.ScalarNode) and node.tag in _NUMBERS and len(node.value) > MOST_DIGITS:
            raise _refused(tr("数字超过 {most_digits} 位", most_digits=MOST_DIGITS), node)
        try:
            return super().construct_object(node, deep)
        except (ValueError, ArithmeticError, LookupError, TypeError, AttributeError) as fault:
            raise _refused(tr("这个值无法识别"), node) from fault

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Construct a mapping; keys are text or whole numbers, never dates, lists or fractions."""
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        if not all(isinstance(key, str | int) for key in made):
            raise _refused(tr("名称应为文字"), node)
        return made


def _refused(message: str, node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, message, node.start_mark)


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    number = Decimal(loader.construct_scalar(node))
    if not is_plain(number):
        raise _refused(tr("数字过大、过小或不是有限的数"), node)
    return number


def _of_no_use(loader: yaml.SafeLoader, node: yaml.Node) -> None:
    raise _refused(tr("不能使用标记 {removeprefix}", removeprefix=node.tag.removeprefix(_TAG)), node)


_Loader.add_constructor(f"{_TAG}float", _number)
for _kind in ("binary", "omap", "pairs", "set"):
    # No scenario needs them, and the player does not support them.
    _Loader.add_constructor(f"{_TAG}{_kind}", _of_no_use)
