"""Index of what the files of a bundle define and call, from their parsed trees.

Models come from many tools: prefixes, quotes, the order of attributes and the encoding differ, so the text of
a file is never searched. A file that cannot be parsed defines nothing; the rules for its kind report it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from processes.engine.diagrams import Diagram, read_diagrams
from processes.engine.xml import NS, parse_xml
from processes.errors import DiagramInvalid, TomlInvalid
from processes.policy.toml_text import read_toml
from processes.releases.bundle import COMMON, Bundle

_DMN = "{*}decision"


@dataclass(frozen=True, slots=True)
class FileIndex:
    """Index of one file: its processes, what it calls, its steps, its decisions."""

    diagrams: tuple[Diagram, ...] = ()
    processes: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    shapes: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()


def of_file(name: str, raw: bytes) -> FileIndex:
    """Index a file; empty if it cannot be parsed or is of another kind."""
    if name.endswith((".bpmn", ".dmn", ".sheet.toml")):
        return _read(name, raw)
    return FileIndex()


@lru_cache(maxsize=256)
def _read(name: str, raw: bytes) -> FileIndex:
    if name.endswith(".sheet.toml"):
        return FileIndex(decisions=_sheet(raw))
    try:
        root = parse_xml(raw, name)
    except DiagramInvalid:
        return FileIndex()
    if name.endswith(".dmn"):
        return FileIndex(decisions=frozenset(e.get("id", "") for e in root.iter(_DMN)) - {""})
    diagrams = tuple(read_diagrams(root))
    nodes = [n for d in diagrams for n in d.nodes.values()]
    return FileIndex(
        diagrams,
        frozenset(e.get("id", "") for e in root.iterfind("bpmn:process", NS)) - {""},
        frozenset(n.called for n in nodes if n.called),
        frozenset(n.id for n in nodes),
        frozenset(e.get("bpmnElement", "") for e in root.iter(f"{{{NS['bpmndi']}}}BPMNShape")),
    )


def _sheet(raw: bytes) -> frozenset[str]:
    try:
        found = read_toml(raw).get("id")
    except TomlInvalid:
        return frozenset()
    return frozenset({found}) if isinstance(found, str) else frozenset()


def files(bundle: Bundle) -> Iterator[tuple[str, FileIndex]]:
    """Index every file of a bundle."""
    for name, raw in bundle.files.items():
        yield name, of_file(name, raw)


def used_diagrams(bundle: Bundle) -> set[str]:
    """Return the programme's own diagrams, and the shared ones that they call, directly or indirectly."""
    known = {name: index for name, index in files(bundle) if name.endswith(".bpmn")}
    holder = {process: name for name, index in known.items() for process in index.processes}
    used: set[str] = set()
    waiting = [name for name in known if not name.startswith(f"{COMMON}/")]
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += [holder[called] for called in known[name].called if called in holder]
    return used


def has_process(bundle: Bundle, process: str) -> bool:
    """Return whether any diagram contains this process."""
    return any(process in index.processes for _, index in files(bundle))


def has_step(bundle: Bundle, step: str) -> bool:
    """Return whether any diagram contains an element of this id."""
    return any(step in index.steps for _, index in files(bundle))


def has_decision(bundle: Bundle, decision: str) -> bool:
    """Return whether a table or a sheet has this id."""
    return any(decision in index.decisions for _, index in files(bundle))
