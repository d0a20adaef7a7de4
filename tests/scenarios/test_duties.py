"""Every rule of duty has a scenario: the floor is taken away kind by kind, a programme's rules one by one, and something turns red."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from processes.cases import duties
from processes.cases.duties import Kind
from processes.rehearsal.player import play
from processes.rehearsal.scenarios import read
from processes.rehearsal.stage import stage
from processes.releases import bundle as bundles
from processes.releases.bundle import Bundle
from processes.settings import from_environment
from tests.conftest import CONTENT

PROGRAMMES = sorted(p.parent.name for p in CONTENT.glob("*/programme.toml"))


def _rules() -> list[tuple[str, int]]:
    return [(n, i) for n in PROGRAMMES for i in range(len(bundles.read_folder(CONTENT / n).separation))]


def _red(bundle: Bundle) -> int:
    """How many of the programme's scenarios of duty fail."""
    found = 0
    for scenario in read(CONTENT / bundle.id / "scenarios" / "duties.yaml"):
        with stage(replace(from_environment(), var=Path("unused"), content=CONTENT), bundle) as made:
            found += not play(made, scenario).passed
    return found


@pytest.mark.parametrize("programme", ["minimum_living_allowance", "temporary_relief"])
def test_the_scenarios_of_duty_pass(programme: str) -> None:
    assert _red(bundles.read_folder(CONTENT / programme)) == 0


@pytest.mark.parametrize(("programme", "n"), _rules())
def test_deleting_a_rule_of_a_programme_turns_a_scenario_red(programme: str, n: int) -> None:
    bundle = bundles.read_folder(CONTENT / programme)
    left = tuple(rule for i, rule in enumerate(bundle.separation) if i != n)
    without = Bundle({**bundle.files, "programme.toml": _without(bundle, n)})
    assert without.separation == left
    assert _red(without) > 0


def _without(bundle: Bundle, n: int) -> bytes:
    rule = bundle.separation[n]
    said = f'{{ earlier = "{rule.earlier}", later = "{rule.later}" }}'
    text = bundle.files["programme.toml"].decode()
    assert said in text
    text = text.replace(f"{said},", "", 1) if f"{said}," in text else text.replace(said, "", 1)
    return text.encode()


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        (Kind.TOWNSHIP, Kind.ACCEPT),
        (Kind.TOWNSHIP, Kind.CHECK),
        (Kind.COUNTY, Kind.CHECK),
        (Kind.COUNTY, Kind.TOWNSHIP),
    ],
)
def test_taking_a_part_of_the_floor_away_turns_a_scenario_red(
    later: Kind, earlier: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(duties._FLOOR, later, duties._FLOOR[later] - {earlier})
    assert any(
        _red(bundles.read_folder(CONTENT / n)) for n in ("minimum_living_allowance", "temporary_relief")
    )
