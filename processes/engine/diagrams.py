"""Reader of BPMN files: nodes, lanes, flows and extensions, for work offers, lint and screens.

SpiffWorkflow builds what is executed; this holds what people need to know about each step: its role (the
lane's id), form, clock, service operation and duty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from processes.engine.xml import NS, SPIFF, STEP_KINDS, tag


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` is its source text or empty."""

    id: str
    source: str
    target: str
    condition: str
    name: str


@dataclass(frozen=True, slots=True)
class Node:
    """A step, event or gateway of a diagram."""

    id: str
    kind: str
    name: str
    role: str
    process: str
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    operation: str = ""
    result: str = ""
    """The name of the operation's answer in the data."""
    params: Mapping[str, str] = field(default_factory=dict)
    decision: str = ""
    called: str = ""
    script: str = ""
    timers: tuple[str, ...] = ()
    timer_kinds: tuple[str, ...] = ()
    attached_to: str = ""
    interrupts: bool = True
    """For a boundary event: whether it ends the step that it is attached to."""
    default: str = ""
    loop: tuple[str, ...] = ()
    other_events: tuple[str, ...] = ()
    pre_post: tuple[str, ...] = ()

    @property
    def is_offered(self) -> bool:
        """Whether people work on this node."""
        return self.kind in ("userTask", "manualTask", "task")

    @property
    def clauses(self) -> tuple[str, ...]:
        """Ids of the legal clauses that the step carries out (`C13`)."""
        return tuple(c.strip() for c in self.properties.get("clauses", "").split(",") if c.strip())


@dataclass(frozen=True, slots=True)
class Diagram:
    """One process of a BPMN file."""

    process: str
    name: str
    executable: bool
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]
    lanes: Mapping[str, str]
    duplicate_ids: tuple[str, ...] = ()
    _next: dict[str, list[str]] = field(default_factory=dict, init=False, compare=False, repr=False)
    """By node: the targets of its flows, then the events attached to it."""
    _after: dict[str, frozenset[str]] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Cache of `reachable`: a diagram does not change, and a case page calls it hundreds of times."""

    def outgoing(self, node: str) -> list[Flow]:
        """Flows that leave a node."""
        return [f for f in self.flows if f.source == node]

    def successors(self, node: str) -> Iterator[str]:
        """Nodes that may come next, including boundary events of the node."""
        if not self._next:
            targets_by_node: dict[str, list[str]] = {}
            for flow in self.flows:
                targets_by_node.setdefault(flow.source, []).append(flow.target)
            for other in self.nodes.values():
                targets_by_node.setdefault(other.attached_to, []).append(other.id)
            self._next.update(
                targets_by_node
            )  # Assigned at once: two threads may compute it at the same time.
        yield from self._next.get(node, ())

    def reachable(self, start: str) -> frozenset[str]:
        """Every node that may come after `start`; `start` itself only if a loop leads back to it."""
        if start not in self._after:
            seen: set[str] = set()
            waiting = list(self.successors(start))
            while waiting:
                node = waiting.pop()
                if node not in seen:
                    seen.add(node)
                    waiting.extend(self.successors(node))
            self._after[start] = frozenset(seen)
        return self._after[start]


def read_diagrams(root: etree._Element) -> list[Diagram]:
    """Parse every process of a BPMN document; embedded sub-processes become diagrams of their own."""
    return [
        _diagram(e)
        for e in root.iter(f"{{{NS['bpmn']}}}process", f"{{{NS['bpmn']}}}subProcess")
        if e.get("id")
    ]


def _diagram(process: etree._Element) -> Diagram:
    lanes = {lane.get("id", ""): lane.get("name", "") for lane in process.iterfind(".//bpmn:lane", NS)}
    roles = {
        (ref.text or "").strip(): lane.get("id", "")
        for lane in process.iterfind(".//bpmn:lane", NS)
        for ref in lane.iterfind("bpmn:flowNodeRef", NS)
    }
    elements = [e for e in process if tag(e) in STEP_KINDS]
    ids = [e.get("id", "") for e in elements]
    return Diagram(
        process=process.get("id", ""),
        name=process.get("name", ""),
        executable=process.get("isExecutable", "true") == "true",
        nodes={e.get("id", ""): _node(e, roles, process.get("id", "")) for e in elements},
        flows=tuple(_flow(e) for e in process.iterfind("bpmn:sequenceFlow", NS)),
        lanes=lanes,
        duplicate_ids=tuple(sorted({i for i in ids if ids.count(i) > 1})),
    )


def _flow(element: etree._Element) -> Flow:
    return Flow(
        element.get("id", ""),
        element.get("sourceRef", ""),
        element.get("targetRef", ""),
        (element.findtext("bpmn:conditionExpression", "", NS) or "").strip(),
        element.get("name", ""),
    )


def _node(element: etree._Element, roles: Mapping[str, str], process: str) -> Node:
    ext = element.find("bpmn:extensionElements", NS)
    operator = None if ext is None else ext.find("spiffworkflow:serviceTaskOperator", NS)
    properties = _properties(ext)
    timers = list(element.iterfind(".//bpmn:timerEventDefinition/*", NS))
    definitions = [tag(e) for e in element if tag(e).endswith("EventDefinition")]
    return Node(
        id=element.get("id", ""),
        kind=tag(element),
        name=element.get("name", ""),
        role=properties.get("role") or roles.get(element.get("id", ""), ""),
        process=process,
        documentation=(element.findtext("bpmn:documentation", "", NS) or "").strip(),
        properties=properties,
        operation="" if operator is None else operator.get("id", ""),
        result="" if operator is None else operator.get("resultVariable", ""),
        params=_params(operator),
        decision=_ext_text(ext, "calledDecisionId"),
        called=element.get("calledElement", ""),
        script=(element.findtext("bpmn:script", "", NS) or "").strip(),
        timers=tuple((t.text or "").strip() for t in timers),
        timer_kinds=tuple(tag(t) for t in timers),
        interrupts=element.get("cancelActivity", "true") == "true",
        attached_to=element.get("attachedToRef", ""),
        default=element.get("default", ""),
        loop=_loop(element),
        other_events=tuple(
            d for d in definitions if d not in ("timerEventDefinition", "terminateEventDefinition")
        ),
        pre_post=tuple(t for t in (_ext_text(ext, "preScript"), _ext_text(ext, "postScript")) if t),
    )


def _properties(ext: etree._Element | None) -> dict[str, str]:
    if ext is None:
        return {}
    return {
        p.get("name", ""): p.get("value", "")
        for p in ext.iterfind("spiffworkflow:properties/spiffworkflow:property", NS)
    }


def _params(operator: etree._Element | None) -> dict[str, str]:
    if operator is None:
        return {}
    return {p.get("id", ""): p.get("value", "") for p in operator.iter(f"{{{SPIFF}}}parameter")}


def _ext_text(ext: etree._Element | None, name: str) -> str:
    text = None if ext is None else ext.findtext(f"spiffworkflow:{name}", None, NS)
    return (text or "").strip()


def _loop(element: etree._Element) -> tuple[str, ...]:
    """Expressions of a multi-instance or loop marker: cardinality and conditions."""
    expressions = [
        e.text
        for name in ("loopCardinality", "completionCondition", "loopCondition")
        for e in element.iterfind(f".//bpmn:{name}", NS)
    ]
    return tuple((t or "").strip() for t in expressions)
