"""A loss in business may be registered; no other amount of a household is ever below nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from processes.errors import FormInvalid
from processes.people.forms import read_household
from processes.rehearsal.registering import household_form

TODAY = date(2026, 3, 2)


def family(**income: Any) -> dict[str, Any]:
    member = {"name": "张建国", "relation": "本人", "birth": "1978-06-15", "sex": "男", "income": income}
    return household_form({"members": [member]}, "340199101201")


def test_a_loss_in_business_is_stored_as_a_loss() -> None:
    (line,) = read_household(family(business="-5,000.50"), TODAY).incomes
    assert (line.kind, line.amount) == ("business", Decimal("-5000.50"))


@pytest.mark.parametrize("kind", ["wages", "property", "transfer", "exempt"])
def test_other_income_is_never_below_nothing(kind: str) -> None:
    with pytest.raises(FormInvalid) as caught:
        read_household(family(**{kind: -1}), TODAY)
    assert "金额应在 0 至" in caught.value.fields["incomes.0.amount"][0]
