"""The trail of an instance: where it is and what it passed, for drawing on the diagram."""

from __future__ import annotations

from dataclasses import dataclass

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from processes.engine.definitions import Definition
from processes.engine.state import State, all_tasks


@dataclass(frozen=True, slots=True)
class Trail:
    """Where an instance is and what it passed.

    `passed` names each node once; `steps` are all completions in the order in which they happened.
    """

    active: tuple[str, ...]
    passed: tuple[str, ...]
    flows: tuple[str, ...]
    steps: tuple[str, ...]


def trail(definition: Definition, state: State) -> Trail:
    """Return active and passed nodes and flows of the top process and of every process that it called."""
    active: list[str] = []
    passed: list[str] = []
    flows: set[str] = set()
    for task in sorted(all_tasks(state.workflow), key=lambda t: t.last_state_change):
        node_id = getattr(task.task_spec, "bpmn_id", None)
        if node_id is None:
            continue
        if task.state == TaskState.COMPLETED:
            passed.append(node_id)
        elif task.has_state(TaskState.READY | TaskState.STARTED):
            active.append(node_id)
        if task.has_state(TaskState.DEFINITE_MASK | TaskState.COMPLETED):
            flows |= _flows_into(definition, task)
    return Trail(
        tuple(dict.fromkeys(active)), tuple(dict.fromkeys(passed)), tuple(sorted(flows)), tuple(passed)
    )


def _flows_into(definition: Definition, task: Task) -> set[str]:
    """The sequence flows by which a task was reached, ignoring SpiffWorkflow's internal steps."""
    diagram = definition.diagrams.get(task.workflow.spec.name)
    before = task.parent
    while before is not None and getattr(before.task_spec, "bpmn_id", None) is None:
        before = before.parent
    if diagram is None or before is None or not before.has_state(TaskState.COMPLETED):
        return set()
    flows = {
        f.id
        for f in diagram.flows
        if f.source == before.task_spec.bpmn_id and f.target == task.task_spec.bpmn_id
    }
    siblings = [
        t
        for t in task.workflow.tasks.values()
        if t.task_spec is task.task_spec and t is not task and t.parent is not None
    ]
    for other in siblings:
        if other.parent.has_state(TaskState.COMPLETED) and other.has_state(TaskState.FINISHED_MASK):
            flows |= {
                f.id
                for f in diagram.flows
                if f.source == getattr(other.parent.task_spec, "bpmn_id", None)
                and f.target == task.task_spec.bpmn_id
            }
    return flows
