"""Entry point of the engine: `start`, `advance`, `restore`, `look`.

`advance(definition, state, input, facts) -> Progress` changes the state passed to it and nothing else.
Questions in the result are for the office to answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from processes.engine import progress as p
from processes.engine import returns
from processes.engine import state as states
from processes.engine.definitions import Definition
from processes.engine.facts import Facts
from processes.engine.outlook import outlook
from processes.engine.specs import SafeScripts
from processes.engine.state import Entry, State
from processes.engine.stepping import apply, begin, call_at, proceed
from processes.errors import EngineFault
from processes.texts import tr


def start(definition: Definition, data: dict[str, Any], facts: Facts) -> p.Progress:
    """Start an instance and run it to its first questions and offers."""
    call = call_at(definition, facts)
    state = begin(definition, data, call)
    state.journal.append(Entry("start", facts.now, data=data))
    proceed(definition, state, call)
    return outlook(definition, state, call)


def advance(definition: Definition, state: State, given: p.Input, facts: Facts) -> p.Progress:
    """Apply one input to an instance and run it; raises content errors and `ReturnRefused`."""
    if isinstance(given, p.Return):
        return returns.send_back(definition, state, given, facts)
    if isinstance(given, p.Recompute):
        return returns.recompute(definition, state, given, facts)
    call = call_at(definition, facts)
    state.workflow.script_engine = SafeScripts(call)
    apply(definition, state, given, call)
    proceed(definition, state, call)
    state.journal.append(_entry(given, facts.now, tuple(call.fired)))
    return outlook(definition, state, call)


def restore(definition: Definition, raw: bytes, facts: Facts) -> State:
    """Restore a stored state, ready for `advance`."""
    return states.load(raw, definition, SafeScripts(call_at(definition, facts)))


def look(definition: Definition, state: State, facts: Facts) -> p.Progress:
    """Return what is open now, without giving any input."""
    return returns.look(definition, state, facts)


def _entry(given: p.Input, now: datetime, fired: tuple[str, ...]) -> Entry:
    match given:
        case p.Complete(ref, data):
            return Entry("complete", now, ref, dict(data))
        case p.Answer(ref, result):
            return Entry("answer", now, ref, result)
        case p.Due():
            return Entry("due", now, fired=fired)
        case p.Move(ref, to, reason):
            return Entry("move", now, ref, {"to": to, "reason": reason})
        case p.Cancel(reason):
            return Entry("cancel", now, data=reason)
        case _:
            raise EngineFault(reason=tr("不支持的输入 {name}", name=type(given).__name__))
