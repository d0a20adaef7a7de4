"""Running scenario files, each on a stage of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from processes.errors import ScenarioInvalid, YimenError
from processes.rehearsal import parameters, player, samples, scenarios, stage
from processes.rehearsal.pool import pool
from processes.rehearsal.results import Result
from processes.rehearsal.scenarios import Scenario
from processes.releases import bundle as bundles
from processes.releases.bundle import Bundle
from processes.settings import Settings

WORKERS = 2


def run(
    paths: list[Path], settings: Settings, tell: Callable[[Result], None] = lambda result: None
) -> list[Result]:
    """Play every scenario of the files, two at a time, in the order of the files."""
    found: list[Scenario] = []
    results = []
    for path in scenarios.collect(paths):
        try:
            found += scenarios.read(path)
        except YimenError as fault:
            results.append(_unreadable(path, fault.message))
            tell(results[-1])
    with pool(WORKERS) as children:
        for result in children.map(play_file, found, [settings] * len(found)):
            tell(result)
            results.append(result)
    return results


def play_file(scenario: Scenario, settings: Settings, url: str | None = None) -> Result:
    """Play one scenario on a fresh stage with the programme folder that it belongs to.

    What is wrong with the scenario itself is a difference too: one bad file does not stop the others.
    """
    try:
        folder = _folder(Path(scenario.file), settings, str(scenario.content["programme"]))
        wanted = scenario.content.get("parameters", {})
        bundles_here = parameters.with_values(_with_neighbours(folder), wanted)
        with stage.stage(settings, *bundles_here, url=url) as made:
            return _played(made, scenario)
    except YimenError as fault:
        said = fault.message
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError) as fault:
        said = f"情景内容有误，无法演练：{type(fault).__name__}：{fault}"
    return Result(scenario.title, scenario.file, differences=[said])


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
    """Play the scenarios of a content that is only a draft.

    `tell` hears after each one how many of how many are played, and the results so far.
    """
    found = scenarios.of_bundle(bundle.files, settings.content / bundle.id)
    packed = [bundles.pack(b) for b in (bundle, *others)]
    results: list[Result] = []
    with pool(WORKERS) as children:
        for result in children.map(_play_packed, found, [settings] * len(found), [packed] * len(found)):
            results.append(result)
            tell(len(results), len(found), results)
    return results


def _play_packed(scenario: Scenario, settings: Settings, packed: list[bytes]) -> Result:
    try:
        wanted = scenario.content.get("parameters", {})
        bundles_here = parameters.with_values([bundles.unpack(p) for p in packed], wanted)
        with stage.stage(settings, *bundles_here) as made:
            return _played(made, scenario)
    except YimenError as fault:
        return Result(scenario.title, scenario.file, differences=[fault.message])


def _unreadable(path: Path, said: str) -> Result:
    return Result(path.stem, str(path), differences=[said])


def _with_neighbours(folder: Path) -> list[bundles.Bundle]:
    """The programme and every other one beside it: cases may open cases of those."""
    others = sorted(p.parent for p in folder.parent.glob("*/programme.toml") if p.parent != folder)
    return [bundles.read_folder(f) for f in (folder, *others)]


def _folder(file: Path, settings: Settings, programme: str) -> Path:
    """The programme folder around the file, else the one of the installation's content."""
    around = next((p for p in file.resolve().parents if (p / "programme.toml").is_file()), None)
    if around is not None and around.name == programme:
        return around
    folder = settings.content / programme
    if not (folder / "programme.toml").is_file():
        raise ScenarioInvalid(reason=f"没有名为“{programme}”的救助项目")
    return folder
