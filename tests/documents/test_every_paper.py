"""Every paper that the scenarios issue can be rendered: no value is missing, no template is broken."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from processes.cases import queries
from processes.cases.models import Case
from processes.office.papers.make import MakePaper
from processes.papers import issue
from processes.papers.models import IssuedPaper
from processes.rehearsal import player, scenarios
from processes.rehearsal.scenarios import Scenario
from processes.rehearsal.stage import Stage
from processes.releases import publish
from processes.worker import jobs
from tests.conftest import CONTENT

FILES = scenarios.collect([CONTENT])
FIRST = [scenarios.read(path)[0] for path in FILES]


def _ask_for_all(stage: Stage) -> None:
    """Papers that are made on demand, in every open case."""
    with stage.database.reading("") as session:
        wanted = [
            (case, paper.id)
            for case in session.scalars(select(Case).where(Case.status == "open"))
            for paper in issue.on_demand(
                publish.open_release(session, case.release_id), queries.items(session, case.id)
            )
        ]
    for case, paper in wanted:
        stage.office.perform(MakePaper(case.number, paper), stage.actor("window_clerk", case.division))


@pytest.mark.slow
@pytest.mark.parametrize("scenario", FIRST, ids=[s.title for s in FIRST])
def test_papers_of(scenario: Scenario, whole_stage: Stage) -> None:
    player.play(whole_stage, scenario)
    _ask_for_all(whole_stage)
    while jobs.make_papers(whole_stage.office):
        pass
    with whole_stage.database.reading("") as session:
        papers = session.scalars(select(IssuedPaper)).all()
        assert [(p.kind, p.error) for p in papers if p.sha256 is None] == []
