"""Playing a scenario comes to an end: what waits too long is not begun, what does not end is ended, and others go on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from processes.errors import FormInvalid, RehearsalBusy, RehearsalCutOff, RehearsalEnded, ScenarioInvalid
from processes.rehearsal import recording, reports, scenarios, waits
from processes.rehearsal.pool import Children
from processes.rehearsal.results import Result
from processes.rehearsal.scenarios import Scenario
from processes.releases.bundle import Bundle
from processes.settings import Settings, from_environment

WRITTEN = """
scenario: 甲
programme: minimum_living_allowance
at: 2026-03-02T09:00
division: demo/village-1
household: {members: [{name: 张三, relation: 本人}]}
application: {cause: illness}
expect: {}
steps: [STEPS]
"""
UNHURRIED = 120


def _read(steps: str, more: str = "") -> list[Scenario]:
    return scenarios.parse((WRITTEN.replace("STEPS", steps) + more).encode(), Path("x.yaml"))


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (
            "{wait: 2000000 days}",
            "x.yaml 的情景“甲”第 1 步（wait）：“2000000 days”太久，一个环节最多等待 3660 天",
        ),
        ("{wait: 3661 working days}", "太久"),
        ("{wait: 87841 hours}", "太久"),
        ("{wait: 999999999999 minutes}", "太久"),
        (f"{{wait: {'9' * 6000} days}}", "太久"),
        ("{wait: 3000 days}, {task: a, after: 700 days}", "第 2 步（after）：到此共等待 3700 天"),
        ("{wait: 很久}", "第 1 步（wait）：“很久”应写作"),
    ],
)
def test_a_scenario_that_waits_too_long_is_not_begun(steps: str, said: str) -> None:
    with pytest.raises(ScenarioInvalid) as fault:
        _read(steps)
    assert said in fault.value.message


def test_a_variant_may_wait_no_longer() -> None:
    for more in ('set: {steps.0.wait: "2000000 days"}', 'steps: [{wait: "2000000 days"}]'):
        with pytest.raises(ScenarioInvalid, match="太久"):
            _read("{wait: 1 days}", f"variants: [{{variant: 乙, {more}}}]")


def test_a_hundred_variants_are_enough() -> None:
    variants = ", ".join(["{variant: 乙}"] * 101)
    with pytest.raises(ScenarioInvalid, match="变体超过 100 个"):
        _read("", f"variants: [{variants}]")


def test_ten_years_are_enough() -> None:
    assert len(_read("{wait: 3660 days}")) == 1
    assert waits.read("3 working days") == (3, "working day")
    assert waits.read("1 minute") == (1, "minute")


@pytest.fixture
def child() -> Iterator[Children]:
    made = Children(1, UNHURRIED)
    yield made
    made.end()


def test_what_does_not_end_is_ended__and_the_next_is_done(child: Children) -> None:
    before = child.do(os.getpid)
    child.seconds = 1
    with pytest.raises(RehearsalCutOff, match="1 秒"):
        child.do(time.sleep, 600)
    assert not Path(f"/proc/{before}").exists()
    child.seconds = UNHURRIED
    assert child.do(abs, -2) == 2


def test_a_child_that_died_is_no_end_of_all(child: Children) -> None:
    os.kill(child.do(os.getpid), signal.SIGKILL)
    time.sleep(1)  # nobody has asked anything of it meanwhile
    assert child.do(abs, -2) == 2
    with pytest.raises(RehearsalEnded):
        child.do(os._exit, 1)
    assert child.do(abs, -3) == 3


def test_what_is_raised_in_a_child_arrives_whole(child: Children) -> None:
    with pytest.raises(ScenarioInvalid, match="“soon”应写作"):
        child.do(waits.read, "soon")
    with pytest.raises(FormInvalid) as fault:
        child.do(_refuse)
    assert fault.value.fields == {"a": ["请填写"]}
    assert "1 处" in fault.value.message
    with pytest.raises(ZeroDivisionError):
        child.do(divmod, 1, 0)


def _refuse() -> None:
    raise FormInvalid({"a": ["请填写"]})


def test_a_scenario_that_takes_its_child_along__leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("甲", "坏", "乙"):
        (tmp_path / f"{name}.yaml").write_text(
            WRITTEN.replace("STEPS", "").replace("甲", name), encoding="utf-8"
        )
    monkeypatch.setattr(reports, "play_file", _fall_over)
    found = {r.scenario: (r.passed, r.differences) for r in reports.run([tmp_path], from_environment())}
    assert found.pop("坏") == (False, [RehearsalEnded().message])
    assert found == {"甲": (True, []), "乙": (True, [])}


def _fall_over(scenario: Scenario, settings: Settings) -> Result:
    if scenario.title == "坏":
        os._exit(1)
    return Result(scenario.title, scenario.file, passed=True)


def test_a_draft_of_many_slow_scenarios_ends__and_says_what_was_not_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _read("")
    (said,) = reports._each(found, _fall_over, from_environment(), last=0)
    assert said.differences == ["情景文件有误：整个演练超过 15 分钟，没有轮到这个情景"]


def test_a_file_of_five_thousand_parts_is_enough__in_all_its_variants_fifty_thousand() -> None:
    with pytest.raises(ScenarioInvalid, match="内容超过 5000 项"):
        _read("", f"note: [{', '.join(['{}'] * 5_001)}]")
    large = f"application: {{cause: illness, note: [{', '.join(['{}'] * 1_000)}]}}"
    written = WRITTEN.replace("STEPS", "").replace("application: {cause: illness}", large)
    variants = ", ".join(["{variant: 乙}"] * 60)
    with pytest.raises(ScenarioInvalid, match="连同变体过多"):
        scenarios.parse(f"{written}variants: [{variants}]".encode(), Path("x.yaml"))


def test_no_more_than_three_wait_for_the_recorder(
    settings_here: Settings, allowance: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "TURN_SECONDS", 0.1)
    content = yaml.safe_load(WRITTEN.replace("STEPS", "")) | {"at": "2026-03-02T09:00"}
    held = [recording._turns.acquire(blocking=False) for _ in range(recording.AT_ONCE)]
    try:
        assert held == [True] * 3
        with pytest.raises(RehearsalBusy):
            recording.look(settings_here, allowance, [], content)
    finally:
        for _ in held:
            recording._turns.release()
