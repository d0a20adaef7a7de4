from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from processes.errors import FormInvalid
from processes.releases import forms
from processes.releases.bundle import Bundle

HERE = forms.Circumstances("王二", date(2026, 3, 2), lambda name: Decimal(7))
VISIT: dict[str, Any] = {
    "visited_on": "2026-03-02", "second_investigator": "李四", "householder_present": "户主", "living": "砖房",
    "income_found": "务农", "doubtful": "no", "householder_signed": True,
}  # fmt: skip


def faults(bundle: Bundle, form: str, data: dict[str, Any]) -> dict[str, list[str]]:
    schema = bundle.form(form)
    assert schema is not None
    with pytest.raises(FormInvalid) as caught:
        forms.check(schema, data, HERE)
    return caught.value.fields


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("visited_on", "2026-02-30", "没有这一天，请核对日期"),
        ("visited_on", "2026-03-03", "日期不能晚于今天（2026年03月02日）"),
        ("second_investigator", "王二", "须由另一人共同办理，不能填写本人姓名"),
        ("second_investigator", 5, "应为文字"),
        ("living", "", "请填写此项"),
        ("living", "长" * 601, "不能超过 600 个字"),
        ("doubtful", "maybe", "请从列表中选择"),
        ("householder_signed", False, "请填写此项"),
        ("householder_signed", "yes", "请勾选或不勾选"),
    ],
)
def test_check__each_bad_value_is_told_at_its_field(
    allowance: Bundle, key: str, value: Any, sentence: str
) -> None:
    assert faults(allowance, "investigate_household", VISIT | {key: value}) == {key: [sentence]}


def test_check__numbers(allowance: Bundle) -> None:
    data = {
        "held_on": "2026-03-02",
        "place": "村委会",
        "in_favour": 3,
        "conclusion": "true",
        "opinions": "属实",
    }
    for value, sentence in [
        ("七", "应为数字，例如 12000 或 350.50"),
        (Decimal("7.5"), "应为整数"),
        (6, "不能少于 7"),
        (501, "不能大于 500"),
        (True, "应为数字，例如 12000 或 350.50"),
    ]:
        assert faults(allowance, "democratic_appraisal", data | {"participants": value}) == {
            "participants": [sentence]
        }


def test_check__hidden_fields_and_unknown_keys_are_left_out(allowance: Bundle) -> None:
    schema = allowance.form("check_papers")
    assert schema is not None
    given = {"decision": "accept", "refusal_reason": "不该在", "other": 1}
    assert forms.check(schema, given, HERE) == {"decision": "accept"}


def test_check__a_required_field_counts_once_it_is_shown(allowance: Bundle) -> None:
    assert set(faults(allowance, "check_papers", {"decision": "supplement"})) == {"missing"}
