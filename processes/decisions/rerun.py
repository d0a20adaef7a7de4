"""Recomputes a stored decision under its own release and compares the results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from processes.cases.models import Case, CaseEvent
from processes.engine import returns, runtime
from processes.engine.definitions import Definition
from processes.engine.explanation import said
from processes.engine.facts import Facts
from processes.errors import YimenError
from processes.parameters.pins import CasePolicy
from processes.policy import values
from processes.policy.parameters import DatedValue, shown
from processes.releases.bundle import Bundle
from processes.texts import tr

_TITLES = {"命中的行": tr("命中的行"), "结果": tr("结果")}


@dataclass(frozen=True, slots=True)
class Compared:
    """One table or sheet: its name, whether the result is the same, and the differences (title, stored, now)."""

    name: str
    same: bool
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Rerun:
    """All computations of a case, repeated."""

    compared: tuple[Compared, ...]

    @property
    def same(self) -> bool:
        """Whether every result equals the stored one."""
        return all(c.same for c in self.compared)


def rerun(case: Case, bundle: Bundle, facts: Facts, chain: Sequence[CaseEvent]) -> Rerun:
    """Replay the case's journal under its release, with the parameters of each day, and compare.

    Compared are the case's data (every line, hidden ones too) and the results recorded in its events.
    """
    definition = bundle.definition(case.process)
    state = runtime.restore(definition, case.state, facts)
    stored = runtime.look(definition, state, facts).data
    again, happened = returns.replay_with_facts(definition, state.journal, facts)
    anew = runtime.look(definition, again, facts).data
    events = {_id(e.payload): e.payload for e in chain if e.kind == "decided"}
    facts_anew = {_id(f.details): f.details for f in happened if f.kind == "decided"}
    return Rerun(
        tuple(
            _compare(
                str(details["name"]), _said(events.get(key), stored.get(key)), _said(details, anew.get(key))
            )
            for key, details in facts_anew.items()
        )
    )


@dataclass(frozen=True, slots=True)
class Today:
    """What the county's book says differently today than the case read, and the result with it."""

    moved: tuple[str, ...]
    compared: tuple[Compared, ...]

    @property
    def same(self) -> bool:
        """Whether today's book gives the stored result."""
        return all(c.same for c in self.compared)


def under_the_book(case: Case, bundle: Bundle, facts: Facts, pinned: CasePolicy) -> Today:
    """Compute the case with today's book for the same days; None if the book says the same."""
    moved = pinned.moved()
    if not moved:
        return Today((), ())
    definition = bundle.definition(case.process)
    state = runtime.restore(definition, case.state, facts)
    stored = runtime.look(definition, state, facts).data
    anew = Facts(facts.now, pinned.unpinned, facts.dues)
    try:
        again, happened = returns.replay_with_facts(definition, state.journal, anew)
    except YimenError as fault:
        return Today(
            (*_moved(pinned, moved), tr("按现值不能沿原来的路径重算：{message}", message=fault.message)), ()
        )
    data = runtime.look(definition, again, anew).data
    names = {_id(f.details): str(f.details["name"]) for f in happened if f.kind == "decided"}
    compared = (
        _compare(name, _titled(definition, key, stored.get(key)), _titled(definition, key, data.get(key)))
        for key, name in names.items()
    )
    return Today(tuple(_moved(pinned, moved)), tuple(c for c in compared if not c.same))


def _titled(definition: Definition, key: str, data: Any) -> dict[str, Any]:
    """A sheet's shown lines or a table's outputs by their titles."""
    named: list[tuple[str, str]] = []
    if key in definition.sheets:
        named = [(line.name, line.title) for line in definition.sheets[key].lines if line.shown]
    elif key in definition.tables:
        named = [(column.name, column.title) for column in definition.tables[key].outputs]
    if not isinstance(data, Mapping) or not named:
        return {} if data is None else {"结果": data}
    return {title: data.get(name) for name, title in named}


def _moved(pinned: CasePolicy, moved: Sequence[tuple[str, date, DatedValue, DatedValue]]) -> Iterator[str]:
    for name, on, read, now in moved:
        known = pinned.policy.parameters.get(name)
        title, unit = (name, "") if known is None else (known.title, known.unit)
        yield (
            tr(
                "{title}：{on} 这一天，办件用的是 {value} {unit}（{source}），参数簿现为 {value2} {unit2}（{source2}）",
                title=title,
                on=on,
                value=shown(read.value),
                unit=unit,
                source=read.source,
                value2=shown(now.value),
                unit2=unit,
                source2=now.source,
            )
        )


def _id(payload: Mapping[str, Any]) -> str:
    return str(payload.get("table") or payload.get("sheet") or "")


def _said(payload: Mapping[str, Any] | None, data: Any) -> dict[str, Any]:
    """The stored results by title: lines of the trace, rows that fired, values of the case."""
    results: dict[str, Any] = {}
    if payload is not None:
        results |= {str(line["title"]): line["value"] for line in payload.get("lines", ())}
        if "rows" in payload:
            results["命中的行"] = list(payload["rows"])
    if isinstance(data, Mapping):
        results |= {f"（{name}）": value for name, value in data.items()}
    elif data is not None:
        results["结果"] = data
    plain: dict[str, Any] = values.loads(values.dumps(results))
    return plain


def _compare(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Compared:
    titles = dict.fromkeys((*before, *now))
    differing = tuple(
        (_TITLES.get(t, t), said(before.get(t)), said(now.get(t)))
        for t in titles
        if before.get(t) != now.get(t)
    )
    return Compared(name, not differing, differing)
