"""Every route that renders, plays scenarios, checks content, makes files or reads many rows has a budget."""

from __future__ import annotations

import pytest

from processes.rehearsal.stage import Stage
from tests.house import calls
from web.app import create_app
from web.budgets import Budget

COSTLY = frozenset(
    [
        # the press, and what binds and packs its files
        "documents.render.to_pdf", "documents.render.to_screen", "documents.render.renderer", "documents.render.count_pages", "documents.render.preview",
        "documents.render.read_scan", "documents.render.check_signatures", 
        "documents.binding.joined", "zipfile.ZipFile", "xlsxwriter.Workbook",
        # papers that are asked for
        "processes.office.papers.make.MakePaper", "processes.office.papers.make.PrintState",
        # checking and playing what supervisors write
        "processes.releases.lint.run.lint_bundle", "processes.releases.compare.differences",
        "processes.releases.compare.diagrams", "processes.rehearsal.recording.look",
        # long work of the worker that somebody asks for
        "processes.storage.outbox.ask_again",
        # many rows
        "web.forms.search_word", "processes.access.audit.page", "processes.cases.overdue.late",
        "processes.cases.queries.cases", "processes.people.queries.search", "processes.papers.queries.numbered",
        "processes.papers.batch.waiting", "processes.papers.destruction.due", "processes.relief.payroll.sums",
        "processes.oversight.heat.steps", "processes.oversight.heat.cases_behind", "processes.oversight.load.items",
        "processes.oversight.load.by_township", "processes.oversight.load.by_township_and_step",
    ]
)  # fmt: skip
BOUNDED_OTHERWISE = {
    "verify.check": "so many a minute by address, and one at once for all strangers",
}


def _routes(stage: Stage) -> dict[str, tuple[str, Budget | None]]:
    """By endpoint the function in full, and the budget that it spends."""
    views = create_app(stage.office).view_functions
    return {e: (f"{v.__module__}.{v.__name__}", getattr(v, "budget", None)) for e, v in views.items()}


def test_every_costly_route_spends_a_budget(stage: Stage) -> None:
    routes = _routes(stage)
    free = {e: sorted(calls.reached(name) & COSTLY) for e, (name, budget) in routes.items() if budget is None}
    found = {e: costly for e, costly in free.items() if costly}
    assert {e: c for e, c in found.items() if e not in BOUNDED_OTHERWISE} == {}, "add @budgets.spends(…)"
    assert BOUNDED_OTHERWISE.keys() <= found.keys()


def test_what_counts_as_costly__is_there_and_is_reached(stage: Stage) -> None:
    """A name that was changed would make the test above look away."""
    reached = set().union(*(calls.reached(name) for name, _ in _routes(stage).values()))
    assert reached >= COSTLY
    known = calls.graph()
    ours = {name for name in COSTLY if name.startswith(("documents.", "processes.", "web."))}
    assert {name for name in ours if name not in known} == set()


@pytest.mark.parametrize(
    ("route", "costly"),
    [
        ("web.desks.papers.original", "documents.render.to_screen"),  # by a function of the same file
        ("web.desks.recorder.save", "processes.rehearsal.recording.look"),  # by two
        ("web.desks.releases.plan", "processes.storage.outbox.ask_again"),  # by a command and its handler
        ("web.desks.attachments.add", "documents.render.preview"),  # by a handler and what it calls
    ],
)
def test_calls_are_followed_to_the_end(route: str, costly: str) -> None:
    assert costly in calls.reached(route)
