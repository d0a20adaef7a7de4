"""Stores the current release with unfinished cases: `python -m tests.kept.keep NAME`.

Run it when a release used by offices has been published; what it writes is never written again. The test
beside it opens every stored office with the current program, upgrades the database, and lets the cases finish
under their own release.
"""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from processes.policy import values
from processes.rehearsal import scenarios
from processes.rehearsal.player import Player
from processes.rehearsal.stage import Stage
from processes.releases import bundle as bundles
from processes.settings import from_environment
from processes.storage import keyring

HERE = Path(__file__).parent
CONTENT = HERE.parent.parent / "bpmn"
KEPT = {
    "minimum_living_allowance/scenarios/within_standard.yaml": 4,
    "minimum_living_allowance/scenarios/objection.yaml": 6,
    "temporary_relief/scenarios/relief_first.yaml": 4,
    "temporary_relief/scenarios/expenditure.yaml": 3,
    "referral/scenarios/answered.yaml": 2,
}
"""Scenario files and after how many of their steps the office is kept."""


def keep(name: str, file: Path, after: int) -> Path:
    """Play the beginning of a scenario and pack the whole office: database, keys, and what is left to do."""
    content = scenarios.read(file)[0].content
    with TemporaryDirectory() as folder:
        own = replace(from_environment(), var=Path(folder), content=CONTENT)
        keyring.use(keyring.open_keyring(own.keys))
        stage = Stage(own, f"sqlite:///{folder}/stage.sqlite")
        stage.found(*[bundles.read_folder(p.parent) for p in sorted(CONTENT.glob("*/programme.toml"))])
        player = Player(stage, content)
        player.begin()
        for n, step in enumerate(content["steps"][:after], start=1):
            player.take(n, step)
        left = {"content": values.plain(content), "after": after, "number": player.number,
                "division": player.division, "household": player.household, "now": stage.clock.now.isoformat()}  # fmt: skip
        stage.close()
        (Path(folder) / "left.json").write_text(json.dumps(left, ensure_ascii=False))
        packed = HERE / f"{name}__{file.parent.parent.name}__{file.stem}.tar.xz"
        with tarfile.open(packed, "w:xz") as tar:
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file() and not path.name.endswith(("-wal", "-shm")):
                    tar.add(path, path.relative_to(folder))
    return packed


def unpack(packed: Path, folder: Path) -> dict[str, Any]:
    """Put a kept office into a folder; answers what is left to do in it."""
    # Python 3.11.2 of Debian 12 has no filters of tarfile; 3.13 warns where none is named.
    named = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    shutil.unpack_archive(packed, folder, **named)
    found: dict[str, Any] = json.loads((folder / "left.json").read_text())
    return found


if __name__ == "__main__":
    for pattern, steps in KEPT.items():
        print(keep(sys.argv[1], CONTENT / pattern, steps))  # noqa: T201
