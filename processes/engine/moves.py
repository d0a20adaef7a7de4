"""移动办理位置: taking a case from the step where it stands to another one of the same diagram.

For the supervisor, with a reason, when a case stands where the office cannot go on.  What is left is
cancelled, what is entered starts as if the diagram had led there; the move is an input like any other, so a
later return replays it.  A move never crosses a parallel branch: the join after it would wait for ever or
pass too early.
"""

from __future__ import annotations

from dataclasses import dataclass

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from processes.engine.definitions import Definition
from processes.engine.diagrams import Diagram, Node
from processes.engine.state import State, all_tasks
from processes.errors import MoveRefused

_ENTERED = frozenset({
    "userTask", "manualTask", "task", "serviceTask", "scriptTask", "businessRuleTask", "callActivity",
    "exclusiveGateway",
})  # fmt: skip
_FORKS = frozenset({"parallelGateway", "inclusiveGateway"})


@dataclass(frozen=True, slots=True)
class Standing:
    """A place where the case stands, and the steps that it may be moved to from there."""

    ref: str
    title: str
    targets: tuple[Node, ...]


def standings(definition: Definition, state: State) -> list[Standing]:
    """Every step that people work on, that waits for time, or whose called process runs, with its targets."""
    found = []
    for task in all_tasks(state.workflow):
        node = _node(definition, task)
        if node is not None and _is_standing(task) and not node.loop:
            diagram = definition.diagrams[node.process]
            found.append(Standing(task.internal_data["ref"], node.name or node.id, targets(diagram, node)))
    return found


def targets(diagram: Diagram, here: Node) -> tuple[Node, ...]:
    """The steps of a diagram that a case standing at `here` may be moved to."""
    branch = _branch(diagram, here.id)
    return tuple(
        n
        for n in diagram.nodes.values()
        if n.kind in _ENTERED and n.id != here.id and not n.loop and _branch(diagram, n.id) == branch
    )


def move(definition: Definition, state: State, ref: str, to: str) -> Node:
    """Cancel the step `ref` and enter the step with id `to`; answers the step entered.

    Raises `MoveRefused` when the case does not stand at `ref` or may not be moved to `to` from there.
    """
    task = next((t for t in all_tasks(state.workflow) if t.internal_data.get("ref") == ref), None)
    here = None if task is None else _node(definition, task)
    if task is None or here is None or here.loop or not _is_standing(task):
        raise MoveRefused(reason="办件现在不在这个环节")
    diagram = definition.diagrams[here.process]
    target = next((n for n in targets(diagram, here) if n.id == to), None)
    if target is None:
        raise MoveRefused(reason="不能移动到这个环节：它不在同一流程图，或者在另一条并行分支上")
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
    return target


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
    """The flows of parallel forks on whose branch a node lies: two nodes with the same ones may be exchanged."""
    return frozenset(
        flow.id
        for fork in diagram.nodes.values()
        if fork.kind in _FORKS and len(diagram.outgoing(fork.id)) > 1
        for flow in diagram.outgoing(fork.id)
        if node in _on_branch(diagram, fork.id, flow.target)
    )


def _on_branch(diagram: Diagram, fork: str, start: str) -> set[str]:
    """Nodes reached from a branch's first node before the fork's join, the join not among them."""
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
    """The nearest gateway where every branch of a fork can arrive, or nothing."""
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
