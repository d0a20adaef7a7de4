"""What supervisors bring as text is parsed within bounds: nothing grows, nothing recurses, everything is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from processes.engine.sheets import parse_sheet
from processes.errors import BundleInvalid, ScenarioInvalid, TableInvalid
from processes.policy.parameters import parse_policy
from processes.rehearsal import scenarios
from tests.conftest import CONTENT

ALIASES = 'a: &a ["x", "x"]\n' + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(10)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ALIASES, "别名"),
        ("a: " + "[" * 500, "嵌套超过 40 层"),
        ("a: " + "{a: " * 60 + "1" + "}" * 60, "嵌套超过 40 层"),
        ("a: " + "x" * 200_000, "超过 200 KB"),
        ("a: [1, 2", "不是有效的 YAML"),
    ],
)
def test_a_scenario_that_would_grow_is_refused(text: str, said: str) -> None:
    with pytest.raises(ScenarioInvalid) as fault:
        scenarios.parse(text.encode(), Path("x.yaml"))
    assert said in fault.value.message


def test_forty_levels_are_enough_for_what_is_shipped() -> None:
    files = scenarios.collect([CONTENT])
    assert all(scenarios.read(file) for file in files)
    assert len(files) > 40


def test_deep_toml_is_told__not_a_crash() -> None:
    deep = "a = " + "[" * 20_000
    with pytest.raises(BundleInvalid):
        parse_policy(deep)
    with pytest.raises(TableInvalid):
        parse_sheet(deep, "means.sheet.toml")
