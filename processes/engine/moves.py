"""移动办理位置: moving a case from its current step to another step of the same diagram.

For supervisors, with a reason, if a case cannot continue where it is. The step left is cancelled; the step
entered starts as if the diagram had led there; the move is an input like any other, so a later return replays
it. A move enters only steps of people and never passes a step that gives an opinion or decides. It never
crosses a parallel branch, whose join would wait for ever or pass too early; it never enters the branch of a
boundary event; and forward it skips nothing that is needed later (`leaving_out`). docs/adr/0022.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from processes.engine import leaving_out
from processes.engine.definitions import Definition
from processes.engine.diagrams import Diagram, Node
from processes.engine.state import State, all_tasks
from processes.errors import MoveRefused
from processes.texts import tr

_FORKS = leaving_out.FORKS


@dataclass(frozen=True, slots=True)
class Target:
    """A step that a case may be moved to; `is_back` if it was done before and nothing is skipped."""

    id: str
    name: str
    is_back: bool


@dataclass(frozen=True, slots=True)
class Position:
    """A current position of the case, and the steps that it may be moved to from there."""

    ref: str
    title: str
    targets: tuple[Target, ...]
    refused: Mapping[str, str] = field(default_factory=dict)
    """Steps that could be reached, and why the case may nevertheless not be moved there."""


def positions(definition: Definition, state: State, deciding: Collection[str]) -> list[Position]:
    """Return every open step, waiting timer and running called process, each with its targets.

    `deciding` are the steps that give an opinion or decide: no move passes them.
    """
    done = {e.ref.split("#")[0] for e in state.journal if e.kind == "complete"}
    result = []
    for task in all_tasks(state.workflow):
        node = _node(definition, task)
        if node is not None and _is_standing(task) and not node.loop:
            ref = str(task.internal_data["ref"])
            around = ref.split("#")[0].rpartition("/")[0]
            passed = {d.rpartition("/")[2] for d in done if d.rpartition("/")[0] == around}
            offered, refused = _targets(definition, node, passed, deciding)
            result.append(Position(ref, node.name or node.id, offered, refused))
    return result


def target(places: Iterable[Position], ref: str, to: str) -> Target:
    """Return the target `to` of the position `ref`; raises `MoveRefused` if it is not among those offered."""
    place = next((p for p in places if p.ref == ref), None)
    if place is None:
        raise MoveRefused(reason=tr("办件现在不在这个环节"))
    found = next((t for t in place.targets if t.id == to), None)
    if found is None and to in place.refused:
        raise MoveRefused(reason=place.refused[to])
    if found is None:
        raise MoveRefused(
            reason=tr(
                "不能移动到这个环节：只能移动到同一流程图中由人员办理的环节，不能越过作出意见和决定的环节，也不能跨并行分支"
            )
        )
    return found


def _targets(
    definition: Definition, here: Node, passed: Collection[str], deciding: Collection[str]
) -> tuple[tuple[Target, ...], dict[str, str]]:
    diagram = definition.diagrams[here.process]
    way = _Way(definition, diagram, here, frozenset(deciding))
    branch = _branch(diagram, here.id)
    allowed, refused = [], {}
    for node in diagram.nodes.values():
        if not node.is_offered or node.id == here.id or node.loop or _branch(diagram, node.id) != branch:
            continue
        is_back = way.kind(node.id, node.id in passed)
        if is_back is None:
            continue
        reason = leaving_out.event_branch_refusal(diagram, here, node)
        if not reason and not branch:
            reason = leaving_out.crosses_branches(diagram, here, node)
        if not reason and not is_back:
            reason = leaving_out.missing(definition, diagram, here, node)
        if reason:
            refused[node.id] = reason
        else:
            allowed.append(Target(node.id, node.name or node.id, is_back))
    return tuple(allowed), refused


class _Way:
    """The paths between a position and the other steps of its diagram, with regard to deciding steps."""

    def __init__(
        self, definition: Definition, diagram: Diagram, here: Node, deciding: frozenset[str]
    ) -> None:
        self.diagram, self.here = diagram, here.id
        self.walls = {n.id for n in diagram.nodes.values() if _decides(definition, n, deciding, frozenset())}
        starts = [n.id for n in diagram.nodes.values() if n.kind == "startEvent"]
        self.undecided = self._open_from(starts) | set(starts)
        self.free = set() if here.id in self.walls else self._open_from([here.id])
        self.ahead = diagram.reachable(here.id)

    def kind(self, to: str, was_done: bool) -> bool | None:
        """Return True for a move back, False for one forward or sideways, None for one past a decision."""
        behind = self.here in self.diagram.reachable(to)
        if to in self.free:
            return behind and was_done
        if behind and (to not in self.ahead or to in self.undecided):
            return True
        return False if to in self.undecided and to not in self.ahead and not behind else None

    def _open_from(self, begun: Iterable[str]) -> set[str]:
        """What can be reached without passing a deciding step."""
        seen: set[str] = set()
        waiting = [s for b in begun for s in self.diagram.successors(b)]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend([] if name in self.walls else self.diagram.successors(name))
        return seen


def _decides(definition: Definition, node: Node, deciding: frozenset[str], within: frozenset[str]) -> bool:
    """Return whether a step decides, or a process that it calls or embeds has a step that does."""
    if node.id in deciding and node.is_offered:
        return True
    called = definition.diagrams.get(node.called or node.id)
    if called is None or called.process in within or not (node.called or "ubProcess" in node.kind):
        return False
    inner = within | {called.process}
    return any(_decides(definition, n, deciding, inner) for n in called.nodes.values())


def move(definition: Definition, state: State, ref: str, to: str) -> Node:
    """Cancel the step `ref` and enter the step with id `to`; return the step entered.

    `target` checks what a person may ask for; this checks only what the task tree needs, so that earlier
    moves can be replayed. Raises `MoveRefused` if the case is not at `ref`, or `to` is on another branch.
    """
    task = next((t for t in all_tasks(state.workflow) if t.internal_data.get("ref") == ref), None)
    here = None if task is None else _node(definition, task)
    if task is None or here is None or here.loop or not _is_standing(task):
        raise MoveRefused(reason=tr("办件现在不在这个环节"))
    diagram = definition.diagrams[here.process]
    entered_node = diagram.nodes.get(to)
    if entered_node is None or entered_node.loop or _branch(diagram, to) != _branch(diagram, here.id):
        raise MoveRefused(reason=tr("不能移动到这个环节：它不在同一流程图，或者在另一条并行分支上"))
    left = task
    if task.parent is not None and isinstance(task.parent.task_spec, BoundaryEventSplit):
        left = task.parent
    above = left.parent
    left.cancel()
    specs = task.workflow.spec.task_specs
    entered = above._add_child(specs.get(f"{to}.BoundaryEventSplit") or specs[to], TaskState.FUTURE)
    entered.triggered = True
    entered.task_spec._predict(entered, mask=TaskState.NOT_FINISHED_MASK)
    entered.task_spec._update(entered)
    return entered_node


def _node(definition: Definition, task: Task) -> Node | None:
    return definition.node_at(task.internal_data.get("ref", ""))


def _is_standing(task: Task) -> bool:
    spec = task.task_spec
    if task.state == TaskState.READY:
        return bool(spec.manual)
    if task.state == TaskState.STARTED:
        return isinstance(spec, SubWorkflowTask)
    return task.state == TaskState.WAITING and isinstance(spec, CatchingEvent) and not _is_boundary(task)


def _is_boundary(task: Task) -> bool:
    return task.parent is not None and isinstance(task.parent.task_spec, BoundaryEventSplit)


def _branch(diagram: Diagram, node: str) -> frozenset[str]:
    """The flows of parallel forks on whose branch a node lies; a move is possible only between equal sets."""
    return frozenset(
        flow.id
        for fork in diagram.nodes.values()
        if fork.kind in _FORKS and len(diagram.outgoing(fork.id)) > 1
        for flow in diagram.outgoing(fork.id)
        if node in _on_branch(diagram, fork.id, flow.target)
    )


def _on_branch(diagram: Diagram, fork: str, start: str) -> set[str]:
    """Nodes reached from a branch's first node before the fork's join, excluding the join."""
    join = _join(diagram, fork)
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node not in seen and node not in (fork, join):
            seen.add(node)
            waiting.extend(diagram.successors(node))
    return seen


def _join(diagram: Diagram, fork: str) -> str:
    """The nearest gateway that every branch of a fork can reach, or None."""
    branches = [{f.target} | diagram.reachable(f.target) for f in diagram.outgoing(fork)]
    common = set.intersection(*branches)
    layer, seen = [fork], {fork}
    while layer:
        following = [s for n in layer for s in diagram.successors(n) if s not in seen]
        for node in following:
            incoming = sum(f.target == node for f in diagram.flows)
            if node in common and diagram.nodes[node].kind in _FORKS and incoming > 1:
                return node
        seen.update(following)
        layer = list(dict.fromkeys(following))
    return ""
