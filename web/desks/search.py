"""The search box for people, cases and papers; results are grouped and within scope."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from processes.access import divisions
from processes.access.permissions import Permission
from processes.access.scope import Actor
from processes.cases import queries as cases
from processes.office.people.look_up import SearchNumber
from processes.papers import queries as papers
from processes.people import finding, names
from processes.people import queries as people
from processes.policy import reading
from web import auth, budgets, forms
from web.require import require

desk = Blueprint("search", __name__)
SHOWN = 10


@dataclass
class Results:
    """Results of each kind, with the names of their divisions."""

    households: list[Any] = field(default_factory=list)
    cases: list[Any] = field(default_factory=list)
    papers: list[Any] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """The number of rows."""
        return len(self.households) + len(self.cases) + len(self.papers)


@desk.post("/search")
@require(Permission.SESSION)
def search(actor: Actor) -> Any:
    """Search for a word; an ID number never appears in an address, and searching for one is logged."""
    typed = request.form.get("q", "")
    if papers.printed_code(typed) and actor.may(Permission.TASK_WORK):
        return redirect(url_for("scan.scan", code=typed.strip()))
    number = finding.full_number(typed)
    if number and actor.may(Permission.HOUSEHOLD_READ):
        return _by_number(actor, number)
    return redirect(url_for("search.results", q=reading.search_word(typed)))


@desk.get("/search")
@require(Permission.SESSION, reads="list_read")
@budgets.spends(budgets.SEARCHES)
def results(actor: Actor) -> Any:
    """Return the results for a word."""
    word = forms.search_word()
    found = Results()
    with auth.office().database.reading(actor.division, actor.department) as session:
        if word and actor.may(Permission.HOUSEHOLD_READ):
            found.households = list(people.search(session, word, most=SHOWN))
        if word and actor.may(Permission.CASE_READ):
            found.cases = list(cases.cases(session, word, size=SHOWN).rows)
        if word and actor.may(Permission.PAPER_READ):
            found.papers = papers.numbered(session, actor, word, SHOWN)
        return _page(session, actor, word, found)


def _by_number(actor: Actor, number: str) -> Any:
    """The households of the owner of a document number; the search is logged first."""
    asked = auth.office().perform(SearchNumber(number, request.remote_addr or ""), actor)
    found = Results()
    with auth.office().database.reading(actor.division, actor.department) as session:
        found.households = list(finding.of_person(session, asked.person_id))
        if actor.may(Permission.CASE_READ):
            found.cases = [
                case for household in found.households for case in cases.of_household(session, household.id)
            ]
        return _page(session, actor, finding.masked(number), found)


def _page(session: Session, actor: Actor, word: str, found: Results) -> Any:
    divisions_found = {row.division for row in (*found.households, *found.cases)}
    found.places = divisions.names(session, sorted(divisions_found))
    return render_template("search/page.html", word=word, found=found, shown=SHOWN, named=names.of_members)
