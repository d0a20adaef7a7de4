"""The state of an instance: a task tree, a journal of inputs, and their serialised form.

SpiffWorkflow's own serialiser stores the specification with every instance (22–33 KB); here only the tree is
stored: tasks by position instead of random id, data as the difference to the parent task, as JSON under zstd.
The journal holds every input with its instant and answer, so that an instance can be rebuilt from it; this is
how a case is sent back (`returns`).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import zstandard
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from processes.engine.definitions import Definition
from processes.engine.specs import SafeScripts
from processes.policy import values

FORMAT = 1
_COMPRESSION_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One input in the journal: its kind, where it went, what it carried, when."""

    kind: str
    now: datetime
    ref: str = ""
    data: Any = None
    fired: tuple[str, ...] = ()


@dataclass(slots=True)
class State:
    """A running instance in memory; `runtime` changes it, `dump` stores it."""

    workflow: BpmnWorkflow
    journal: list[Entry] = field(default_factory=list)
    visits: dict[str, int] = field(default_factory=dict)
    ended_at: str | None = None


def dump(state: State) -> bytes:
    """Serialise a state."""
    order = _order(state.workflow)
    document = {
        "format": FORMAT,
        "workflow": _dump_tree(state.workflow, order),
        "subprocesses": _dump_subprocesses(state.workflow, order),
        "journal": [[e.kind, e.now, e.ref, e.data, list(e.fired)] for e in state.journal],
        "visits": state.visits,
        "ended_at": state.ended_at,
    }
    return _codec.compressor.compress(values.dumps(document))


def load(raw: bytes, definition: Definition, scripts: SafeScripts) -> State:
    """Restore a state against its definition; `scripts` serves the current call."""
    document = values.loads(_codec.decompressor.decompress(raw))
    workflow = BpmnWorkflow(definition.spec, definition.called, script_engine=scripts, deserializing=True)
    _load_tree(workflow, document["workflow"], 0)
    pending = {s["parent"]: s for s in document["subprocesses"]}
    _load_subprocesses(workflow, workflow, pending)
    journal = [Entry(k, now, ref, data, tuple(fired)) for k, now, ref, data, fired in document["journal"]]
    return State(workflow, journal, document["visits"], document["ended_at"])


def all_tasks(workflow: BpmnWorkflow) -> list[Task]:
    """Tasks of the top process and of every process that it called."""
    tasks = list(workflow.tasks.values())
    for sub in workflow.subprocesses.values():
        tasks.extend(sub.tasks.values())
    return tasks


class _Codec(threading.local):
    """Per-thread zstd compressor and decompressor: expensive to create, not thread-safe."""

    def __init__(self) -> None:
        self.compressor = zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL)
        self.decompressor = zstandard.ZstdDecompressor()


_codec = _Codec()


# ------------------------------------------------------------------ trees

_Position = dict[UUID, int]


def _order(workflow: BpmnWorkflow) -> dict[UUID, int]:
    """The rank of every task in the order of last changes, over all trees of the instance."""
    return {t.id: n for n, t in enumerate(sorted(all_tasks(workflow), key=lambda t: t.last_state_change))}


def _dump_tree(workflow: Any, order: dict[UUID, int]) -> dict[str, Any]:
    tasks = list(workflow.tasks.values())
    position: _Position = {t.id: n for n, t in enumerate(tasks)}
    return {
        "tasks": [_dump_task(t, position, order) for t in tasks],
        "root": position[workflow.task_tree.id],
        "last": None if workflow.last_task is None else position.get(workflow.last_task.id),
        "success": workflow.success,
        "completed": workflow.completed,
        "data": workflow.data,
    }


def _dump_task(task: Task, position: _Position, order: dict[UUID, int]) -> list[Any]:
    parent = task.parent
    inherited = {} if parent is None else parent.data
    changed = {k: v for k, v in task.data.items() if k not in inherited or inherited[k] != v}
    gone = [k for k in inherited if k not in task.data]
    internal = dict(task.internal_data)
    if "merged" in internal:
        internal["merged"] = [position[UUID(i)] for i in internal["merged"] if UUID(i) in position]
    internal.pop("seen_events", None)
    return [
        task.task_spec.name,
        int(task.state),
        None if parent is None else position[parent.id],
        [position[c] for c in task._children],
        order[task.id],
        int(task.triggered),
        internal,
        changed,
        gone,
    ]


def _load_tree(workflow: Any, document: dict[str, Any], serial: int) -> list[Task]:
    """Build the tasks of one workflow; ids are their position under the serial of the workflow."""
    tasks: list[Task] = []
    for n, row in enumerate(document["tasks"]):
        tasks.append(_load_task(workflow, row, n, tasks, serial))
    for task, row in zip(tasks, document["tasks"], strict=True):
        task._children = [tasks[c].id for c in row[3]]
        if "merged" in task.internal_data:
            task.internal_data["merged"] = [str(tasks[m].id) for m in task.internal_data["merged"]]
    workflow.task_tree = tasks[document["root"]]
    workflow.last_task = None if document["last"] is None else tasks[document["last"]]
    workflow.success = document["success"]
    workflow.completed = document["completed"]
    workflow.data = document["data"]
    return tasks


@cache
def _task_id(serial: int, n: int) -> UUID:
    """The id of the task at a position in the n-th workflow of an instance; the same in every instance."""
    return UUID(int=(serial + 1) * 1_000_000 + n)


def _load_task(workflow: Any, row: list[Any], n: int, earlier: list[Task], serial: int) -> Task:
    name, state, parent, _children, order, triggered, internal, changed, gone = row
    task = Task(workflow, workflow.spec.task_specs[name], state=state, id=_task_id(serial, n))
    task.last_state_change = float(order)
    task.triggered = bool(triggered)
    task.internal_data = internal
    if parent is None:
        task.data = changed
    else:
        task._parent = earlier[parent].id
        inherited = earlier[parent].data
        kept = {k: v for k, v in inherited.items() if k not in gone} if gone else dict(inherited)
        task.data = {**kept, **changed}
    if isinstance(task.task_spec, CatchingEvent) and task.has_state(TaskState.WAITING):
        workflow.top_workflow.event_manager.add_task(task)
    return task


def _dump_subprocesses(workflow: BpmnWorkflow, order: dict[UUID, int]) -> list[dict[str, Any]]:
    """Sub-processes in the order of their beginning, each with the address of its parent task."""
    address: dict[UUID, str] = {t.id: f"0:{n}" for n, t in enumerate(workflow.tasks.values())}
    stored = []
    for serial, (parent, sub) in enumerate(workflow.subprocesses.items(), start=1):
        address |= {t.id: f"{serial}:{n}" for n, t in enumerate(sub.tasks.values())}
        stored.append({"serial": serial, "parent": address[parent], "tree": _dump_tree(sub, order)})
    return stored


def _load_subprocesses(top: BpmnWorkflow, owner: Any, pending: dict[str, dict[str, Any]]) -> None:
    by_serial = {0: list(top.tasks.values())}
    for address, stored in pending.items():
        serial, n = map(int, address.split(":"))
        task = by_serial[serial][n]
        spec = top.subprocess_specs[task.task_spec.spec]
        sub = BpmnSubWorkflow(spec, task.id, top, deserializing=True)
        top.subprocesses[task.id] = sub
        by_serial[stored["serial"]] = _load_tree(sub, stored["tree"], stored["serial"])
        sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
