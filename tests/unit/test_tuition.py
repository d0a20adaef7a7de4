"""Tuition counts for students only: refused when it is entered, and not deducted where it was entered before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from processes.engine.facts import Facts, functions
from processes.errors import FormInvalid
from processes.people.forms import read_household
from processes.rehearsal.registering import household_form
from processes.releases.bundle import Bundle

TODAY = date(2026, 3, 2)


def family(is_student: bool) -> dict[str, Any]:
    members = [
        {"name": "张建国", "relation": "本人", "birth": "1978-06-15", "sex": "男"},
        {
            "name": "张小明", "relation": "子女", "birth": "2005-09-01", "sex": "男", "is_student": is_student,
            "expense": {"tuition": 5000},
        },
    ]  # fmt: skip
    return household_form({"members": members}, "340199101201")


def test_a_tuition_line_of_a_non_student_is_refused_at_its_place() -> None:
    with pytest.raises(FormInvalid) as caught:
        read_household(family(is_student=False), TODAY)
    assert list(caught.value.fields) == ["expenses.0.kind"]
    assert "张小明没有登记为在校学生" in caught.value.fields["expenses.0.kind"][0]
    assert read_household(family(is_student=True), TODAY).expenses[0].amount == 5000


@pytest.mark.parametrize(("is_student", "deducted"), [(True, "5000"), (False, "0")])
def test_what_was_entered_before_is_deducted_for_students_only(
    allowance: Bundle, is_student: bool, deducted: str
) -> None:
    """15,000 of wages; a student's 5,000 is below the cap of 8,000 and deducted whole, a worker's is not."""
    from processes.policy.values import plain

    (line,) = [x for x in allowance.definition(None).sheets["means"].lines if x.name == "tuition"]
    member = {"expense": {"tuition": Decimal(5000)}, "is_student": is_student}
    known = {"household": {"members": [member]}}
    from datetime import UTC, datetime

    facts = Facts(
        datetime(2026, 3, 2, tzinfo=UTC), lambda name, on: allowance.policy.value(name, on, "340199101201")
    )
    from processes.engine import expressions

    found = expressions.evaluate(line.formula, known, functions(facts, TODAY))
    assert plain(found) == plain(Decimal(deducted))
