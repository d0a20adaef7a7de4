"""Samples of the papers of a scenario, so that publishing can render every template."""

from __future__ import annotations

from sqlalchemy import select

from processes.cases import queries
from processes.cases.models import Case
from processes.errors import NobodyLeft, YimenError
from processes.office.papers.make import MakePaper
from processes.papers import issue
from processes.papers.models import IssuedPaper
from processes.rehearsal.results import Result
from processes.rehearsal.stage import Stage
from processes.releases import publish


def take(stage: Stage, result: Result) -> None:
    """Make every paper on demand that the case allows, then return template and data of each kind."""
    number = result.number
    clerk = stage.actor("window_clerk", result.division)
    for paper in _on_demand(stage, number):
        try:
            stage.office.perform(MakePaper(number, paper), clerk)
        except NobodyLeft:
            continue  # refused by a rule of the office, which says nothing about the template
        except YimenError as fault:
            result.differences.append(f"文书“{paper}”不能制作：{fault.message}")
    with stage.database.reading("") as session:
        # Cases opened by this one make papers too, such as a referral out of the one window.
        query = select(Case.programme, IssuedPaper).join(Case, Case.id == IssuedPaper.case_id)
        for programme, row in session.execute(query.order_by(IssuedPaper.id)):
            result.papers[f"{programme}/{row.kind}"] = (row.template, dict(row.contract))


def _on_demand(stage: Stage, number: str) -> list[str]:
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        bundle = publish.open_release(session, case.release_id)
        return [p.id for p in issue.on_demand(bundle, queries.items(session, case.id))]
