"""What supervisors bring as text is parsed within bounds: nothing grows, nothing recurses, everything is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from processes.engine.sheets import parse_sheet
from processes.errors import BundleInvalid, ScenarioInvalid, TableInvalid
from processes.policy.parameters import parse_policy
from processes.rehearsal import extending, registering, scenarios
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
        ("s: 1\na: .inf", "这个值无法识别"),
        ("s: 1\na: -.inf", "这个值无法识别"),
        ("s: 1\na: .nan", "这个值无法识别"),
        ("s: 1\na: 1:1:1.5", "这个值无法识别"),
        ("s: 1\na: 2026-99-99", "这个值无法识别"),
        ("s: 1\na: 2026-01-01T99:00:00Z", "这个值无法识别"),
        ("s: 1\na: " + "1" * 5000, "数字超过 40 位"),
        ("s: 1\na: 1" + ":1" * 20_000, "数字超过 40 位"),
        ("s: 1\na: 1.0e+99999", "数字过大"),
        ("s: 1\na: !!int 'x'", "这个值无法识别"),
        ("s: 1\na: !!int ''", "这个值无法识别"),
        ("s: 1\na: !!float 'x'", "这个值无法识别"),
        ("s: 1\na: !!float 'Infinity'", "数字过大"),
        ("s: 1\na: !!bool 'x'", "这个值无法识别"),
        ("s: 1\na: !!timestamp 'x'", "这个值无法识别"),
        ("s: 1\n2026-01-01: x", "名称应为文字"),
        ("s: 1\n? [a]\n: x", "unhashable"),
        ("s: 1\na: !!binary 'eA=='", "不能使用标记 binary"),
        ("s: 1\na: !!set {x}", "不能使用标记 set"),
        ("- a", "名称: 内容"),
    ],
)
def test_a_scenario_that_would_grow_is_refused(text: str, said: str) -> None:
    with pytest.raises(ScenarioInvalid) as fault:
        scenarios.parse(text.encode(), Path("x.yaml"))
    assert said in fault.value.message


def test_the_place_of_a_value_is_told() -> None:
    with pytest.raises(ScenarioInvalid) as fault:
        scenarios.parse(b"scenario: x\nsteps:\n  - a: .inf\n", Path("x.yaml"))
    assert "line 3, column 8" in fault.value.message


def test_putting_a_step_in_reads_within_the_same_bounds() -> None:
    for text in ("a: .inf", ALIASES, "a: " + "1" * 5000, "- a"):
        with pytest.raises(ScenarioInvalid):
            extending.with_step({"scenarios/x.yaml": text.encode()}, "a", "b", {})


@pytest.mark.parametrize("place", ["scenario.x", "cites.first", "cites.9.x"])
def test_a_variant_that_changes_no_place_is_told(place: str) -> None:
    with pytest.raises(ScenarioInvalid, match="不存在"):
        registering.put({"scenario": "甲", "cites": ["C1"]}, place, 1)


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
