"""Runs scenario files, each on a stage of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

from processes.errors import RehearsalCutOff, RehearsalEnded, ScenarioInvalid, YimenError
from processes.rehearsal import parameters, player, samples, scenarios, stage
from processes.rehearsal.pool import pool
from processes.rehearsal.results import Result
from processes.rehearsal.scenarios import Scenario
from processes.releases import bundle as bundles
from processes.releases.bundle import Bundle
from processes.settings import Settings
from processes.texts import tr

WORKERS = 2
WHOLE_SECONDS = 900
"""For all scenarios of a draft: others wait for the worker meanwhile; the shipped ones take less than a minute."""


def run(
    paths: list[Path], settings: Settings, tell: Callable[[Result], None] = lambda result: None
) -> list[Result]:
    """Play every scenario of the files, two at a time; results are in the order of the files."""
    to_play: list[Scenario] = []
    results = []
    for path in scenarios.collect(paths):
        try:
            to_play += scenarios.read(path)
        except YimenError as fault:
            results.append(_unreadable(path, fault.message))
            tell(results[-1])
    for result in _each(to_play, play_file, settings):
        tell(result)
        results.append(result)
    return results


def _each(
    found: list[Scenario], play: Callable[..., Result], *told: Any, last: float = math.inf
) -> Iterator[Result]:
    """Play scenarios in parallel; one that does not finish, or does not start before `last`, has failed."""

    def played(scenario: Scenario) -> Result:
        try:
            if monotonic() > last:
                raise ScenarioInvalid(
                    reason=tr(
                        "整个演练超过 {whole_seconds} 分钟，没有轮到这个情景",
                        whole_seconds=WHOLE_SECONDS // 60,
                    )
                )
            return children.do(play, scenario, *told)
        except (ScenarioInvalid, RehearsalCutOff, RehearsalEnded) as fault:
            return Result(scenario.title, scenario.file, differences=[fault.message])

    with pool(WORKERS) as children:
        yield from children.each(played, found)


def play_file(scenario: Scenario, settings: Settings, url: str | None = None) -> Result:
    """Play one scenario on a fresh stage with its programme folder.

    Errors of the scenario file are returned as differences: one bad file does not stop the others.
    """

    def content() -> list[bundles.Bundle]:
        return _with_neighbours(_folder(Path(scenario.file), settings, str(scenario.content["programme"])))

    return _on_stage(scenario, content, settings, url)


def _on_stage(
    scenario: Scenario,
    content: Callable[[], list[bundles.Bundle]],
    settings: Settings,
    url: str | None = None,
) -> Result:
    try:
        bundles_here = parameters.with_values(content(), scenario.content.get("parameters", {}))
        with stage.stage(settings, *bundles_here, url=url) as made:
            return _played(made, scenario)
    except YimenError as fault:
        message = fault.message
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError) as fault:
        message = tr("情景内容有误，无法演练：{name}：{fault}", name=type(fault).__name__, fault=fault)
    return Result(scenario.title, scenario.file, differences=[message])


def _played(made: stage.Stage, scenario: Scenario) -> Result:
    """Play a scenario, then keep a sample of every paper that its case made or may make."""
    result = player.play(made, scenario)
    if result.number:
        samples.take(made, result)
        result.passed = not result.differences
    return result


def rehearse(
    bundle: Bundle, others: list[Bundle], settings: Settings, tell: Callable[[int, int, list[Result]], None]
) -> list[Result]:
    """Play the scenarios of a draft.

    `tell` is called after each one with the number played, the total, and the results so far.
    """
    found = scenarios.of_bundle(bundle.files, settings.content / bundle.id)
    packed = [bundles.pack(b) for b in (bundle, *others)]
    results: list[Result] = []
    for result in _each(found, _play_packed, settings, packed, last=monotonic() + WHOLE_SECONDS):
        results.append(result)
        tell(len(results), len(found), results)
    return results


def _play_packed(scenario: Scenario, settings: Settings, packed: list[bytes]) -> Result:
    return _on_stage(scenario, lambda: [bundles.unpack(p) for p in packed], settings)


def _unreadable(path: Path, message: str) -> Result:
    return Result(path.stem, str(path), differences=[message])


def _with_neighbours(folder: Path) -> list[bundles.Bundle]:
    """The programme and all others beside it: cases may open cases of those."""
    others = sorted(p.parent for p in folder.parent.glob("*/programme.toml") if p.parent != folder)
    return [bundles.read_folder(f) for f in (folder, *others)]


def _folder(file: Path, settings: Settings, programme: str) -> Path:
    """The programme folder that contains the file, else the one of the installation's content."""
    around = next((p for p in file.resolve().parents if (p / "programme.toml").is_file()), None)
    if around is not None and around.name == programme:
        return around
    folder = settings.content / programme
    if not (folder / "programme.toml").is_file():
        raise ScenarioInvalid(reason=tr("没有名为“{programme}”的救助项目", programme=programme))
    return folder
