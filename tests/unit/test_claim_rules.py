"""When two reliefs may be for one event: days, kinds, bills, and what passes a limit together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.relief.claim_rules import Asked, Terms, may_be_same, of_year, together

TODAY = date(2026, 5, 1)
SINCE = date(2025, 5, 1)
ACCIDENT = Asked(
    "A",
    "accident",
    False,
    date(2026, 3, 1),
    date(2026, 3, 2),
    date(2026, 3, 2),
    Decimal(1536),
    date(2026, 3, 2),
)
BILLS = Asked("B", "expenditure", True, date(2026, 1, 5), date(2026, 2, 20), date(2026, 3, 2), Decimal(1540))


@pytest.mark.parametrize(
    ("asked", "other", "same"),
    [
        (replace(ACCIDENT, event="other", from_on=date(2026, 3, 2), until_on=date(2026, 3, 9)), ACCIDENT, True),
        (replace(ACCIDENT, event="other", from_on=date(2026, 3, 3), until_on=date(2026, 3, 9)), ACCIDENT, False),
        (replace(ACCIDENT, from_on=date(2026, 4, 30), until_on=TODAY), ACCIDENT, True),  # the same kind within months
        (replace(ACCIDENT, from_on=TODAY, until_on=TODAY), replace(ACCIDENT, given_on=SINCE), False),  # not within
        (replace(ACCIDENT, from_on=TODAY, until_on=TODAY), replace(ACCIDENT, is_concerned=False), False),
        (replace(BILLS, from_on=date(2026, 2, 20), until_on=date(2026, 3, 1)), BILLS, True),  # the last day in both
        (replace(BILLS, from_on=date(2026, 2, 21), until_on=date(2026, 3, 1)), BILLS, False),
        (BILLS, replace(BILLS, from_on=None, until_on=None), True),  # nobody knows which bills those were
        (BILLS, replace(ACCIDENT, from_on=date(2026, 2, 20), until_on=date(2026, 2, 21)), True),
        (BILLS, ACCIDENT, False),
        # of a period of which one end is unknown nobody knows either
        (BILLS, replace(BILLS, until_on=None), True), (BILLS, replace(BILLS, from_on=None), True),
        (replace(BILLS, until_on=None), BILLS, True), (replace(BILLS, from_on=None), BILLS, True),
        (replace(BILLS, from_on=None), replace(BILLS, given_on=SINCE), False),  # not within the months
        (replace(BILLS, from_on=None), ACCIDENT, False), (replace(ACCIDENT, from_on=None), BILLS, False),
    ],
)  # fmt: skip
def test_possible_same_event(asked: Asked, other: Asked, same: bool) -> None:
    assert may_be_same(asked, other, SINCE) is same


def test_together__each_keeps_the_limit_and_the_sum_does_not() -> None:
    terms = Terms(12, 30, Decimal("2024.00"))
    first = replace(ACCIDENT, given_on=date(2026, 4, 1))
    # 1536.00 + 488.00 = 2024.00 keeps the limit, a cent more does not
    assert together(replace(ACCIDENT, amount=Decimal("488.00")), [first], terms, TODAY) == []
    assert together(replace(ACCIDENT, amount=Decimal("488.01")), [first], terms, TODAY) == [first]
    # the limit itself is not beyond it
    assert together(replace(ACCIDENT, amount=Decimal("2024.00")), [first], terms, TODAY) == [first]
    # 1 April is 30 days before 1 May, 31 March is 31
    early = replace(first, given_on=date(2026, 3, 31))
    assert together(replace(ACCIDENT, amount=Decimal("488.01")), [early], terms, TODAY) == []
    # what passes the limit alone goes to the county anyway
    assert together(replace(ACCIDENT, amount=Decimal("2024.01")), [first], terms, TODAY) == []


def test_of_year__what_is_only_asked_for_does_not_count() -> None:
    assert of_year([ACCIDENT, BILLS, replace(ACCIDENT, given_on=date(2025, 12, 31))], 2026) == [ACCIDENT]


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))


@given(DAYS, DAYS, DAYS, DAYS, st.sampled_from(["fire", "accident"]), st.sampled_from(["fire", "accident"]))
def test_overlapping_days_are_found_whatever_the_kind(
    a: date, b: date, c: date, d: date, kind: str, other: str
) -> None:
    one = replace(ACCIDENT, event=kind, from_on=min(a, b), until_on=max(a, b))
    two = replace(ACCIDENT, event=other, from_on=min(c, d), until_on=max(c, d), given_on=date(2024, 1, 1))
    span = lambda x: set(range(x.from_on.toordinal(), x.until_on.toordinal() + 1))  # noqa: E731
    assert may_be_same(one, two, SINCE) is bool(span(one) & span(two))
