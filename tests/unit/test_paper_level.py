"""A paper belongs to the county, or to the township that decided by delegation."""

from __future__ import annotations

import pytest

from processes.cases.models import WorkItem
from processes.papers.levels import level_of
from processes.releases.bundle import Bundle


@pytest.mark.parametrize(
    ("task", "status", "level"),
    [
        ("county_decision", "done", "county"),
        ("township_confirmation", "done", "township"),
        ("township_confirmation", "superseded", "county"),
        ("township_confirmation", "open", "county"),
    ],
)
@pytest.mark.parametrize("paper", ["confirmation_notice", "refusal_notice", "announcement", "approval_form"])
def test_who_decided_issues_the_paper(
    allowance: Bundle, paper: str, task: str, status: str, level: str
) -> None:
    items = [WorkItem(task="township_opinion", status="done"), WorkItem(task=task, status=status)]
    assert level_of(allowance.papers[paper], items) == level


def test_papers_of_the_township_stay_the_township_s(allowance: Bundle) -> None:
    assert level_of(allowance.papers["acceptance_notice"], []) == "township"
