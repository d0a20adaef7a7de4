"""Every paper that the scenarios issue is really made: none of them lacks a value or breaks its template."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from processes import jobs
from processes.papers.models import IssuedPaper
from processes.rehearsal import player, scenarios
from processes.rehearsal.scenarios import Scenario
from processes.rehearsal.stage import Stage
from tests.conftest import CONTENT

FILES = scenarios.collect([CONTENT])
FIRST = [scenarios.read(path)[0] for path in FILES]


@pytest.mark.slow
@pytest.mark.parametrize("scenario", FIRST, ids=[s.title for s in FIRST])
def test_papers_of(scenario: Scenario, whole_stage: Stage) -> None:
    player.play(whole_stage, scenario)
    while jobs.make_papers(whole_stage.office):
        pass
    with whole_stage.database.reading("") as session:
        papers = session.scalars(select(IssuedPaper)).all()
        assert [(p.kind, p.error) for p in papers if p.sha256 is None] == []
