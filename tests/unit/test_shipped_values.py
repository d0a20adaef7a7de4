"""What the content suggests for the programmes that are carried out, held against the county's list by hand.

Supervisors change values in the county's book, not here; a suggestion that moves by accident would pay families wrongly
in every new office.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from processes.policy.parameters import parse_policy
from tests.conftest import CONTENT

FROM = date(2025, 1, 1)
SHIPPED: dict[str, list[tuple[date, object]]] = {
    "allowance.standard": [(FROM, "768.00"), (date(2026, 7, 1), "812.00")],
    "income.per_capita_disposable": [(date(2026, 1, 1), "21600.00")],
    **{
        name: [(FROM, value)]
        for name, value in {
            "allowance.marginal_factor": "1.5",
            "allowance.surcharge.elderly_70": "0.20",
            "allowance.surcharge.minor": "0.20",
            "allowance.surcharge.severe_disability": "0.30",
            "allowance.surcharge.grave_illness": "0.30",
            "allowance.severe_disability_grade": "2",
            "allowance.rounding_unit": "1",
            "allowance.employment_cost.rate": "0.20",
            "allowance.employment_cost.cap": "0.30",
            "allowance.rigid.tuition_cap": "8000",
            "allowance.property.deposits_months": "24",
            "allowance.property.cars": "0",
            "allowance.property.dwellings": "1",
            "allowance.property.companies": "0",
            "allowance.review_months.a": "12",
            "allowance.review_months.b": "6",
            "allowance.review_months.c": "6",
            "allowance.income.loss": False,
            "clock.acceptance": "2",
            "clock.supplement": "10",
            "clock.comparison": "10",
            "clock.investigation_start": "3",
            "clock.public_notice": "7",
            "clock.public_notice.suspends": False,
            "clock.township_confirms": "20",
            "delegation.township_confirms": False,
            "clock.county_decision": "10",
            "clock.whole_procedure": "30",
            "clock.extension": "15",
            "clock.refusal_notice": "3",
            "draw.county_visit": "0.30",
            "relief.township_limit": "2024.00",
            "relief.emergency.months.fire": "3",
            "relief.emergency.months.accident": "2",
            "relief.emergency.months.sudden_illness": "3",
            "relief.emergency.months.guardian_lost": "2",
            "relief.emergency.months.epidemic": "1",
            "relief.emergency.months.other": "1",
            "relief.expenditure.rate": "0.50",
            "relief.expenditure.bill_months": "6",
            "relief.expenditure.months_borne": "3",
            "relief.expenditure.rounding": "10",
            "relief.annual_ceiling_months": "12",
            "relief.same_event_months": "12",
            "relief.quick.days": "3",
            "relief.quick.ceiling": "1",
            "relief.paperwork": "10",
            "relief.follow_up_months": "3",
            "fund.float": "50000.00",
            "fund.low_share": "0.20",
            "referral.accept": "3",
            "referral.accept.emergency": "1",
            "referral.answer.medical": "10",
            "referral.answer.education": "15",
            "referral.answer.housing": "20",
            "referral.answer.employment": "10",
            "referral.answer.emergency": "5",
            "referral.answer.disabled": "10",
            "referral.answer.rescue": "1",
            "referral.answer.social": "15",
            "referral.escalation": "3",
            "hotline.call_back": "2",
        }.items()
    },
}


@pytest.fixture(scope="module")
def declared() -> dict[str, list[tuple[date, object]]]:
    """Every suggested value of the content, by name."""
    found: dict[str, list[tuple[date, object]]] = {}
    for file in sorted(CONTENT.glob("*/policy.toml")):
        book = parse_policy(file.read_text(encoding="utf-8"))
        for name, parameter in book.parameters.items():
            found.setdefault(name, []).extend((v.since, v.value) for v in parameter.values)
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_as_listed(declared: dict[str, list[tuple[date, object]]], name: str) -> None:
    wanted = [(day, Decimal(v) if isinstance(v, str) else v) for day, v in SHIPPED[name]]
    assert sorted(declared[name], key=lambda one: one[0]) == wanted
