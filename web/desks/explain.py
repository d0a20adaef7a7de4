"""Explanation of a computation line by line, and its recomputation under the case's own release."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import events, queries
from processes.decisions import rerun
from processes.errors import NotFound
from processes.papers import queries as papers
from processes.parameters.pins import CasePolicy
from processes.releases import publish
from web import answers, auth, decision_view
from web.require import require

desk = Blueprint("explain", __name__)


@desk.get("/cases/<string:number>/explain")
@require(Permission.HOUSEHOLD_READ, reads="case_read")
def page(actor: Actor, number: str) -> Any:
    """Show every line of every sheet as a sentence, the parameters used, and whether recomputation gives the same."""
    office = auth.office()
    with office.database.reading(actor.division, actor.department) as session:
        case = queries.case_by_number(session, number)
        if case.department:
            raise NotFound()
        bundle = publish.open_release(session, case.release_id)
        computation = decision_view.computation(
            office, session, case, bundle, answers.known(office, case, bundle)
        )
        facts = decision_view.facts(office, session, case, bundle)
        pinned = CasePolicy(session, case.id, case.division, bundle.policy)
        definition = bundle.definition(case.process)
        return render_template(
            "explain/page.html",
            case=case,
            release=papers.release_number(session, case.release_id),
            card=decision_view.card_of(session, computation),
            sheets=[(definition.sheets[s].title, computation.lines(s)) for s in computation.sheets()],
            parameters={p.name: p for p in computation.parameters()},
            rerun=rerun.rerun(case, bundle, facts, events.of_case(session, case.id)),
            today=rerun.under_the_book(case, bundle, facts, pinned),
        )
