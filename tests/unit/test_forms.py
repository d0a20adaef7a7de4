from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from processes.errors import FormInvalid
from processes.releases import forms
from processes.releases.bundle import Bundle

HERE = forms.Circumstances("王二", date(2026, 3, 2), lambda name: Decimal(7), lambda name: None)
COLLEAGUES = {forms.COLLEAGUES: [{"value": "李四", "label": "李四（乡镇调查员）"}]}
VISIT: dict[str, Any] = {
    "visited_on": "2026-03-02", "second_investigator": "李四", "householder_present": "户主", "living": "砖房",
    "income_found": "务农", "doubtful": "no", "householder_signed": True,
}  # fmt: skip


def faults(bundle: Bundle, form: str, data: dict[str, Any]) -> dict[str, list[str]]:
    schema = forms.resolved(bundle.form(form) or {}, lambda: COLLEAGUES)
    assert schema
    with pytest.raises(FormInvalid) as caught:
        forms.check(schema, data, HERE)
    return caught.value.fields


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("visited_on", "2026-02-30", "没有这一天，请核对日期"),
        ("visited_on", "2026-03-03", "日期不能晚于今天（2026年3月2日）"),
        ("second_investigator", "王二", "请从列表中选择"),
        ("second_investigator", 5, "请从列表中选择"),
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


def schema_of(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": "default", "components": list(components)}


@pytest.mark.parametrize("zero", [0, Decimal(0), "0", Decimal("0.00")])
def test_zero_is_a_number_and_not_nothing(zero: Any) -> None:
    """0 as the approved amount once paid the full sum; a unanimous no could not be recorded."""
    amount = {"type": "number", "key": "amount", "label": "核定金额", "validate": {"min": 1}}
    with pytest.raises(FormInvalid) as refused:
        forms.check(schema_of(amount), {"amount": zero}, HERE)
    assert refused.value.fields == {"amount": ["不能小于 1"]}
    votes = {"type": "number", "key": "votes", "label": "认可人数", "validate": {"required": True, "min": 0}}
    assert forms.check(schema_of(votes), {"votes": zero}, HERE) == {"votes": Decimal(0)}
    with pytest.raises(FormInvalid):
        forms.check(schema_of(votes), {"votes": ""}, HERE)


CAUSES = {
    "opened": forms.Cause(date(2026, 2, 2), "登记之日"),
    "township_opinion": forms.Cause(date(2026, 2, 20), "“乡镇审核意见”办结之日"),
}
IN_THE_CASE = forms.Circumstances("王二", date(2026, 3, 2), lambda name: Decimal(30), CAUSES.get)


@pytest.mark.parametrize(
    ("rules", "day", "sentence"),
    [
        ({"not_before": "opened"}, "2026-02-01", "日期不能早于2026年2月2日（登记之日）"),
        ({"not_before": "opened"}, "2026-02-02", ""),
        # The latest of the causes that have happened counts; one that has not happened asks for nothing.
        ({"not_before": "opened township_opinion county_check"}, "2026-02-19", "日期不能早于2026年2月20日（“乡镇审核意见”办结之日）"),
        ({"not_before": "opened township_opinion county_check"}, "2026-02-20", ""),
        ({"not_after_today": True}, "2026-03-03", "日期不能晚于今天（2026年3月2日）"),
        ({"not_after_today": True}, "2026-03-02", ""),
    ],
)  # fmt: skip
def test_a_date_lies_between_its_cause_and_today(rules: dict[str, Any], day: str, sentence: str) -> None:
    field = {"type": "datetime", "subtype": "date", "key": "on", "dateLabel": "日期", "properties": rules}
    if not sentence:
        assert forms.check(schema_of(field), {"on": day}, IN_THE_CASE) == {"on": date.fromisoformat(day)}
        return
    with pytest.raises(FormInvalid) as refused:
        forms.check(schema_of(field), {"on": day}, IN_THE_CASE)
    assert refused.value.fields == {"on": [sentence]}


def test_a_least_length_is_checked() -> None:
    field = {"type": "textfield", "key": "code", "label": "编号", "validate": {"minLength": 6}}
    with pytest.raises(FormInvalid) as refused:
        forms.check(schema_of(field), {"code": "12"}, HERE)
    assert refused.value.fields == {"code": ["不能少于 6 个字"]}
    assert forms.check(schema_of(field), {"code": "123456"}, HERE) == {"code": "123456"}


def test_a_date_within_months_and_not_before_another_field(every_bundle: list[Bundle]) -> None:
    relief = next(b for b in every_bundle if b.id == "temporary_relief")
    schema = forms.resolved(
        relief.form("expenditure_application") or {},
        lambda: {"household": {"people": [{"value": "1", "label": "李秀英（配偶）"}]}},
    )
    data = {
        "spent_on": "medical", "self_paid": 10000, "spent_for": ["1"], "bills_from": "2025-08-02",
        "bills_until": "2026-02-20", "description": "住院", "phone": "138",
    }  # fmt: skip
    # seven months (the parameter of these circumstances) before 2 March 2026 is 2 August 2025
    assert forms.check(schema, data, HERE)["bills_from"] == date(2025, 8, 2)
    for key, value, sentence in (
        ("bills_from", "2025-08-01", "日期应在最近 7 个月以内，请核对"),
        ("bills_until", "2025-08-01", "不能早于“票据最早日期”（2025年8月2日）"),
        ("bills_until", "2026-03-03", "日期不能晚于今天（2026年3月2日）"),
        ("spent_for", ["2"], "请从列表中选择"),
        ("spent_for", [], "请填写此项"),
    ):
        with pytest.raises(FormInvalid) as caught:
            forms.check(schema, {**data, key: value}, HERE)
        assert caught.value.fields == {key: [sentence]}
