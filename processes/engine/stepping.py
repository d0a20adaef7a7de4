"""Advances an instance: applies an input, then runs until people or the office must act."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.end_event import EndEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from processes.engine import moves
from processes.engine import progress as p
from processes.engine.definitions import Definition
from processes.engine.facts import Facts
from processes.engine.specs import Call, SafeScripts
from processes.engine.state import State, all_tasks
from processes.errors import EngineFault, YimenError
from processes.texts import tr

MAX_ENGINE_STEPS = 2_000


def call_at(definition: Definition, facts: Facts) -> Call:
    """Build the context of a call from a definition and the current facts."""
    return Call(facts, definition.tables, definition.sheets)


def begin(definition: Definition, data: dict[str, Any], call: Call) -> State:
    """Create an instance that has not run yet."""
    state = State(BpmnWorkflow(definition.spec, definition.called, script_engine=SafeScripts(call)))
    state.workflow.task_tree.data.update(data)
    return state


def apply(definition: Definition, state: State, given: p.Input, call: Call) -> None:
    """Apply an input to the task tree; the caller continues with `proceed`."""
    match given:
        case p.Complete(ref, data):
            task = _find(state, ref, TaskState.READY)
            task.data[task.task_spec.name] = dict(data)
            call.happened.append(_left(task))
            _run(task)
        case p.Answer(ref, result):
            task = _find(state, ref, TaskState.STARTED)
            task.data[task.task_spec.result_variable] = result
            call.happened.append(_left(task))
            task.complete()
        case p.Due():
            call.firing = frozenset()
            state.workflow.refresh_timers()
        case p.Move(ref, to, reason):
            entered = moves.move(definition, state, ref, to)
            call.happened.append(p.Fact("moved", entered.id, entered.name, ref, {"reason": reason}))
        case p.Cancel(reason):
            call.happened.append(p.Fact("cancelled", "", reason))
            state.workflow.cancel()
            state.ended_at = "cancelled"
        case _:
            raise EngineFault(reason=tr("不支持的输入 {name}", name=type(given).__name__))


def _find(state: State, ref: str, task_state: int) -> Task:
    for task in all_tasks(state.workflow):
        if task.internal_data.get("ref") == ref and task.has_state(task_state):
            return task
    raise EngineFault(reason=tr("环节 {ref} 当前不可办理", ref=ref))


# ------------------------------------------------------------------ running


def proceed(definition: Definition, state: State, call: Call) -> None:
    """Run engine steps until only work of people, questions and timers are left."""
    workflow = state.workflow
    for _ in range(MAX_ENGINE_STEPS):
        _drop_orphans(workflow)
        _name_tasks(definition, state)
        ready = [t for t in all_tasks(workflow) if t.state == TaskState.READY and not t.task_spec.manual]
        if not ready:
            break
        for task in ready:
            if task.state == TaskState.READY:
                _step(state, task, call)
        _finish_subprocesses(workflow)
    else:
        raise EngineFault(reason=tr("流程在没有人工环节的情况下反复循环"))
    call.firing = None


def _step(state: State, task: Task, call: Call) -> None:
    _run(task)
    if task.state == TaskState.COMPLETED:
        call.happened.append(_left(task))
        if isinstance(task.task_spec, EndEvent) and task.workflow is state.workflow:
            state.ended_at = task.task_spec.name


def _run(task: Task) -> None:
    try:
        task.run()
    except YimenError:
        raise
    except SpiffWorkflowException as fault:
        cause = fault.__cause__ or getattr(fault, "exception", None)
        if isinstance(cause, YimenError):
            raise cause from fault
        raise EngineFault(reason=str(fault).splitlines()[0]) from fault


def _drop_orphans(workflow: BpmnWorkflow) -> None:
    """Remove called processes whose calling step was dropped by a timer or a move."""
    if not workflow.subprocesses:
        return
    there = set(workflow.tasks)
    orphans = dict(workflow.subprocesses)
    while kept := [parent for parent, sub in orphans.items() if sub.parent_task_id in there]:
        for parent in kept:
            there.update(orphans.pop(parent).tasks)
    for parent, sub in orphans.items():
        for task_id in sub.tasks:
            workflow.event_manager.tasks.pop(task_id, None)
        del workflow.subprocesses[parent]


def _finish_subprocesses(workflow: BpmnWorkflow) -> None:
    for called, sub in list(workflow.subprocesses.items()):
        _drop_orphans(workflow)
        if called not in workflow.subprocesses:
            continue
        parent = workflow.get_task_from_id(sub.parent_task_id)
        if not parent.has_state(TaskState.FINISHED_MASK):
            parent.task_spec._update(parent)


def _name_tasks(definition: Definition, state: State) -> None:
    """Give every task that became definite its reference: path and number of the visit."""
    _name_in(state, state.workflow, definition.process)
    for sub in list(state.workflow.subprocesses.values()):
        parent = state.workflow.get_task_from_id(sub.parent_task_id)
        _name_in(state, sub, f"{parent.internal_data.get('ref', '').split('#')[0]}")


def _name_in(state: State, workflow: Any, path: str) -> None:
    for task in workflow.tasks.values():
        if (
            task.has_state(TaskState.DEFINITE_MASK)
            and "ref" not in task.internal_data
            and getattr(task.task_spec, "bpmn_id", None)
        ):
            place = f"{path}/{task.task_spec.bpmn_id}"
            state.visits[place] = state.visits.get(place, 0) + 1
            task.internal_data["ref"] = f"{place}#{state.visits[place]}"


def _left(task: Task) -> p.Fact:
    spec = task.task_spec
    return p.Fact(
        "left",
        getattr(spec, "bpmn_id", None) or "",
        getattr(spec, "bpmn_name", None) or "",
        task.internal_data.get("ref", ""),
        {"kind": type(spec).__name__},
    )
