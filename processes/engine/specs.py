"""Task types given to SpiffWorkflow, so that it never evaluates Python or reads a clock.

Service tasks become questions, business rule tasks use our tables and sheets, timers use the due dates passed
with the call, and every expression goes through the expression language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.task_spec import ServiceTaskParser, SpiffTaskParser
from SpiffWorkflow.spiff.specs.defaults import ScriptTask, ServiceTask
from SpiffWorkflow.task import Task

from processes.engine import expressions, sheets, tables
from processes.engine.facts import Facts, functions
from processes.engine.progress import Fact
from processes.errors import EngineFault, ExpressionRefused
from processes.texts import tr

_ASSIGNMENT = re.compile(r"^([A-Za-z][A-Za-z0-9_]*)\s*=(?!=)\s*(.+)$", re.S)
MAX_INSTANCES = 200


@dataclass(slots=True)
class Call:
    """Context of one call of the engine: the facts given, and what has happened so far.

    `firing` holds the timers that may fire now: None for none, an empty set for “whatever is due”, or the
    exact references when a journal is replayed.
    """

    facts: Facts
    tables: Mapping[str, tables.Table]
    sheets: Mapping[str, sheets.Sheet]
    happened: list[Fact] = field(default_factory=list)
    firing: frozenset[str] | None = None
    fired: list[str] = field(default_factory=list)


class SafeScripts(PythonScriptEngine):  # type: ignore[misc]
    """SpiffWorkflow's script engine with our expression language in its place."""

    def __init__(self, call: Call) -> None:
        super().__init__()
        self.call = call

    def evaluate(self, task: Task, expression: str, external_context: Any = None) -> Any:
        """The value of a condition, timer, parameter or cardinality."""
        data = task.data
        value = expressions.evaluate(
            expressions.parse(expression), data, functions(self.call.facts, data.get("accepted_on"))
        )
        if isinstance(task.task_spec, LoopTask) and isinstance(value, Decimal):
            return _instances(value)
        return value

    def execute(self, task: Task, script: str, external_context: Any = None) -> bool:
        """Run a script task: assignments only, one per line."""
        for name, source in assignments(script):
            task.data[name] = self.evaluate(task, source)
        return True

    def call_service(self, task: Task, **kwargs: Any) -> Any:
        """Not used: service tasks ask the office instead."""
        raise EngineFault(reason=tr("服务操作须由业务层办理"))


def assignments(script: str) -> list[tuple[str, str]]:
    """Parse the `name = expression` lines of a script task; anything else is refused."""
    pairs = []
    for line in filter(None, (raw.strip() for raw in (script or "").splitlines())):
        match = _ASSIGNMENT.match(line)
        if match is None:
            raise ExpressionRefused(expression=line[:120], reason=tr("脚本任务只能写“名称 = 表达式”"))
        pairs.append((match.group(1), match.group(2)))
    return pairs


def _instances(value: Decimal) -> int:
    count = int(value)
    if not 0 <= count <= MAX_INSTANCES:
        raise EngineFault(reason=tr("多实例个数 {count} 超出范围", count=count))
    return count


class AskTask(ServiceTask):  # type: ignore[misc]
    """A service task: asks its question and waits, STARTED, for the office's answer."""

    def __init__(self, wf_spec: Any, name: str, result_variable: str | None = None, **kwargs: Any) -> None:
        super().__init__(wf_spec, name, result_variable=result_variable or name, **kwargs)

    def _execute(self, task: Task) -> None:
        engine = task.workflow.script_engine
        task.internal_data["asked"] = {
            name: engine.evaluate(task, param["value"]) for name, param in self.operation_params.items()
        }


