"""Coverage of scenarios: clauses of the policy that they carry out, flows of the diagrams that they take.

Citing a clause is not enough: it counts if an element of a diagram carries it (`clauses`), a passing scenario
that cites it reached that element, and that scenario asserts something.
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
    """Return `clauses` (scenarios by clause), `uncovered_flows` (by diagram) and `failed` (why)."""
    played = reports.run([content], settings)
    taken: set[tuple[str, str]] = {
        (f, flow) for r in played for f, flows in r.flows.items() for flow in flows
    }
    scenarios_by_title = {
        (s.file, s.title): s for p in scenarios.collect([content]) for s in scenarios.read(p)
    }
    pairs = [
        (scenarios_by_title[r.file, r.scenario], r)
        for r in played
        if (r.file, r.scenario) in scenarios_by_title
    ]
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
    """Return every known or cited clause with the number of scenarios that carry it out."""
    counts, cited = Counter[str](), set[str]()
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
        counts.update(reached & set(scenario.cites))
    return {clause: counts[clause] for clause in sorted({*known, *cited})}


def _asserts(scenario: Scenario) -> bool:
    """Whether the scenario asserts a result of the case; an expected refusal alone does not count."""
    return bool(set(scenario.content["expect"]) - {"refused"})


def known_clauses(content: Path) -> list[str]:
    """Return the clauses of the county's text, from `clauses.toml`."""
    return list(clause_table.known(content))


def carried(content: Path) -> dict[tuple[str, str], set[str]]:
    """Return by file and sequence flow the clauses of the element that the flow leads to."""
    clauses_by_flow: dict[tuple[str, str], set[str]] = {}
    for file, diagram in _diagrams(content):
        for flow in diagram.flows:
            node = diagram.nodes.get(flow.target)
            if node is not None and node.clauses:
                clauses_by_flow.setdefault((file, flow.id), set()).update(node.clauses)
    return clauses_by_flow


def _flows(content: Path) -> dict[str, set[str]]:
    """Every sequence flow of the diagrams that a programme's cases can run, by file."""
    flows_by_file: dict[str, set[str]] = {}
    for file, diagram in _diagrams(content):
        flows_by_file.setdefault(file, set()).update(f.id for f in diagram.flows)
    return flows_by_file


def _diagrams(content: Path) -> Iterator[tuple[str, Diagram]]:
    """The diagrams that a programme's cases can run, with their files; shared ones come with every programme."""
    for folder in sorted(p.parent for p in content.glob("*/programme.toml")):
        bundle = bundles.read_folder(folder)
        for process in bundle.starts:
            definition = bundle.definition(process)
            for name, diagram in definition.diagrams.items():
                yield bundle.content_path(definition.files[name]), diagram
