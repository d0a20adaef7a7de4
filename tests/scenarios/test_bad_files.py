"""Scenario files that are wrong say so, each for itself; the others are played."""

from __future__ import annotations

from pathlib import Path

import pytest

from processes.rehearsal import reports
from processes.settings import from_environment

pytestmark = pytest.mark.xdist_group("bad_files")
"""Played once, by children that take seconds to start."""

GOOD = """
scenario: 好的
programme: minimum_living_allowance
at: 2026-03-02T09:00
division: demo/village-1
household: {members: [{name: 张三, relation: 本人}]}
application: {cause: illness, reason: 患病, relative_of_official: "no", phone: "138"}
expect: {open: [check_papers]}
"""
BAD = {
    "not_yaml": ("a: [", "不是有效的 YAML"),
    "missing_parts": ("scenario: 缺少内容", "required"),
    "no_programme": (
        GOOD.replace("minimum_living_allowance", "nothing_here"),
        "没有名为“nothing_here”的救助项目",
    ),
    "no_such_place": (GOOD.replace("demo/village-1", "demo/9/1"), "演示县没有“demo/9/1”"),
    "no_instant": (GOOD.replace("2026-03-02T09:00", "yesterday"), "无法演练"),
    "no_such_step": (GOOD + "steps: [{task: nowhere, data: {}}]", "nowhere 当前没有待办"),
    "no_such_role": (GOOD + "steps: [{task: check_papers, by: nobody, data: {decision: accept}}]", "nobody"),
    "no_duration": (GOOD + "steps: [{wait: 很久}]", "应写作"),
    "bad_number": (GOOD.replace("relation: 本人}", 'relation: 本人, id_number: "123"}'), "18 位"),
    "bad_form": (GOOD.replace("cause: illness", "cause: magic"), "请从列表中选择"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("scenarios")
    (folder / "good.yaml").write_text(GOOD, "utf-8")
    for name, (text, _) in BAD.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return {Path(r.file).stem: r.differences for r in reports.run([folder], from_environment())}


def test_the_good_one_is_played(results: dict[str, list[str]]) -> None:
    assert results["good"] == []


@pytest.mark.parametrize("name", BAD)
def test_a_bad_one_says_what_is_wrong(results: dict[str, list[str]], name: str) -> None:
    assert BAD[name][1] in " ".join(results[name])
