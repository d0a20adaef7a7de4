"""Screening results for the two subsidies and 特困 that no shipped programme can produce in a scenario."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from processes.engine import tables
from processes.engine.facts import Facts
from processes.releases import bundle as bundles
from tests.conftest import CONTENT

WINDOW = bundles.read_folder(CONTENT / "one_window")
DISABLED = {
    "age": Decimal(40), "disability_kind": "肢体", "disability_grade": Decimal(1), "work_ability": "hindered",
    "income": {"total": Decimal(0), "business": Decimal(0)},
}  # fmt: skip


def look(table: str, draws: list[str]) -> dict[str, Any]:
    facts = Facts(
        datetime(2026, 3, 2, tzinfo=UTC), lambda name, on: WINDOW.policy.value(name, on, "340199101201")
    )
    known = {"household": {"category": ""}, "member": {**DISABLED, "draws": draws}}
    return dict(tables.decide(WINDOW.definition().tables[table], known, facts).outputs)


def test_who_draws_destitute_support__draws_neither_subsidy() -> None:
    assert look("screening_disability", ["destitute_support"])["result"] == "no"
    assert look("screening_destitute", ["destitute_support"])["result"] == "no"


@pytest.mark.parametrize("draws", [[], ["minimum_living_allowance"]])
def test_work_injury_and_retirement_are_asked_for(draws: list[str]) -> None:
    found = look("screening_disability", draws)
    assert found["result"] == "needs"
    assert "工伤" in found["reason"]
    assert "离休" in found["reason"]
