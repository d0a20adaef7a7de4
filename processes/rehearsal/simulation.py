"""Simulation of a draft: recompute registered cases under both contents, without writing anything.

Each case's own data (household, application, opinions) goes through the tables and sheets of the release in
force and of the draft, both with the parameters of one day, so that only the draft makes a difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access.scope import township_of
from processes.cases.models import Case
from processes.cases.status import CaseEnding
from processes.engine import expressions, journal, sheets, tables
from processes.engine.definitions import Definition
from processes.engine.facts import Facts, functions
from processes.errors import ContentFault
from processes.parameters import planting
from processes.policy import values
from processes.policy.calendar import SHANGHAI
from processes.policy.parameters import BookValues
from processes.rehearsal.pool import pool
from processes.releases import bundle as bundles
from processes.releases.bundle import Bundle

WORKERS = 2
CHUNK = 500
SHOWN = 300
_Row = tuple[str, str, str, bytes]
_Packed = tuple[bytes, BookValues]
_Result = tuple[str, str, str, Decimal | None, Decimal | None]


def rows(session: Session, programme: str, process: str) -> list[_Row]:
    """Return number, applicant, division and state of every case of a process that was not withdrawn."""
    query = (
        select(Case)
        .where(Case.programme == programme, Case.process.in_((process, "")))
        .where(Case.outcome.is_(None) | Case.outcome.not_in(list(CaseEnding)))
        .order_by(Case.id)
    )
    return [(r.number, r.applicant, r.division, r.state) for r in session.scalars(query)]


def simulate(
    found: Sequence[_Row],
    old: Bundle,
    new: Bundle,
    on: date,
    tell: Callable[[int, int], None],
    book: BookValues | None = None,
) -> dict[str, Any]:
    """Return amounts before and after by township, and the cases that change, the greatest changes first.

    `book` is the county's book as it is now; the draft is computed with the book as its publication would
    leave it.
    """
    standing = book or {}
    planned = planting.after(standing, planting.changes(standing, old.declared, new.declared))
    packed = ((bundles.pack(old), standing), (bundles.pack(new), planned))
    chunks = [list(found[n : n + CHUNK]) for n in range(0, len(found), CHUNK)]
    results: list[_Result] = []
    with pool(WORKERS) as children:
        for part in children.each(lambda chunk: children.do(_chunk, chunk, packed, on), chunks):
            results += part
            tell(len(results), len(found))
    return _summed(results)


def has_amount(bundle: Bundle) -> bool:
    """Return whether the programme names the value that is the amount granted."""
    return bool(bundle.programme.get("simulation"))


def _chunk(part: list[_Row], packed: tuple[_Packed, _Packed], on: date) -> list[_Result]:
    old, new = _opened(packed[0]), _opened(packed[1])
    results: list[_Result] = []
    for number, applicant, division, state in part:
        data = {**journal.recorded_inputs(state, old.definition()), "accepted_on": on}
        before, after = (_amount(bundle, dict(data), division, on) for bundle in (old, new))
        results.append((number, applicant, township_of(division), before, after))
    return results


def _opened(packed: _Packed) -> Bundle:
    return _unpacked(packed[0]).under(packed[1])


@lru_cache(maxsize=4)
def _unpacked(stored: bytes) -> Bundle:
    return bundles.unpack(stored)


def _amount(bundle: Bundle, data: dict[str, Any], division: str, on: date) -> Decimal | None:
    """The amount that a content grants a case on a day, or None."""
    definition = bundle.definition()
    facts = bundle.facts(datetime.combine(on, time(9), SHANGHAI).astimezone(UTC), division)
    for decision in _decided(definition, data, facts):
        data.update(decision)
    source = expressions.parse(str(bundle.programme["simulation"]["amount"]))
    try:
        value = expressions.evaluate(source, data, functions(facts, on))
    except ContentFault:
        return None
    return value if isinstance(value, Decimal) else None


def _decided(definition: Definition, data: dict[str, Any], facts: Facts) -> Iterator[dict[str, Any]]:
    """Evaluate every table and sheet of the diagram as soon as its inputs exist."""
    diagram = definition.diagrams[definition.process]
    waiting = [n.decision for n in diagram.nodes.values() if n.decision]
    progress = True
    while waiting and progress:
        progress = False
        for decision in list(waiting):
            try:
                answer = _decide(definition, decision, data, facts)
            except ContentFault:
                continue
            waiting.remove(decision)
            progress = True
            yield {decision: answer}


def _decide(definition: Definition, decision: str, data: dict[str, Any], facts: Facts) -> Any:
    if decision in definition.sheets:
        return dict(sheets.compute(definition.sheets[decision], data, facts).values)
    return tables.decide(definition.tables[decision], data, facts).outputs


def _summed(results: Sequence[_Result]) -> dict[str, Any]:
    places: dict[str, dict[str, Any]] = {}
    changed = []
    for number, applicant, township, before, after in results:
        was, now = before or Decimal(0), after or Decimal(0)
        line = places.setdefault(
            township,
            {
                "township": township,
                "cases": 0,
                "gain": 0,
                "lose": 0,
                "before": Decimal(0),
                "after": Decimal(0),
            },
        )
        line["cases"] += 1
        line["before"] += was
        line["after"] += now
        if was != now:
            line["gain" if now > was else "lose"] += 1
            changed.append((abs(now - was), number, applicant, before, after))
    changed.sort(key=lambda c: (-c[0], c[1]))
    return values.plain(  # type: ignore[no-any-return]
        {
            "places": [places[k] for k in sorted(places)],
            "changed": len(changed),
            "rows": [
                {"number": n, "applicant": a, "before": b, "after": f} for _, n, a, b, f in changed[:SHOWN]
            ],
        }
    )
