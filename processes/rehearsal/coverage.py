"""What the scenarios reach: clauses of the policy that they carry out, flows of the diagrams that they take.

A citation alone covers nothing: a clause counts through an element of a diagram that carries it (`clauses`), which a
passing scenario that cites it reached, and of which that scenario asserts something.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from processes.engine.diagrams import Diagram
from processes.rehearsal import reports, scenarios
from processes.rehearsal.results import Result
from processes.rehearsal.scenarios import Scenario
from processes.releases import bundle as bundles
from processes.releases import clauses as clause_table
from processes.settings import Settings


def cover(content: Path, settings: Settings) -> dict[str, Any]:
    """`clauses`: how many scenarios carry out each; `uncovered_flows`: by diagram, flows that none takes; `failed`: why."""
    played = reports.run([content], settings)
    taken: set[tuple[str, str]] = {
        (f, flow) for r in played for f, flows in r.flows.items() for flow in flows
    }
    told = {(s.file, s.title): s for p in scenarios.collect([content]) for s in scenarios.read(p)}
    pairs = [(told[r.file, r.scenario], r) for r in played if (r.file, r.scenario) in told]
    return {
        "clauses": clauses(known_clauses(content), pairs, carried(content)),
        "uncovered_flows": {
            file: left
            for file, flows in _flows(content).items()
            if (left := sorted(f for f in flows if (file, f) not in taken))
        },
        "failed": {r.scenario: r.differences for r in played if not r.passed},
    }


def clauses(
    known: Iterable[str],
    played: Iterable[tuple[Scenario, Result]],
    carriers: Mapping[tuple[str, str], set[str]],
) -> dict[str, int]:
    """Every known clause and others that are cited, with the number of scenarios that carry it out."""
    found, cited = Counter[str](), set[str]()
    for scenario, result in played:
        cited.update(scenario.cites)
        if not result.passed or not _asserts(scenario):
            continue
        reached = {
            clause
            for file, flows in result.flows.items()
            for flow in flows
            for clause in carriers.get((file, flow), ())
        }
        found.update(reached & set(scenario.cites))
    return {clause: found[clause] for clause in sorted({*known, *cited})}


def _asserts(scenario: Scenario) -> bool:
    """Whether it says what must come of the case; that something is refused is no work carried out."""
    return bool(set(scenario.content["expect"]) - {"refused"})


def known_clauses(content: Path) -> list[str]:
    """The clauses of the county's text, in `clauses.toml`."""
    return list(clause_table.known(content))


def carried(content: Path) -> dict[tuple[str, str], set[str]]:
    """By file and sequence flow: the clauses of the element to which the flow leads."""
    found: dict[tuple[str, str], set[str]] = {}
    for file, diagram in _diagrams(content):
        for flow in diagram.flows:
            node = diagram.nodes.get(flow.target)
            if node is not None and node.clauses:
                found.setdefault((file, flow.id), set()).update(node.clauses)
    return found


def _flows(content: Path) -> dict[str, set[str]]:
    """Every sequence flow of the diagrams that a programme's cases can run, by file."""
    found: dict[str, set[str]] = {}
    for file, diagram in _diagrams(content):
        found.setdefault(file, set()).update(f.id for f in diagram.flows)
    return found


def _diagrams(content: Path) -> Iterator[tuple[str, Diagram]]:
    """The diagrams that a programme's cases can run, with their files; shared ones come with every programme."""
    for folder in sorted(p.parent for p in content.glob("*/programme.toml")):
        bundle = bundles.read_folder(folder)
        for process in bundle.starts:
            definition = bundle.definition(process)
            for name, diagram in definition.diagrams.items():
                yield bundle.content_path(definition.files[name]), diagram
