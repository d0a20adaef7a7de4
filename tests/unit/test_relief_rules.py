"""What may be granted and booked: amounts, double benefits, postings, balances, levels and closed months."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from processes.errors import DoubleBenefit, DuplicateCase, FundInsufficient, FundMonthClosed, RuleBroken
from processes.relief import fund_rules, rules
from processes.relief.rules import Benefit
from processes.relief.status import FundEntryKind

DRAWN = Benefit(7, "张建国", "allowance", "最低生活保障", "DB", "DB-2026-1")


@pytest.mark.parametrize(
    ("standing", "programme", "excludes"),
    [((), "allowance", ("DB",)), ((DRAWN,), "relief", ()), ((DRAWN,), "relief", ("TK", "LS"))],
)
def test_double_benefit__none(
    standing: tuple[Benefit, ...], programme: str, excludes: tuple[str, ...]
) -> None:
    rules.demand_no_double_benefit(standing, programme, excludes)


@pytest.mark.parametrize(("number", "note"), [("DB-2026-1", "（DB-2026-1）"), ("", "")])
def test_double_benefit__the_same_programme(number: str, note: str) -> None:
    with pytest.raises(DuplicateCase) as refused:
        rules.demand_no_double_benefit([replace(DRAWN, case_number=number)], "allowance", ())
    assert refused.value.message == f"该家庭成员张建国已享受最低生活保障{note}，不能重复申请。"
    assert refused.value.clause == "C40"


def test_double_benefit__one_that_is_excluded() -> None:
    other = replace(DRAWN, programme="extreme", programme_title="特困人员救助供养", programme_code="TK")
    with pytest.raises(DoubleBenefit) as refused:
        rules.demand_no_double_benefit([replace(DRAWN, programme_code="XX"), other], "relief", iter(["TK"]))
    assert refused.value.message == "张建国已享受特困人员救助供养，不得重复享受（应保尽保、不得重复救助）。"
    assert refused.value.clause == "C40"


def test_monthly_amount__more_than_nothing() -> None:
    rules.demand_amount(Decimal("0.01"))
    for amount in ("0", "-0.01"):
        with pytest.raises(RuleBroken) as refused:
            rules.demand_amount(Decimal(amount))
        assert refused.value.message == (
            "不符合办理规定：测算的月保障金不大于零，不能确认同意。请退回核实，或作出不予确认的决定"
        )
        assert refused.value.clause == "C40"


@pytest.mark.parametrize(
    ("kind", "giver", "receiver"),
    [
        (FundEntryKind.TOP_UP, "county", "cash"), (FundEntryKind.ADVANCE, "cash", "advanced"),
        (FundEntryKind.SETTLEMENT, "advanced", "spent"), (FundEntryKind.REFUND, "advanced", "cash"),
        (FundEntryKind.RETURN, "cash", "county"),
    ],
)  # fmt: skip
def test_postings__from_one_account_to_another(kind: FundEntryKind, giver: str, receiver: str) -> None:
    assert fund_rules.postings(kind, Decimal("80.50")) == {
        giver: Decimal("-80.50"),
        receiver: Decimal("80.50"),
    }


@pytest.mark.parametrize(
    ("amount", "written"), [("0.01", "0.01"), ("1536", "1536.00"), ("488.5", "488.50"), ("2.000", "2.00")]
)
def test_entry_amount__with_two_places(amount: str, written: str) -> None:
    assert str(fund_rules.demand_amount(Decimal(amount))) == written


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1.005", "NaN", "Infinity", "-Infinity"])
def test_entry_amount__refused(amount: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        fund_rules.demand_amount(Decimal(amount))
    assert refused.value.message == "不符合办理规定：金额应大于零，最多两位小数"
    assert refused.value.clause == "C11"


def test_covered__cash_may_be_used_up_and_no_further() -> None:
    cash, advanced = Decimal("100.00"), Decimal("30.00")
    fund_rules.demand_covered(
        cash, advanced, {"cash": Decimal("-100.00"), "advanced": Decimal("100.00")}
    )  # 100 − 100 = 0
    fund_rules.demand_covered(cash, advanced, {"county": Decimal(-5)})
    with pytest.raises(FundInsufficient) as refused:
        fund_rules.demand_covered(cash, advanced, {"cash": Decimal("-100.01")})
    assert refused.value.message == (
        "备用金余额 100.00 元，不足支付 100.01 元。请先由县财政拨付，或改由县级支付。"
    )
    assert refused.value.clause == "C11"


def test_covered__advances_neither() -> None:
    cash, advanced = Decimal("100.00"), Decimal("30.00")
    fund_rules.demand_covered(cash, advanced, {"advanced": Decimal("-30.00")})
    with pytest.raises(RuleBroken) as refused:
        fund_rules.demand_covered(cash, advanced, {"advanced": Decimal("-30.01")})
    assert refused.value.message == "不符合办理规定：待核销的先行救助只有 30.00 元，不足以冲减"
    assert refused.value.clause == "C11"


def test_covered__without_a_change_of_either() -> None:
    fund_rules.demand_covered(Decimal(0), Decimal(0), {"spent": Decimal(5)})


def test_within_level__the_county_fills_up_to_the_level() -> None:
    held, level = Decimal("19000.00"), Decimal("20000.00")
    fund_rules.demand_within_level(held, Decimal("1000.00"), level)  # 20 000 − 19 000 = 1 000
    with pytest.raises(RuleBroken) as refused:
        fund_rules.demand_within_level(held, Decimal("1000.01"), level)
    assert refused.value.message == (
        "不符合办理规定：备用金定额为 20000.00 元，现有余额和待核销共 19000.00 元，最多还能拨入 1000.00 元"
    )
    assert refused.value.clause == "C11"


def test_within_level__a_fund_above_its_level_gets_nothing() -> None:
    with pytest.raises(RuleBroken) as refused:
        fund_rules.demand_within_level(Decimal(20500), Decimal("0.01"), Decimal(20000))
    assert refused.value.message.endswith("最多还能拨入 0.00 元")


def test_open__after_the_last_closed_month() -> None:
    fund_rules.demand_open("2026-03", "2026-02")
    fund_rules.demand_open("2026-03", "")
    for month in ("2026-02", "2026-01"):
        with pytest.raises(FundMonthClosed) as refused:
            fund_rules.demand_open(month, "2026-02")
        assert refused.value.message == f"{month} 的台账已经结账，不能再记账；更正请在本月冲销。"
        assert refused.value.clause == "C11"
