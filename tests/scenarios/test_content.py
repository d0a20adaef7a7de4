"""Every scenario beside the diagrams is played on SQLite, where the flows are counted.

The first of every file is played on PostgreSQL as well, with `HYPOTHESIS_PROFILE=nightly` every one.
"""

from __future__ import annotations

import pytest

from processes.rehearsal import coverage, reports, scenarios
from processes.rehearsal.scenarios import Scenario
from processes.settings import from_environment
from tests.builders.databases import fresh_postgresql
from tests.builders.nightly import NIGHTLY
from tests.builders.stages import blank_postgresql
from tests.conftest import CONTENT

FOUND = [s for path in scenarios.collect([CONTENT]) for s in scenarios.read(path)]
FIRST = {s.file: s for s in reversed(FOUND)}
"""Of every file the scenario itself, without its variants."""
ON_POSTGRESQL = FOUND if NIGHTLY else list(FIRST.values())


def test_there_are_enough() -> None:
    assert len({s.file for s in FOUND}) >= 15


@pytest.mark.postgresql
@pytest.mark.parametrize("scenario", ON_POSTGRESQL, ids=[s.title for s in ON_POSTGRESQL])
def test_scenario_on_postgresql(scenario: Scenario) -> None:
    with fresh_postgresql(blank_postgresql()) as url:
        assert reports.play_file(scenario, from_environment(), url).differences == []


def test_every_flow_of_every_diagram_is_taken__and_clauses_are_counted() -> None:
    found = coverage.cover(CONTENT, from_environment())
    assert found["failed"] == {}
    assert found["uncovered_flows"] == {}
    for clause in ("C09", "C10", "C11", "C12", "C13", "C15", "C25", "C33", "C34", "C38", "C39", "C40", "C41"):
        assert found["clauses"][clause] > 0, clause
