"""Reads an instance: work offers, questions to the office, the next due timer, its data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from processes.engine import progress as p
from processes.engine.definitions import Definition
from processes.engine.specs import AskTask, Call, timers_of
from processes.engine.state import State, all_tasks


def outlook(definition: Definition, state: State, call: Call) -> p.Progress:
    """Return what an instance offers, asks and waits for now, and what happened in this call."""
    workflow = state.workflow
    offers, questions = [], []
    dues: list[datetime] = []
    for task in all_tasks(workflow):
        spec = task.task_spec
        if task.state == TaskState.READY and spec.manual:
            offers.append(_offer(definition, task))
        elif task.state == TaskState.STARTED and isinstance(spec, AskTask):
            questions.append(_question(task))
        elif task.state == TaskState.WAITING and isinstance(spec, CatchingEvent):
            found = (t.due_at(task) for t in timers_of(spec.event_definition))
            dues.extend(d for d in found if d is not None)
    ended = state.ended_at if workflow.completed else None
    return p.Progress(
        state=state,
        offers=offers,
        questions=questions,
        facts=tuple(call.happened),
        due_at=min(dues, default=None),
        ended_at=ended or ("end" if workflow.completed else None),
        data=_data(workflow),
    )


def _data(workflow: BpmnWorkflow) -> dict[str, Any]:
    """The process data as the furthest task sees it."""
    data: dict[str, Any] = dict(workflow.data) if workflow.completed else {}
    for task in sorted(workflow.tasks.values(), key=lambda t: t.last_state_change):
        if task.has_state(TaskState.DEFINITE_MASK | TaskState.COMPLETED):
            data.update(task.data)
    for sub in workflow.subprocesses.values():
        for task in sorted(sub.tasks.values(), key=lambda t: t.last_state_change):
            if not sub.completed and task.has_state(TaskState.DEFINITE_MASK | TaskState.COMPLETED):
                data.update(task.data)
    return data


def _offer(definition: Definition, task: Task) -> p.WorkOffer:
    ref = task.internal_data["ref"]
    node = definition.node_at(ref)
    properties = {} if node is None else dict(node.properties)
    return p.WorkOffer(
        ref=ref,
        task=task.task_spec.bpmn_id,
        title=task.task_spec.bpmn_name or task.task_spec.bpmn_id,
        role="" if node is None else node.role,
        form=properties.get("form", ""),
        clock=properties.get("clock", ""),
        properties=properties,
    )


def _question(task: Task) -> p.Question:
    spec = task.task_spec
    return p.Question(
        ref=task.internal_data["ref"],
        task=spec.bpmn_id,
        title=spec.bpmn_name or spec.bpmn_id,
        verb=spec.operation_name,
        params=task.internal_data.get("asked", {}),
    )
