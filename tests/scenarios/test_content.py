"""Every scenario beside the diagrams is a test of its own, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from processes.rehearsal import reports, scenarios
from processes.rehearsal.scenarios import Scenario
from processes.settings import from_environment
from tests.builders.databases import fresh_postgresql
from tests.conftest import CONTENT

FOUND = [s for path in scenarios.collect([CONTENT]) for s in scenarios.read(path)]
BY_TITLE = pytest.mark.parametrize("scenario", FOUND, ids=[s.title for s in FOUND])


def test_there_are_enough() -> None:
    assert len({s.file for s in FOUND}) >= 15


@BY_TITLE
def test_scenario(scenario: Scenario) -> None:
    assert reports.play_file(scenario, from_environment()).differences == []


@pytest.mark.slow
@BY_TITLE
def test_scenario_on_postgresql(scenario: Scenario) -> None:
    with fresh_postgresql() as url:
        assert reports.play_file(scenario, from_environment(), url).differences == []


def test_every_flow_of_the_diagrams_is_taken() -> None:
    results = [reports.play_file(s, from_environment()) for s in FOUND]
    taken = {f for r in results for flows in r.flows.values() for f in flows}
    from processes.releases import bundle as bundles

    definition = bundles.read_folder(CONTENT / "minimum_living_allowance").definition()
    every = {f.id for d in definition.diagrams.values() for f in d.flows}
    assert every - taken == set()
