"""What the scenarios reach: clauses of the policy that they cite, flows of the diagrams that they take."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from processes.rehearsal import reports, scenarios
from processes.releases import bundle as bundles
from processes.settings import Settings


def cover(content: Path, settings: Settings) -> dict[str, Any]:
    """`clauses`: how many scenarios cite each; `uncovered_flows`: by diagram, flows that none takes."""
    played = reports.run([content], settings)
    taken: set[tuple[str, str]] = {
        (f, flow) for r in played for f, flows in r.flows.items() for flow in flows
    }
    return {
        "clauses": _clauses(content),
        "uncovered_flows": {
            file: left
            for file, flows in _flows(content).items()
            if (left := sorted(f for f in flows if (file, f) not in taken))
        },
        "failed": [r.scenario for r in played if not r.passed],
    }


def _clauses(content: Path) -> dict[str, int]:
    """Every clause of `clauses.toml`, and others that a scenario cites."""
    cited = Counter(c for p in scenarios.collect([content]) for s in scenarios.read(p) for c in s.cites)
    table = content / "clauses.toml"
    known = tomllib.loads(table.read_text("utf-8"))["clause"] if table.is_file() else []
    return {c: cited.get(c, 0) for c in sorted({*cited, *(str(k["id"]) for k in known)})}


def _flows(content: Path) -> dict[str, set[str]]:
    """Every sequence flow of the diagrams that a programme's cases can run, by file."""
    found: dict[str, set[str]] = {}
    for folder in sorted(p.parent for p in content.glob("*/programme.toml")):
        bundle = bundles.read_folder(folder)
        for process in bundle.starts:
            definition = bundle.definition(process)
            for name, diagram in definition.diagrams.items():
                path = bundle.content_path(definition.files[name])
                found.setdefault(path, set()).update(f.id for f in diagram.flows)
    return found
