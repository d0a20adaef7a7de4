"""How long files are kept: full years, counted from the year after the closing."""

from __future__ import annotations

from datetime import date

import pytest

from processes.policy import retention


def test_years_are_counted_from_the_next_year() -> None:
    # Closed in 2015, ten years: 2016 … 2025 are full years, so the first free day is 2026-01-01.
    assert retention.over_on(date(2015, 1, 1), "10年") == date(2026, 1, 1)
    assert retention.over_on(date(2015, 12, 31), "10年") == date(2026, 1, 1)
    assert not retention.is_over(date(2015, 6, 1), "10年", date(2025, 12, 31))
    assert retention.is_over(date(2015, 6, 1), "10年", date(2026, 1, 1))


def test_permanent_files_are_kept_for_ever() -> None:
    assert retention.over_on(date(1950, 1, 1), "永久") is None
    assert not retention.is_over(date(1950, 1, 1), "永久", date(2999, 1, 1))


@pytest.mark.parametrize("wrong", ["", "十年", "10", "年", "-1年", "10年半"])
def test_other_terms_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="^" + wrong + "$"):
        retention.years_of(wrong)
