"""The table of parameters: nothing changed is written as it was; a new value keeps comments and order."""

from __future__ import annotations

from pathlib import Path

import pytest

from processes.errors import Invalid
from processes.policy.parameters import parse_policy
from processes.releases import policy_file

FILES = sorted((Path(__file__).parent.parent.parent / "bpmn").glob("*/policy.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.parent.name)
def test_unchanged_rows_give_the_same_text(file: Path) -> None:
    text = file.read_text()
    assert policy_file.written(text, policy_file.rows(text)) == text


def test_a_raised_standard_is_a_line_more() -> None:
    text = FILES[0].read_text()
    assert "common" in str(FILES[0])
    rows = policy_file.rows(text)
    standard = next(r for r in rows if r["name"] == "allowance.standard")
    standard["values"].append(
        {"value": "850.00", "from": "2027-01-01", "division": "340199", "source": "县政府〔2026〕9号", "confirmed": True}
    )  # fmt: skip
    after = policy_file.written(text, rows)
    values = parse_policy(after).parameters["allowance.standard"].values
    assert [str(v.value) for v in values] == ["768.00", "812.00", "850.00"]
    assert values[-1].since.isoformat() == "2027-01-01"
    assert values[-1].confirmed
    assert after.startswith("# 各救助项目共用的政策参数")
    before = {n: p for n, p in parse_policy(text).parameters.items() if n != "allowance.standard"}
    assert {n: p for n, p in parse_policy(after).parameters.items() if n != "allowance.standard"} == before


def test_a_parameter_more_and_one_less() -> None:
    text = FILES[0].read_text()
    rows = policy_file.rows(text)
    gone = rows.pop()
    new = {"name": "relief.new_limit", "title": "新限额", "unit": "元", "values": [
        {"value": "100.00", "from": "2027-01-01", "division": "3401", "source": "文", "confirmed": False}]}  # fmt: skip
    found = parse_policy(policy_file.written(text, [*rows, new])).parameters
    assert gone["name"] not in found
    assert str(found["relief.new_limit"].values[0].value) == "100.00"


def test_a_bad_day_names_its_parameter() -> None:
    text = FILES[0].read_text()
    rows = policy_file.rows(text)
    rows[0]["values"][0]["from"] = "明年"
    with pytest.raises(Invalid, match=r"allowance\.standard 的生效日期"):
        policy_file.written(text, rows)


@pytest.mark.parametrize("text", ["[[parameter]", "parameter = 3", "[[parameter]]\ntitle = 'x'"])
def test_what_is_no_parameter_file_says_so(text: str) -> None:
    with pytest.raises(Invalid):
        policy_file.rows(text)
