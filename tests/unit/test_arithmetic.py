"""The amount as arithmetic in numbers, and every line of a sheet as a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from processes.engine import arithmetic, explanation, sheets
from processes.engine.facts import Facts, functions
from processes.releases.bundle import Bundle, read_folder
from tests.conftest import CONTENT

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PLACE = "340199101201"


def member(n: int, wages: int = 0, age: int = 40, **more: Any) -> dict[str, Any]:
    income = {k: Decimal(0) for k in ("wages", "business", "property", "transfer", "exempt")} | {
        "wages": Decimal(wages)
    }
    return {
        "id": Decimal(n), "relation": "本人" if n == 1 else "子女", "age": Decimal(age),
        "disability_kind": "", "disability_grade": Decimal(0),
        "grave_illness": False, "is_student": False, "work_ability": "able",
        "income": income | {"total": sum(income.values())},
        "expense": {"medical": Decimal(0), "tuition": Decimal(0)},
    } | more  # fmt: skip


def household(*members: dict[str, Any]) -> dict[str, Any]:
    kinds = ("deposits", "cars", "dwellings", "companies")
    return {
        "members": list(members),
        "property": {k: Decimal(0) for k in kinds} | {"exempted": False},
        "category": "",
    }


def reading(bundle: Bundle, process: str, data: dict[str, Any], *steps: str) -> arithmetic.Reading:
    facts = Facts(NOW, lambda name, on: bundle.policy.value(name, on, PLACE))
    definition = bundle.definition(process)
    for step in steps:
        if step in definition.sheets:
            data[step] = dict(sheets.compute(definition.sheets[step], data, facts).values)
    return arithmetic.Reading(definition.sheets, data, functions(facts))


def of_allowance(bundle: Bundle, people: dict[str, Any], result: str = "household") -> arithmetic.Reading:
    data: dict[str, Any] = {"household": people, "eligibility": {"result": result}}
    return reading(bundle, "apply", data, "means", "entitlement")


def test_the_sum_of_a_household_is_written_in_numbers(allowance: Bundle) -> None:
    # 工资 20,764.80：就业成本 min(4,152.96, 2,764.80)，核定 18,000，月 1,500；未成年人 20% × 768 = 153.60
    people = household(member(1, 20764), member(2), member(3, age=13))
    people["members"][0]["income"]["wages"] = Decimal("20764.80")
    told = of_allowance(allowance, people)
    assert arithmetic.of_line(told, "entitlement", "monthly") == "3 × 768 − 1,500.00 + 153.60 = 957.60 → 958"


def test_the_sum_of_single_members_is_written_in_numbers(allowance: Bundle) -> None:
    # 单人保：一级残疾，本人收入 6,000；(768 × 12 − 6,000) ÷ 12 = 268；残疾 30% × 768 = 230.40；498.40 → 499
    people = household(member(1, 30000), member(2, 6000, disability_grade=Decimal(1)))
    told = of_allowance(allowance, people, "single_person")
    assert (
        arithmetic.of_line(told, "entitlement", "monthly")
        == "(768 × 12 − 6,000.00) ÷ 12 + 230.40 = 498.40 → 499"
    )


@pytest.fixture(scope="module")
def relief() -> Bundle:
    return read_folder(CONTENT / "temporary_relief")


def test_a_relief_is_written_with_the_ceiling_that_holds_it(relief: Bundle) -> None:
    # 768 × 2 × 3 = 4,608；限额 768 × 2 × 12 = 18,432，本年已救助 15,000，剩余 3,432
    data = {
        "household": household(member(1), member(2)), "application": {"persons": Decimal(2)},
        "event_months": {"months": Decimal(3)}, "application_kind": "emergency",
        "earlier": {"year_total": Decimal(15000)},
        "expenditure_amount": None,
    }  # fmt: skip
    told = reading(relief, "emergency", data, "emergency_amount", "relief_grant")
    assert (
        arithmetic.of_line(told, "relief_grant", "amount")
        == "768 × 2 × 3 = 4,608.00，不超过本年剩余限额 3,432.00 → 3,432"
    )


def test_relief_of_expenditure_is_written_in_numbers(relief: Bundle) -> None:
    # 自付 30,005；应负担 768 × 2 × 3 = 4,608；超出 25,397 × 50% = 12,698.50，舍到 10 元为 12,690；限额 18,432
    data = {
        "household": household(member(1), member(2)), "application": {"self_paid": Decimal(30005)},
        "application_kind": "expenditure", "earlier": {"year_total": Decimal(0)}, "emergency_amount": None,
    }  # fmt: skip
    told = reading(relief, "expenditure", data, "expenditure_amount", "relief_grant")
    assert arithmetic.of_line(told, "relief_grant", "amount") == (
        "(30,005.00 − 4,608.00) × 0.5 = 12,698.50，不超过本年剩余限额 18,432.00 → 12,690"
    )


def explained(bundle: Bundle, people: dict[str, Any], sheet: str) -> dict[str, explanation.ExplainedLine]:
    words = explanation.Words(
        {1: "张建国", 2: "李秀英", 3: "张小明"}, {"wages": "工资性收入", "deposits": "存款"},
        parameters=lambda name: bundle.policy.parameters[name].title,
    )  # fmt: skip
    return {t.name: t for t in explanation.of_sheet(of_allowance(bundle, people), sheet, words)}


def test_a_line_is_a_sentence_with_its_numbers_and_a_line_a_member(allowance: Bundle) -> None:
    lines = explained(allowance, household(member(1, 15000), member(2, 9000), member(3, age=13)), "means")
    cost = lines["employment_cost"]
    # 张建国 min(3,000, 2,764.80)；李秀英 min(1,800, 2,764.80)；合计 4,564.80
    assert cost.result == "4,564.80 元/年"
    assert cost.members[0] == (
        "张建国",
        "工资性收入 15,000 × 就业成本扣减比例 0.2、就业成本每人扣减上限 2,764.80 取较小 = 2,764.80",
    )
    assert cost.members[1][1].endswith("取较小 = 1,800")
    assert [u.name for u in cost.parameters] == ["allowance.employment_cost.rate"]
    assert (
        lines["below_standard"].sentence
        == "核定家庭年收入 19,435.20 ＜ 低保标准 768 × 共同生活的家庭成员 3 × 收入核算月数 12"
    )
    assert "m.income" not in "".join(t.sentence + "".join(s for _, s in t.members) for t in lines.values())


def test_the_highest_surcharge_of_each_member_is_told(allowance: Bundle) -> None:
    lines = explained(allowance, household(member(1, 15000), member(2), member(3, age=13)), "entitlement")
    assert lines["surcharge"].members == (
        ("张建国", "0"), ("李秀英", "0"), ("张小明", "分类施保：未成年人 0.2"),
    )  # fmt: skip
    assert lines["surcharge"].sentence == "各成员合计 0.2 × 低保标准 768"
