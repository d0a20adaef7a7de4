"""Reads the result of a scenario: outcome, path, clocks, papers, money, linked cases."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from processes.access.scope import township_of
from processes.cases import clocks, queries
from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.coordination import screening
from processes.engine import runtime, trail
from processes.papers import queries as papers
from processes.papers.models import IssuedPaper
from processes.papers.status import PaperStanding
from processes.people import queries as people
from processes.people.models import PersonDifference
from processes.people.status import DifferenceStatus
from processes.policy.calendar import civil_date
from processes.rehearsal.results import Result
from processes.rehearsal.stage import Stage
from processes.releases import publish
from processes.releases.bundle import Bundle
from processes.relief import fund_queries
from processes.relief import queries as relief
from processes.relief.models import AwardMember


def look(stage: Stage, number: str, division: str, result: Result) -> None:
    """Read the outcome of a played scenario into its result."""
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        bundle = publish.open_release(session, case.release_id)
        definition = bundle.definition(case.process)
        facts = bundle.facts(stage.clock.now, case.division)
        state = runtime.restore(definition, case.state, facts)
        passed = trail.trail(definition, state)
        result.outcome, result.path = case.outcome, list(passed.steps)
        result.values = dict(runtime.look(definition, state, facts).data)
        result.clocks = {
            k.name: {
                "started": k.started_on,
                "due": k.due_on,
                "extension": k.extension,
                "warned": k.warned,
            }
            for k in clocks.of_case(session, case.id)
        }
        result.documents = list(
            session.scalars(
                select(IssuedPaper.kind)
                .where(IssuedPaper.case_id == case.id, IssuedPaper.standing == PaperStanding.STANDING)
                .order_by(IssuedPaper.id)
            )
        )
        result.open = list(
            session.scalars(
                select(WorkItem.task).where(
                    WorkItem.case_id == case.id, WorkItem.status == WorkItemStatus.OPEN
                )
            )
        )
        award = relief.of_case(session, case.id)
        if award is not None:
            members = session.scalar(
                select(func.count()).select_from(AwardMember).where(AwardMember.award_id == award.id)
            )
            result.award = {
                "monthly": award.monthly_amount, "from": award.from_month, "grade": award.grade,
                "cover": award.cover, "members": members,
            }  # fmt: skip
        result.register_differences = (
            session.scalar(select(func.count()).where(PersonDifference.status == DifferenceStatus.OPEN)) or 0
        )
        _add_surroundings(stage, division, session, case, result)


def screen(stage: Stage, household: str, result: Result) -> None:
    """Screen every member of a household under every programme."""
    now = stage.clock.now
    with stage.database.reading("") as session:
        found = people.household_by_number(session, household)
        for screened in screening.screen(session, found, now, civil_date(now)):
            for finding in screened.findings:
                result.screening.setdefault(finding.member, {})[screened.title] = finding.result


def _add_surroundings(stage: Stage, division: str, session: Session, case: Case, result: Result) -> None:
    """Add linked cases, the flows that they took, the petty fund and one-off relief."""
    for other in session.scalars(select(Case).order_by(Case.id)).all():
        bundle = publish.open_release(session, other.release_id)
        _add_flows(result.flows, flows_of(stage, bundle, other))
        if other.id != case.id:
            result.linked.append(
                {
                    "programme": other.programme, "process": other.process, "department": other.department,
                    "status": str(other.status), "outcome": other.outcome,
                    "open": sorted(i.task for i in queries.items(session, other.id) if i.status == WorkItemStatus.OPEN),
                    "documents": [p.kind for p in papers.of_case(session, other.id) if p.standing == PaperStanding.STANDING],
                    "due": {k.name: k.due_on for k in clocks.of_case(session, other.id)},
                }
            )  # fmt: skip
    for fund in fund_queries.funds(session):
        if fund.township == township_of(division):
            result.fund = {"cash": fund.cash, "advanced": fund.advanced}
    paid = fund_queries.payment_of_case(session, case.id)
    if paid is not None:
        result.relief = {"amount": paid.amount, "source": paid.source, "event": paid.event}


def flows_of(stage: Stage, bundle: Bundle, case: Case) -> dict[str, set[str]]:
    """Return the sequence flows that a case took, by diagram file as named in the content folder."""
    definition = bundle.definition(case.process)
    facts = bundle.facts(stage.clock.now, case.division)
    passed = trail.trail(definition, runtime.restore(definition, case.state, facts))
    return {
        bundle.content_path(definition.files[p]): {f.id for f in d.flows} & set(passed.flows)
        for p, d in definition.diagrams.items()
    }


def _add_flows(known: dict[str, list[str]], more: Mapping[str, set[str]]) -> None:
    for file, flows in more.items():
        known[file] = sorted({*known.get(file, []), *flows})
