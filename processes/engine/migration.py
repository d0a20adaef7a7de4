"""迁移: whether a case under one release can continue under another, and in which state.

The check replays the journal of the case (every input by people and the office) against the new definition.
Equal results are safe; different results need a choice; a journal that cannot be replayed makes migration
impossible. SpiffWorkflow's comparison of specifications names the steps of the case that the new release
changes or lacks. Nothing here changes the case: `Verdict.state` is a second instance. docs/adr/0020.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from SpiffWorkflow.bpmn.serializer.helpers import DefaultRegistry
from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimeDateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.util.diff import diff_workflow
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.spiff.specs.defaults import ScriptTask, ServiceTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from processes.engine import progress as p
from processes.engine import returns
from processes.engine.definitions import Definition
from processes.engine.facts import Facts
from processes.engine.specs import AskTask, DecisionTask, LedgerTimer
from processes.engine.state import Entry, State, all_tasks
from processes.errors import YimenError
from processes.policy.titled import TitledEnum
from processes.texts import tr

MAX_SKIPPED = 20


class Kind(TitledEnum):
    """Outcome of a migration check."""

    SAFE = "safe", "可直接迁移"
    CHOICE = "choice", "需要选择"
    IMPOSSIBLE = "impossible", "不能迁移"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome for one case: the kind, the reasons, and the state in which it would continue."""

    kind: Kind
    reasons: tuple[str, ...]
    state: State | None = None


class _Impossible(Exception):
    """The journal cannot be replayed against the new definition."""


def judge(old: Definition, new: Definition, state: State, facts: Facts, then: Facts) -> Verdict:
    """Check one case; `facts` is the context under its own release, `then` under the other one."""
    try:
        rebuilt, skipped = _replay_under(old, new, state, then)
        choices = [
            tr("新增环节“{title}”在已办过的位置，迁移后本办件不再办理该环节", title=title)
            for title in skipped
        ]
        before, after = returns.look(old, state, facts), returns.look(new, rebuilt, then)
        choices += _positions_differ(before, after)
        choices += _computed_differs(old, new, before.data, after.data)
    except _Impossible as said:
        return Verdict(Kind.IMPOSSIBLE, (str(said), *_gone(old, new, state)))
    if choices:
        return Verdict(Kind.CHOICE, tuple(choices), rebuilt)
    return Verdict(Kind.SAFE, tuple(_changed(old, new, state)), rebuilt)


# ------------------------------------------------------------------ replaying the journal


def _replay_under(old: Definition, new: Definition, state: State, then: Facts) -> tuple[State, list[str]]:
    """Replay the journal under the new definition; return the instance and the new steps that were skipped."""
    answered = {e.ref for e in state.journal if e.kind == "answer"}
    skipped: list[str] = []
    first, *rest = state.journal
    with _replay_input(old, first):
        rebuilt = returns.replay(new, [first], then)
    for entry in rest:
        if entry.kind in ("complete", "answer"):
            skipped += _pass_over(old, new, rebuilt, entry, then, answered)
        missed = set(entry.fired) - {t.internal_data.get("ref") for t in _waiting(rebuilt)}
        if missed:
            raise _Impossible(tr("定时事件“{missed}”在新版本中不会发生", missed=_title(old, min(missed))))
        with _replay_input(old, entry):
            returns.replay_one(new, rebuilt, entry, then)
    _demand_no_new_question(returns.look(new, rebuilt, then), answered)
    return rebuilt, skipped


def _pass_over(
    old: Definition, new: Definition, state: State, entry: Entry, then: Facts, answered: set[str]
) -> Iterator[str]:
    """Complete the steps that the new release has before the next step of this case."""
    for _ in range(MAX_SKIPPED):
        outlook = returns.look(new, state, then)
        if entry.ref in {o.ref for o in outlook.offers} | {q.ref for q in outlook.questions}:
            return
        _demand_no_new_question(outlook, answered)
        added = next((o for o in outlook.offers if old.node_at(o.ref) is None), None)
        if added is None:
            break
        with _replay_input(new, entry):
            returns.replay_one(new, state, Entry("complete", entry.now, added.ref, {}), then)
        yield added.title
    raise _Impossible(tr("已办环节“{ref}”在新版本中没有，或者走不到", ref=_title(old, entry.ref)))


def _demand_no_new_question(outlook: p.Progress, answered: set[str]) -> None:
    for question in outlook.questions:
        if question.ref not in answered:
            raise _Impossible(tr("新版本在已办过的位置有服务操作“{title}”，不能补做", title=question.title))


