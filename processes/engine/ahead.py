"""Look-ahead in a diagram: whether an operation can follow a step before certain other operations."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from processes.engine.definitions import Definition
from processes.engine.diagrams import Diagram, Node


@dataclass(slots=True)
class _Search:
    """State of one search: the operations wanted, those that end a path, and the processes being searched."""

    definition: Definition
    wanted: Collection[str]
    stops: Collection[str]
    within: set[str]


def leads_to(definition: Definition, ref: str, wanted: Collection[str], stops: Collection[str]) -> bool:
    """Return whether an operation in `wanted` can follow the step at `ref` with no operation in `stops`
    before it.

    Called processes are searched too, and after their end the calling process.
    """
    place = ref.split("#")[0]
    key = (place, frozenset(wanted), frozenset(stops))
    if key not in definition.looked_ahead:
        definition.looked_ahead[key] = _leads_to(definition, place, wanted, stops)
    return definition.looked_ahead[key]


def _leads_to(definition: Definition, place: str, wanted: Collection[str], stops: Collection[str]) -> bool:
    path = place.split("/")
    levels: list[tuple[Diagram, str]] = []
    process = path[0]
    for step in path[1:]:
        diagram = definition.diagrams[process]
        levels.append((diagram, step))
        node = diagram.nodes[step]
        process = node.called or node.id
    search = _Search(definition, wanted, stops, set())
    inner_ended = True
    for diagram, step in reversed(levels):
        if inner_ended:
            begun: Iterable[str] = diagram.successors(step)
        else:
            begun = [n.id for n in diagram.nodes.values() if n.attached_to == step]
        is_ahead, through = _explore(search, diagram, begun)
        if is_ahead:
            return True
        inner_ended = through
    return False


def _explore(search: _Search, diagram: Diagram, begun: Iterable[str]) -> tuple[bool, bool]:
    """Return whether a wanted operation lies ahead, and whether an end of the process can be reached."""
    seen: set[str] = set()
    waiting = list(begun)
    ends = False
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        node = diagram.nodes[place]
        if node.operation in search.wanted:
            return True, ends
        ends = ends or node.kind == "endEvent"
        if node.operation in search.stops:
            continue
        is_ahead, through = _inside(search, node)
        if is_ahead:
            return True, ends
        waiting.extend(
            diagram.successors(place)
            if through
            else (n.id for n in diagram.nodes.values() if n.attached_to == place)
        )
    return False, ends


def _inside(search: _Search, node: Node) -> tuple[bool, bool]:
    """Explore the process that a node calls or embeds; any other node is passed."""
    called = search.definition.diagrams.get(node.called or (node.id if "ubProcess" in node.kind else ""))
    if called is None or called.process in search.within:
        return False, True
    search.within.add(called.process)
    try:
        return _explore(search, called, [n.id for n in called.nodes.values() if n.kind == "startEvent"])
    finally:
        search.within.discard(called.process)
