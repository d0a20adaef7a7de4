"""退回: sending a case back to an earlier step.

The instance is rebuilt from its journal without the target's own completion and everything that followed from
it; what parallel branches did meanwhile is kept. Joins therefore work whatever the diagram looks like,
nothing is cut out of a task tree, and the same return works any number of times. Answers of the office are
taken from the journal: no effect happens twice. See docs/adr/0016.
"""

from __future__ import annotations

from processes.engine import progress as p
from processes.engine.definitions import Definition
from processes.engine.facts import Facts
from processes.engine.outlook import outlook
from processes.engine.specs import Call, SafeScripts
from processes.engine.state import Entry, State
from processes.engine.stepping import apply, begin, call_at, proceed
from processes.errors import EngineFault, ReturnRefused
from processes.texts import tr


def earlier_steps(definition: Definition, state: State) -> list[str]:
    """Return references of the finished steps that the case may be sent back to, latest first.

    Only the last visit of each step is listed; steps marked `return_to = false` are left out.
    """
    latest: dict[str, str] = {}
    for entry in state.journal:
        if entry.kind == "complete":
            place = entry.ref.split("#")[0]
            latest.pop(place, None)
            latest[place] = entry.ref
    refs = []
    for ref in reversed(latest.values()):
        node = definition.node_at(ref)
        if node is not None and node.properties.get("return_to") != "false":
            refs.append(ref)
    return refs


def send_back(definition: Definition, state: State, given: p.Return, facts: Facts) -> p.Progress:
    """Return to `given.to`; raises `ReturnRefused` if it is not an earlier step of this case."""
    if given.to not in earlier_steps(definition, state):
        node = definition.node_at(given.to)
        raise ReturnRefused(step=given.to if node is None else node.name)
    return _rebuild(
        definition,
        state,
        kept_entries(definition, state.journal, given.to),
        ("returned", given.to, given.reason),
        facts,
    )


def recompute(definition: Definition, state: State, given: p.Recompute, facts: Facts) -> p.Progress:
    """Ask the office the question at `given.ref` again; raises `ReturnRefused` if it was never answered."""
    if not any(e.kind == "answer" and e.ref == given.ref for e in state.journal):
        raise ReturnRefused(step=given.ref)
    kept = kept_entries(definition, state.journal, given.ref, "answer")
    return _rebuild(definition, state, kept, ("recomputed", given.ref, given.reason), facts)


def answered(definition: Definition, state: State, operation: str) -> Entry | None:
    """Return the latest answer to an operation (`household.facts`) that is still valid."""
    for entry in reversed(state.journal):
        node = definition.node_at(entry.ref) if entry.kind == "answer" else None
        if node is not None and node.operation == operation:
            return entry
    return None


def _rebuild(
    definition: Definition, state: State, kept: list[Entry], why: tuple[str, str, str], facts: Facts
) -> p.Progress:
    """Rebuild the instance from the kept part of its journal; `why` is kind, reference and reason."""
    kind, ref, reason = why
    undone = [(e.ref, e.data) for e in reversed(state.journal) if e.kind == "answer" and e not in kept]
    before = look(definition, state, facts)
    rebuilt = replay(definition, kept, facts)
    progress = look(definition, rebuilt, facts)
    open_now = {o.ref for o in progress.offers}
    withdrawn = [
        p.Fact("withdrawn", o.task, o.title, o.ref, {"reason": reason})
        for o in before.offers
        if o.ref not in open_now
    ]
    node = definition.node_at(ref)
    title = node.name if node else ref
    returned = p.Fact(kind, title, title, ref, {"reason": reason})
    state.workflow, state.journal = rebuilt.workflow, rebuilt.journal
    state.visits, state.ended_at = rebuilt.visits, rebuilt.ended_at
    return p.Progress(
        state=state,
        offers=progress.offers,
        questions=progress.questions,
        facts=(returned, *withdrawn),
        due_at=progress.due_at,
        ended_at=progress.ended_at,
        data=progress.data,
        undone=undone,
    )


def kept_entries(
    definition: Definition, journal: list[Entry], to: str, kind: str = "complete"
) -> list[Entry]:
    """Return the journal without the target's completion (or answer) and whatever may have followed from it."""
    cut = max(n for n, e in enumerate(journal) if e.kind == kind and e.ref == to)
    return journal[:cut] + [e for e in journal[cut + 1 :] if not _follows(definition, to, e)]


def _follows(definition: Definition, origin: str, entry: Entry) -> bool:
    """Whether an input may be a consequence of leaving `origin`, that is, reachable from it in the diagram."""
    if entry.kind == "due":
        return any(comes_after(definition, origin, ref) for ref in entry.fired)
    return comes_after(definition, origin, entry.ref)


def comes_after(definition: Definition, origin: str, ref: str) -> bool:
    """Compare two references along their common path of called processes."""
    one, other = origin.split("#")[0].split("/"), ref.split("#")[0].split("/")
    process = one[0]
    for here, there in zip(one[1:], other[1:], strict=False):
        diagram = definition.diagrams[process]
        if here != there:
            return there in diagram.reachable(here)
        if there in diagram.reachable(here):
            return True
        node = diagram.nodes[here]
        process = node.called or node.id
    return True


def replay(definition: Definition, entries: list[Entry], facts: Facts) -> State:
    """Build an instance from a journal; the same journal always gives the same instance."""
    return replay_with_facts(definition, entries, facts)[0]


def replay_with_facts(
    definition: Definition, entries: list[Entry], facts: Facts
) -> tuple[State, list[p.Fact]]:
    """Rebuild an instance from a journal, recomputing tables and sheets; also return everything that
    happened."""
    first, *rest = entries
    call = _call_at(definition, facts, first)
    state = begin(definition, first.data, call)
    state.journal.append(first)
    proceed(definition, state, call)
    happened = list(call.happened)
    for entry in rest:
        happened += replay_one(definition, state, entry, facts)
    return state, happened


def replay_one(definition: Definition, state: State, entry: Entry, facts: Facts) -> list[p.Fact]:
    """Apply one journal entry again, with the context of its instant; return what happened."""
    call = _call_at(definition, facts, entry)
    state.workflow.script_engine = SafeScripts(call)
    match entry.kind:
        case "complete":
            apply(definition, state, p.Complete(entry.ref, entry.data), call)
        case "answer":
            apply(definition, state, p.Answer(entry.ref, entry.data), call)
        case "due":
            if entry.fired:
                call.firing = frozenset(entry.fired)
                state.workflow.refresh_timers()
        case "move":
            apply(definition, state, p.Move(entry.ref, entry.data["to"], entry.data["reason"]), call)
        case "cancel":
            apply(definition, state, p.Cancel(entry.data), call)
        case _:
            raise EngineFault(reason=tr("办理记录中有未知的输入 {kind}", kind=entry.kind))
    proceed(definition, state, call)
    state.journal.append(entry)
    return call.happened


def _call_at(definition: Definition, facts: Facts, entry: Entry) -> Call:
    """The context of that time: the instant of the entry; policy and calendar belong to the release anyway."""
    return call_at(definition, Facts(entry.now, facts.policy, facts.dues))


def look(definition: Definition, state: State, facts: Facts) -> p.Progress:
    """Return what is open now, without giving any input."""
    call = call_at(definition, facts)
    state.workflow.script_engine = SafeScripts(call)
    return outlook(definition, state, call)
