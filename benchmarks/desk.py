"""Milliseconds per completed task on the same model: bare SpiffWorkflow, our door, the whole request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from statistics import median
from typing import Any
from uuid import uuid4

from lxml import etree
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.util.task import TaskState
from sqlalchemy import event

from benchmarks import chain
from processes.office.cases.start import StartCase
from processes.office.steps.complete import CompleteTask
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person

YES = {"answer": "yes"}


def measure(url: str, rounds: int) -> dict[str, float]:
    """Medians of `floor_ms`, `engine_ms`, `http_ms`, and `sql`, the statements of one completion."""
    with chain.office(url) as stage:
        statements: list[int] = []
        clerk = Person(stage, "window_clerk")
        floor, engine, http = [], [], []
        # In turns, so that what else the machine does in the meantime falls on all three.
        for _ in range(rounds):
            floor += _bare()
            engine += _walk(stage, _by_command(stage), statements)
            http += _walk(stage, lambda i: _by_request(clerk, i), [])
    return {
        "floor_ms": round(median(floor), 3),
        "engine_ms": round(median(engine), 3),
        "http_ms": round(median(http), 3),
        "sql": median(statements),
    }


def _walk(stage: Stage, do: Callable[[Any], None], statements: list[int]) -> list[float]:
    """Open a case and complete its ten tasks, each timed; the look-up between them is not."""
    raw = {"members": [{"name": "甲", "relation": "本人", "id_number": _person()}]}
    household = cases.a_household(stage, raw=raw)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    number = stage.office.perform(StartCase("chain", household, YES), clerk).case
    times = []
    for _ in range(chain.TASKS):
        item = cases.open_items(stage, number)[0]
        with _counted(stage) as counted:
            begun = time.perf_counter()
            do(item)
            times.append((time.perf_counter() - begun) * 1000)
        statements.append(len(counted))
    return times


_serial = iter(range(10**6))


def _person() -> str:
    from processes.people.id_number import compose

    n = next(_serial)
    return compose("340199", date(1950, 1, 1) + timedelta(days=n // 900), n % 900)


def _by_command(stage: Stage) -> Callable[[Any], None]:
    clerk = stage.actor("window_clerk", cases.VILLAGE)

    def do(item: Any) -> None:
        stage.office.perform(CompleteTask(item.id, item.version, YES, str(uuid4())), clerk)

    return do


def _by_request(clerk: Person, item: Any) -> None:
    body = {"version": item.version, "data": YES, "token": str(uuid4())}
    response = clerk.send(f"/cases/{item.case_number}/tasks/{item.id}/complete", body)
    assert response.status_code == 200, response.text


@contextmanager
def _counted(stage: Stage) -> Iterator[list[str]]:
    told: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        told.append(statement)

    event.listen(stage.database.engine, "before_cursor_execute", note)
    yield told
    event.remove(stage.database.engine, "before_cursor_execute", note)


def _bare() -> list[float]:
    """SpiffWorkflow's own restore, run and serialise, in memory."""
    parser = SpiffBpmnParser()
    parser.add_bpmn_xml(etree.fromstring(chain.diagram()))
    workflow = BpmnWorkflow(parser.get_spec("chain"))
    workflow.do_engine_steps()
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(SPIFF_CONFIG))
    stored = serializer.serialize_json(workflow)
    times = []
    for _ in range(chain.TASKS):
        begun = time.perf_counter()
        restored = serializer.deserialize_json(stored)
        task = restored.get_next_task(state=TaskState.READY, manual=True)
        task.data[task.task_spec.name] = dict(YES)
        restored.script_engine = _engine()
        task.run()
        restored.do_engine_steps()
        stored = serializer.serialize_json(restored)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _engine() -> Any:
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment

    class Dotted(TaskDataEnvironment):  # type: ignore[misc]
        """Mappings by dots, as the model writes them."""

        def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
            return context["step_5"]["answer"] == "yes"

    return PythonScriptEngine(environment=Dotted())
