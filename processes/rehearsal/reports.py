"""Running scenario files, each on a stage of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from processes.rehearsal import player, scenarios, stage
from processes.rehearsal.results import Result
from processes.rehearsal.scenarios import Scenario
from processes.releases import bundle as bundles
from processes.settings import Settings

WORKERS = 2


def run(
    paths: list[Path], settings: Settings, tell: Callable[[Result], None] = lambda result: None
) -> list[Result]:
    """Play every scenario of the files, two at a time, in the order of the files."""
    found = [s for path in scenarios.collect(paths) for s in scenarios.read(path)]
    results = []
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        for result in pool.map(play_file, found, [settings] * len(found)):
            tell(result)
            results.append(result)
    return results


def play_file(scenario: Scenario, settings: Settings, url: str | None = None) -> Result:
    """Play one scenario on a fresh stage with the programme folder that it belongs to."""
    folder = _folder(Path(scenario.file), settings, str(scenario.content["programme"]))
    with stage.stage(settings, *_with_neighbours(folder), url=url) as made:
        return player.play(made, scenario)


def _with_neighbours(folder: Path) -> list[bundles.Bundle]:
    """The programme and every other one beside it: cases may open cases of those."""
    others = sorted(p.parent for p in folder.parent.glob("*/programme.toml") if p.parent != folder)
    return [bundles.read_folder(f) for f in (folder, *others)]


def _folder(file: Path, settings: Settings, programme: str) -> Path:
    """The programme folder around the file, else the one of the installation's content."""
    around = next((p for p in file.resolve().parents if (p / "programme.toml").is_file()), None)
    return around if around is not None and around.name == programme else settings.content / programme