class DecisionTask(ScriptTask):  # type: ignore[misc]
    """A business rule task: a decision table or a calculation sheet of the release."""

    def _execute(self, task: Task) -> bool:
        call: Call = task.workflow.script_engine.call
        if self.script in call.sheets:
            sheet = call.sheets[self.script]
            computed = sheets.compute(sheet, task.data, call.facts)
            task.data[self.script] = dict(computed.values)
            details: dict[str, Any] = {"sheet": sheet.id, "name": sheet.title, "lines": list(computed.trace)}
        elif self.script in call.tables:
            table = call.tables[self.script]
            decision = tables.decide(table, task.data, call.facts)
            task.data[self.script] = decision.outputs
            details = {
                "table": table.id,
                "name": table.title,
                "rows": list(decision.rows),
                "inputs": [{"title": c.title, "value": decision.inputs.get(c.name)} for c in table.inputs],
                "outputs": decision.outputs,
                "articles": list(decision.articles),
            }
        else:
            raise EngineFault(reason=tr("没有名为“{script}”的决策表或计算表", script=self.script))
        call.happened.append(Fact("decided", self.name, self.bpmn_name or self.name, details=details))
        return True


class DecisionTaskParser(SpiffTaskParser):  # type: ignore[misc]
    """Reads the id of the called decision; the decision itself is looked up in the release."""

    def create_task(self) -> Any:
        """A decision task whose `script` is the decision's id."""
        decision = self.get_decision_ref(self.node) or ""
        return self.spec_class(self.spec, self.bpmn_id, decision, **self.bpmn_attributes)

    @staticmethod
    def get_decision_ref(node: Any) -> str | None:
        """The id in `spiffworkflow:calledDecisionId`."""
        found: str | None = SpiffTaskParser._parse_extensions(node).get("calledDecisionId")
        return found


class LedgerTimer(TimerEventDefinition):  # type: ignore[misc]
    """A timer that reads its due instant again on every call, so that suspensions postpone it.

    It fires only while the engine handles `Due` (or replays one), never as a side effect of another step, so
    that the journal records exactly what fired when.
    """

    def has_fired(self, my_task: Task) -> bool:
        """Return whether the timer is due in the current call."""
        call: Call = my_task.workflow.script_engine.call
        if call.firing is not None and not my_task.internal_data.get("event_fired"):
            ref = my_task.internal_data.get("ref", "")
            if ref and (ref in call.firing or (not call.firing and self._is_due(my_task, call.facts.now))):
                my_task.internal_data["event_fired"] = True
                call.fired.append(ref)
        return bool(my_task.internal_data.get("event_fired", False))

    def due_at(self, my_task: Task) -> datetime | None:
        """The instant at which this timer is due in the context of the call, or None."""
        value = my_task.workflow.script_engine.evaluate(my_task, self.expression)
        return expressions.as_instant(value)

    def _is_due(self, my_task: Task, now: datetime) -> bool:
        due = self.due_at(my_task)
        return due is not None and due <= now


class OfficeParser(SpiffBpmnParser):  # type: ignore[misc]
    """SpiffWorkflow's parser with our task types."""

    OVERRIDE_PARSER_CLASSES = {
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("serviceTask"): (ServiceTaskParser, AskTask),
        full_tag("businessRuleTask"): (DecisionTaskParser, DecisionTask),
    }


def adopt(spec: BpmnProcessSpec) -> None:
    """Replace timers of a parsed process by ledger timers and connect multi-instance children.

    SpiffWorkflow connects a multi-instance child to its parent only when it creates one, so a restored
    instance would lose the merge; connecting on load prevents that.
    """
    for task_spec in spec.task_specs.values():
        definition = getattr(task_spec, "event_definition", None)
        if definition is not None:
            task_spec.event_definition = _ledger(definition)
        if isinstance(task_spec, LoopTask):
            child = spec.task_specs[task_spec.task_spec]
            if not child.completed_event.is_connected(task_spec.merge_child):
                child.completed_event.connect(task_spec.merge_child)


def _ledger(definition: Any) -> Any:
    if isinstance(definition, MultipleEventDefinition):
        definition.event_definitions = [_ledger(d) for d in definition.event_definitions]
        return definition
    if isinstance(definition, TimerEventDefinition) and not isinstance(definition, LedgerTimer):
        return LedgerTimer(definition.name, definition.expression)
    return definition


def timers_of(definition: Any) -> list[LedgerTimer]:
    """The ledger timers in an event definition."""
    if isinstance(definition, MultipleEventDefinition):
        return [t for d in definition.event_definitions for t in timers_of(d)]
    return [definition] if isinstance(definition, LedgerTimer) else []
