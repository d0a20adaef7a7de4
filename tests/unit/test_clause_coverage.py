"""A clause is covered by an element that a scenario reaches and asserts, not by a citation."""

from __future__ import annotations

from typing import Any

import pytest

from processes.rehearsal import coverage
from processes.rehearsal.results import Result
from processes.rehearsal.scenarios import Scenario
from tests.conftest import CONTENT

FILE, FLOW = "relief/emergency.bpmn", "a_to_pay"
CARRIERS = {(FILE, FLOW): {"C10"}}


def told(expect: dict[str, Any], cites: tuple[str, ...] = ("C10", "C13")) -> Scenario:
    return Scenario("某情景", "x.yaml", {"cites": list(cites), "expect": expect})


@pytest.mark.parametrize(
    ("expect", "passed", "flow", "count"),
    [
        ({"outcome": "granted"}, True, FLOW, 1),
        ({"outcome": "granted"}, False, FLOW, 0),
        ({"outcome": "granted"}, True, "a_to_other", 0),
        ({"refused": "form_invalid"}, True, FLOW, 0),
    ],
    ids=["reached and asserted", "fails", "passes by", "asserts nothing"],
)
def test_what_counts(expect: dict[str, Any], passed: bool, flow: str, count: int) -> None:
    result = Result("某情景", "x.yaml", passed=passed, flows={FILE: [flow]})
    found = coverage.clauses(["C10", "C36"], [(told(expect), result)], CARRIERS)
    assert found == {"C10": count, "C13": 0, "C36": 0}


def test_reaching_an_element_without_citing_its_clause_counts_nothing() -> None:
    result = Result("某情景", "x.yaml", passed=True, flows={FILE: [FLOW]})
    found = coverage.clauses([], [(told({"outcome": "granted"}, ("C13",)), result)], CARRIERS)
    assert found == {"C13": 0}


def test_the_elements_of_the_content_carry_clauses() -> None:
    carried = set().union(*coverage.carried(CONTENT).values())
    assert {"C09", "C10", "C12", "C35", "C40", "C41"} <= carried
