import pytest

from documents.numerals import capitals, chinese_date, chinese_month, money


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "零元整"),
        ("1284", "壹仟贰佰捌拾肆元整"),
        ("1438.00", "壹仟肆佰叁拾捌元整"),
        ("10005.05", "壹万零伍元零伍分"),
        ("100500", "壹拾万零伍佰元整"),
        ("1000000", "壹佰万元整"),
        ("20.50", "贰拾元伍角整"),
        ("0.05", "伍分"),
        ("1000.10", "壹仟元壹角整"),
        ("100000000", "壹亿元整"),
        ("2024.00", "贰仟零贰拾肆元整"),
    ],
)
def test_capitals(amount: str, text: str) -> None:
    assert capitals(amount) == text


@pytest.mark.parametrize("amount", ["-1", "1e16"])
def test_capitals__out_of_range(amount: str) -> None:
    with pytest.raises(ValueError, match="range"):
        capitals(amount)


def test_dates_and_money() -> None:
    assert chinese_date("2026-03-02") == "2026年3月2日"
    assert chinese_date("") == ""
    assert chinese_month("2026-05") == "2026年5月"
    assert money("1284") == "1,284.00"
