"""Checks what a move of a case would skip, and moves into or out of branches that only an event starts.

All paths between the two steps are searched. Steps of people may be skipped if nothing later reads their
data; what the process does by itself (clocks, papers, tables, scripts, waiting, called processes) may not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from processes.engine.definitions import Definition
from processes.engine.diagrams import Diagram, Node
from processes.texts import tr

FORKS = frozenset({"parallelGateway", "inclusiveGateway"})
_PASSED_FREELY = frozenset({"exclusiveGateway", "startEvent"})
"""Elements that leave nothing for later; a gateway is checked by what its branches read."""


def event_branch_refusal(diagram: Diagram, here: Node, to: Node) -> str:
    """Return why a move may not enter or leave a boundary event's branch, or "" if it does neither.

    Only the event itself starts its branch: it records what became late or failed, and beside a
    non-interrupting event the main path continues.
    """
    own, other = _begun_by(diagram, here.id), _begun_by(diagram, to.id)
    for event in sorted(other - own):
        return tr(
            "“{to}”只在“{event}”发生后办理，不能由人员移入", to=_name(to), event=_name(diagram.nodes[event])
        )
    for event in sorted(own - other):
        if not diagram.nodes[event].interrupts:
            return tr("“{here}”与主流程同时办理，不能由此移动到主流程的环节", here=_name(here))
    return ""


def crosses_branches(diagram: Diagram, here: Node, to: Node) -> str:
    """Return why a case may not move back across parallel branches, or "" if there are none between.

    Their join has already let the case pass; entered again, it would not wait for all of them. A return
    replays the journal and is not affected.
    """
    for fork in diagram.nodes.values():
        is_between = fork.id in diagram.reachable(to.id) and here.id in diagram.reachable(fork.id)
        if fork.kind in FORKS and len(diagram.outgoing(fork.id)) > 1 and is_between:
            return tr("中间有“{fork}”的并行环节，请由办理环节退回到“{to}”", fork=_name(fork), to=_name(to))
    return ""


def missing(definition: Definition, diagram: Diagram, here: Node, to: Node) -> str:
    """Return why a move forward from `here` to `to` would skip what is needed later, or "" if it skips
    nothing."""
    if not here.is_offered or here.pre_post:
        return tr("“{here}”由系统办理，没有结束以前不能越过", here=_name(here))
    left = [here, *(diagram.nodes[n] for n in _between(diagram, here.id, to.id))]
    for node in left:
        if not node.is_offered and node.kind not in _PASSED_FREELY:
            return tr("中间有系统办理的“{node}”，越过它以后的环节将无法办结", node=_name(node))
        if node.pre_post:
            return tr("“{node}”办结时由系统登记内容，越过它以后的环节将无法办结", node=_name(node))
        events = [n for n in diagram.nodes.values() if n.attached_to == node.id and not n.interrupts]
        if events and node.id != here.id:
            return tr("“{node}”带有时限事件，不能越过", node=_name(node))
    later = list(_texts(definition, diagram, to.id))
    for node in left:
        if node.is_offered and any(re.search(rf"\b{re.escape(node.id)}\b", text) for text in later):
            return tr("以后的环节要用到“{node}”填写的内容，不能不办", node=_name(node))
    return ""


def _name(node: Node) -> str:
    return node.name or node.id


def _along(diagram: Diagram, begun: Iterable[str], closed: str = "") -> set[str]:
    """Everything reachable along flows, including the starting nodes, without going through `closed`."""
    seen: set[str] = set()
    waiting = list(begun)
    while waiting:
        name = waiting.pop()
        if name not in seen and name != closed:
            seen.add(name)
            waiting.extend(f.target for f in diagram.outgoing(name))
    return seen


def _before(diagram: Diagram, name: str, closed: str) -> set[str]:
    """Everything from which flows and attached events lead to a node, without going through `closed`."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        for source in (f.source for f in diagram.flows if f.target == one):
            host = diagram.nodes[source].attached_to
            for node in filter(None, (source, host)):
                if node not in seen and node not in (closed, name):
                    seen.add(node)
                    waiting.append(node)
    return seen


def _between(diagram: Diagram, here: str, to: str) -> list[str]:
    """Nodes that may lie on a path to `to` but not on one to `here`, and the nodes between the two."""
    towards = _before(diagram, to, here)
    came = _before(diagram, here, to)
    ahead = diagram.reachable(here)
    return sorted(n for n in towards if n in ahead or n not in came)


def _begun_by(diagram: Diagram, name: str) -> frozenset[str]:
    """The boundary events without which a node cannot be reached."""
    events = [n.id for n in diagram.nodes.values() if n.attached_to]
    starts = [n.id for n in diagram.nodes.values() if n.kind == "startEvent"]
    if name in _along(diagram, starts):
        return frozenset()
    return frozenset(e for e in events if name in _along(diagram, [e]))


def _texts(definition: Definition, diagram: Diagram, to: str) -> Iterator[str]:
    """Every expression that may be read from `to` on: in this process, called processes, tables and sheets."""
    after = diagram.reachable(to) | {to}
    for one in definition.diagrams.values():
        for node in one.nodes.values():
            if one.process == diagram.process and node.id not in after:
                continue
            yield from (node.script, *node.params.values(), *node.timers, *node.loop, *node.pre_post)
            yield from (f.condition for f in one.outgoing(node.id))
            yield from (v for k, v in node.properties.items() if k != "clauses")
    for table in definition.tables.values():
        yield from (c.expression.source for c in table.inputs if c.expression)
    for sheet in definition.sheets.values():
        yield repr(sheet)