@contextmanager
def _replay_input(definition: Definition, entry: Entry) -> Iterator[None]:
    try:
        yield
    except YimenError as fault:
        where = _title(definition, entry.ref) if entry.ref else tr("申请")
        raise _Impossible(
            tr("按新版本重走到“{where}”时：{message}", where=where, message=fault.message)
        ) from fault


def _waiting(state: State) -> list[Task]:
    return [t for t in all_tasks(state.workflow) if t.state == TaskState.WAITING]


def _title(definition: Definition, ref: str) -> str:
    node = definition.node_at(ref)
    return ref.split("/")[-1].split("#")[0] if node is None else node.name or node.id


# ------------------------------------------------------------------ differences


def _positions_differ(before: p.Progress, after: p.Progress) -> list[str]:
    """Steps that are open now and would not be, and the reverse."""
    if after.ended_at is not None and before.ended_at is None:
        raise _Impossible(tr("按新版本，本办件已经办结"))
    gone = {o.ref: o.title for o in before.offers} | _timers(before)
    came = {o.ref: o.title for o in after.offers} | _timers(after)
    sentences = [
        tr("正在办理的“{title}”将不再办理", title=title) for ref, title in gone.items() if ref not in came
    ]
    sentences += [tr("将改为办理“{title}”", title=title) for ref, title in came.items() if ref not in gone]
    if sentences and not after.offers and not _timers(after):
        raise _Impossible(tr("按新版本，本办件没有可以办理的环节"))
    return sentences


def _timers(progress: p.Progress) -> dict[str, str]:
    """Timer events waiting by themselves; those attached to a step are compared with the step."""
    timers = {}
    for task in _waiting(progress.state):
        spec = task.task_spec
        if isinstance(spec, CatchingEvent) and not isinstance(spec, BoundaryEvent):
            timers[str(task.internal_data.get("ref", ""))] = str(spec.bpmn_name or spec.name)
    return timers


def _computed_differs(
    old: Definition, new: Definition, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """Tables and sheets that this case was decided on and whose results would differ."""
    sentences = []
    for name in {**old.tables, **old.sheets}:
        if name not in before or before[name] == after.get(name):
            continue
        title = (new.sheets.get(name) or old.sheets.get(name) or old.tables[name]).title
        sentences.append(
            tr(
                "“{title}”重新计算的结果不同：{name}",
                title=title,
                name=_changes(before[name], after.get(name)),
            )
        )
    return sentences


def _changes(before: Any, after: Any) -> str:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return tr("原有结果，按新版本没有")
    names = [n for n in {**before, **after} if before.get(n) != after.get(n)]
    return tr("；").join(
        tr("{n} 由 {n2} 变为 {n3}", n=n, n2=_said(before.get(n)), n3=_said(after.get(n))) for n in names[:4]
    )


def _said(value: Any) -> str:
    return (
        tr("是")
        if value is True
        else tr("否")
        if value is False
        else tr("（无）")
        if value is None
        else str(value)
    )


# ------------------------------------------------------------------ SpiffWorkflow's comparison


@cache
def _registry() -> DefaultRegistry:
    """SpiffWorkflow's converters, with those of our task kinds."""
    config = {
        **SPIFF_CONFIG,
        AskTask: SPIFF_CONFIG[ServiceTask],
        DecisionTask: SPIFF_CONFIG[ScriptTask],
        LedgerTimer: SPIFF_CONFIG[TimeDateEventDefinition],
    }
    made: DefaultRegistry = BpmnWorkflowSerializer.configure(config)
    return made


def touched(new: Definition, state: State) -> tuple[list[Task], list[Task]]:
    """Return the tasks of a case whose specification the new release lacks, and those for which it differs."""
    top, called = diff_workflow(_registry(), state.workflow, new.spec, new.called)
    removed, changed = list(top.removed), list(top.changed)
    for diff in called.values():
        removed += diff.removed
        changed += diff.changed
    return removed, changed


def _gone(old: Definition, new: Definition, state: State) -> list[str]:
    """Completed or open steps of the case that the new release does not have."""
    titles = {
        _title(old, t.internal_data["ref"])
        for t in touched(new, state)[0]
        if "ref" in t.internal_data and t.has_state(TaskState.DEFINITE_MASK | TaskState.FINISHED_MASK)
    }
    return [tr("新版本没有本办件经过的“{title}”", title=title) for title in sorted(titles)]


def _changed(old: Definition, new: Definition, state: State) -> list[str]:
    """Open steps whose settings the new release changes; the case continues with the new ones."""
    titles = {
        _title(old, t.internal_data["ref"])
        for t in touched(new, state)[1]
        if "ref" in t.internal_data and t.has_state(TaskState.READY | TaskState.WAITING)
    }
    return [tr("“{title}”按新版本的设置继续办理", title=title) for title in sorted(titles)]
