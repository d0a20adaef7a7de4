"""Look-back in a diagram: the step of people before a given step."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from processes.engine.definitions import Definition
from processes.engine.diagrams import Node

_Place = tuple[str, str]
"""A process and one of its nodes."""


def step_before(definition: Definition, step: str) -> str:
    """Return the nearest step of people that may come before a step, or "" if there is none.

    Called processes are searched too.
    """
    begun = [(d.process, step) for d in definition.diagrams.values() if step in d.nodes]
    seen, waiting = set(begun), deque(begun)
    while waiting:
        for place in _before(definition, waiting.popleft()):
            if place in seen:
                continue
            seen.add(place)
            if _node(definition, place).is_offered:
                return place[1]
            waiting.append(place)
    return ""


def _node(definition: Definition, place: _Place) -> Node:
    return definition.diagrams[place[0]].nodes[place[1]]


def _before(definition: Definition, place: _Place) -> Iterator[_Place]:
    """The nodes directly before one; before the start of a called process, those before its caller."""
    process, name = place
    diagram, node = definition.diagrams[process], _node(definition, place)
    if node.kind == "startEvent":
        for outer in definition.diagrams.values():
            for caller in outer.nodes.values():
                if (caller.called or caller.id) == process:
                    yield from _before(definition, (outer.process, caller.id))
    if node.attached_to:
        yield process, node.attached_to
    for flow in diagram.flows:
        if flow.target == name:
            yield from _last(definition, (process, flow.source))


def _last(definition: Definition, place: _Place) -> Iterator[_Place]:
    """The node itself, or the ends of the process that it calls or embeds."""
    node = _node(definition, place)
    called = definition.diagrams.get(node.called or node.id)
    if called is None:
        yield place
        return
    yield from ((called.process, n.id) for n in called.nodes.values() if n.kind == "endEvent")
