"""The registry of verbs, and their execution context."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.cases.clocks import CaseClocks
from processes.cases.models import Case, WorkItem
from processes.decisions import snapshots, standing
from processes.errors import UnknownVerb, VerbParametersInvalid
from processes.releases import lint
from processes.releases.bundle import Bundle
from processes.storage.unit_of_work import UnitOfWork


@dataclass(slots=True)
class Context:
    """What a verb may use: the transaction, the case, its release and clocks, the actor."""

    uow: UnitOfWork
    case: Case
    bundle: Bundle
    clocks: CaseClocks
    actor: Actor
    items: list[WorkItem]
    data: Mapping[str, Any]
    question: str
    open_case: Callable[[str, str, Mapping[str, Any], str], Case]
    """Opens a linked case: programme, process, application, department."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A registered operation; `undo` reverses it if the case is sent back before it."""

    name: str
    title: str
    description: str
    run: Callable[..., dict[str, Any]]
    undo: Callable[[Context, Mapping[str, Any]], None] | None
    decides: bool = False
    """Whether it grants or pays: only on a snapshot that is still valid."""
    needs_decision: bool = False
    """Whether it grants, pays or stops: only on a valid decision, at a step that the programme names."""

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """The parameters that a diagram gives, by name."""
        return {n: p for n, p in inspect.signature(self.run).parameters.items() if n not in ("context",)}


_VERBS: dict[str, Verb] = {}


def verb(
    name: str,
    title: str,
    description: str,
    undo: Callable[[Context, Mapping[str, Any]], None] | None = None,
    decides: bool = False,
    needs_decision: bool = False,
) -> Callable[[Callable[..., dict[str, Any]]], Callable[..., dict[str, Any]]]:
    """Register a function as a verb."""

    def register(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        _VERBS[name] = Verb(name, title, description, function, undo, decides, needs_decision)
        return function

    return register


def find(name: str) -> Verb:
    """Return the verb of a name; raises `UnknownVerb`."""
    found = _VERBS.get(name)
    if found is None:
        raise UnknownVerb(verb=name)
    return found


def all_verbs() -> Mapping[str, Verb]:
    """Return every registered verb by name."""
    return dict(_VERBS)


def call(context: Context, name: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Execute a verb for a question; raises `UnknownVerb`, `VerbParametersInvalid` or what the verb raises.

    Whatever the diagram: nothing is granted or paid on data that have changed since (`FactsChanged`), or
    without the decision that the programme requires (`DecisionMissing`).
    """
    chosen = find(name)
    try:
        inspect.signature(chosen.run).bind(context, **params)
    except TypeError as fault:
        raise VerbParametersInvalid(verb=name, reason=str(fault)) from fault
    if chosen.needs_decision:
        needed = context.bundle.effects.get(name)
        standing.demand(context.bundle, context.case.process, needed, context.items, chosen.title)
    if not chosen.decides:
        return chosen.run(context, **params)
    snapshots.demand_unchanged(context.uow, context.case, facts_in(context), needed=True)
    result = chosen.run(context, **params)
    if result.get("paid", True):
        snapshots.note_acted(context.uow, context.case)
    return result


def facts_in(context: Context) -> dict[str, Any] | None:
    """Return the household data in a case older than snapshots, and the day for ages."""
    nodes = (
        n for d in context.bundle.definition(context.case.process).diagrams.values() for n in d.nodes.values()
    )
    names = {n.result or n.id for n in nodes if n.operation == snapshots.GATHER}
    found = next((context.data[n] for n in sorted(names) if isinstance(context.data.get(n), Mapping)), None)
    if found is None:
        return None
    accepted_on = context.data.get("accepted_on")
    return {"facts": found, "on": accepted_on if isinstance(accepted_on, date) else context.clocks.today}


def undo(context: Context, name: str, result: Mapping[str, Any]) -> None:
    """Undo a verb's effect, if it can be undone."""
    chosen = find(name)
    if chosen.undo is not None:
        chosen.undo(context, result)
    if chosen.decides:
        snapshots.note_undone(context.uow, context.case)


def deciding() -> frozenset[str]:
    """Return the operations that grant or pay."""
    return frozenset(name for name, verb in _VERBS.items() if verb.decides)


def office_for_lint() -> lint.Office:
    """Return what diagrams may name: roles, verbs and the parameters of each."""
    verbs = {
        name: {p.name: p.default is p.empty for p in verb.parameters.values()}
        for name, verb in all_verbs().items()
    }
    effects = frozenset(name for name, verb in all_verbs().items() if verb.needs_decision)
    return lint.Office(frozenset(Role), verbs, effects)
