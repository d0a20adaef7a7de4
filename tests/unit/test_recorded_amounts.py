"""What a page sends of a scenario or a policy file: decimal numbers are kept digit by digit, wrong shapes are told."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml

from processes.errors import Invalid
from processes.rehearsal import recording
from processes.releases import policy_file
from tests.conftest import CONTENT


def test_an_amount_with_a_fraction_is_written_as_it_was_typed() -> None:
    told = {"wages": Decimal("1200.50"), "whole": Decimal("1E+5"), "often": [Decimal("-0.0000001"), 3]}
    assert recording.written_down(told) == "wages: 1200.50\nwhole: 100000\noften:\n- -0.0000001\n- 3\n"


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "1E+999999", "1E-999999"])
def test_what_is_no_amount_is_told_as_it_came(odd: str) -> None:
    written = recording.written_down({"wages": Decimal(odd)})
    assert len(written) < 60
    assert yaml.safe_load(written)["wages"] == str(Decimal(odd))


@pytest.mark.parametrize("odd", [None, True, 3, "x", {"a": 1}, [None], [[1]], [3]])
def test_rows_of_another_shape_are_told(odd: Any) -> None:
    text = (CONTENT / "minimum_living_allowance" / "policy.toml").read_text()
    with pytest.raises(Invalid, match="参数 甲 的取值应为表格的各行"):
        policy_file.written(text, [{"name": "甲", "values": odd}])
    with pytest.raises(Invalid, match="取值应为表格的各行"):
        policy_file.written(text, [odd if not isinstance(odd, dict) else {"name": "甲", "values": odd}])
