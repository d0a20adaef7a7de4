"""Definitions: what a release holds for one process, parsed once and cached in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.exceptions import SpiffWorkflowException

from processes.engine import sheets, tables
from processes.engine.diagrams import Diagram, Node, read_diagrams
from processes.engine.specs import OfficeParser, adopt
from processes.engine.xml import parse_xml
from processes.errors import DiagramInvalid

KEPT_DEFINITIONS = 64


@dataclass(frozen=True, slots=True)
class Definition:
    """One process with everything that it calls; immutable and shared between cases."""

    process: str
    spec: BpmnProcessSpec
    called: Mapping[str, BpmnProcessSpec]
    diagrams: Mapping[str, Diagram]
    tables: Mapping[str, tables.Table]
    sheets: Mapping[str, sheets.Sheet]
    files: Mapping[str, str] = field(default_factory=dict)
    looked_ahead: dict[object, bool] = field(default_factory=dict, compare=False, repr=False)
    """Cache of `ahead.leads_to`; diagrams do not change."""

    def node(self, process: str, node_id: str) -> Node | None:
        """Return what is known about a step."""
        diagram = self.diagrams.get(process)
        return None if diagram is None else diagram.nodes.get(node_id)

    def node_at(self, ref: str) -> Node | None:
        """Return the step that a task reference points to (`apply/public_notice/post_notice#2`)."""
        path = ref.split("#")[0].split("/")
        process = path[0]
        node: Node | None = None
        for step in path[1:]:
            node = self.node(process, step)
            if node is None:
                return None
            process = node.called or node.id
        return node


@dataclass(frozen=True, slots=True)
class Content:
    """The files of a release that the engine reads, by name; hashable by `digest`."""

    digest: str
    diagrams: Mapping[str, bytes] = field(hash=False, compare=False)
    tables: Mapping[str, bytes] = field(hash=False, compare=False)
    sheets: Mapping[str, bytes] = field(hash=False, compare=False)


@lru_cache(maxsize=KEPT_DEFINITIONS)
def load(content: Content, process: str) -> Definition:
    """Parse a process of a release; raises `DiagramInvalid` or another content error."""
    parser = OfficeParser()
    diagrams: dict[str, Diagram] = {}
    files: dict[str, str] = {}
    for name, raw in content.diagrams.items():
        root = parse_xml(raw, name)
        for diagram in read_diagrams(root):
            diagrams[diagram.process] = diagram
            files[diagram.process] = name
        _add(parser, root, name)
    spec, called = _specs(parser, process, files.get(process, process))
    for one in (spec, *called.values()):
        adopt(one)
    used = {process, *called}
    return Definition(
        process,
        spec,
        called,
        {p: d for p, d in diagrams.items() if p in used},
        _tables(content),
        _sheets(content),
        {p: f for p, f in files.items() if p in used},
    )


def _add(parser: OfficeParser, root: object, name: str) -> None:
    try:
        parser.add_bpmn_xml(root, filename=name)
    except (ValidationException, SpiffWorkflowException, AttributeError, KeyError, ValueError) as fault:
        raise DiagramInvalid(file=name, reason=_reason(fault)) from fault


def _specs(
    parser: OfficeParser, process: str, file: str
) -> tuple[BpmnProcessSpec, dict[str, BpmnProcessSpec]]:
    try:
        return parser.get_spec(process), parser.get_subprocess_specs(process)
    except (
        ValidationException,
        SpiffWorkflowException,
        AttributeError,
        KeyError,
        ValueError,
        IndexError,
        TypeError,
        RecursionError,
    ) as fault:
        raise DiagramInvalid(file=file, reason=_reason(fault)) from fault


def _tables(content: Content) -> dict[str, tables.Table]:
    parsed = (tables.parse_table(parse_xml(raw, name), name) for name, raw in content.tables.items())
    return {table.id: table for table in parsed}


def _sheets(content: Content) -> dict[str, sheets.Sheet]:
    parsed = (sheets.parse_sheet(raw, name) for name, raw in content.sheets.items())
    return {sheet.id: sheet for sheet in parsed}


def _reason(fault: BaseException) -> str:
    return str(fault).splitlines()[0][:200] if str(fault) else type(fault).__name__
