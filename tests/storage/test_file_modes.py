"""What the program writes is read by its own account alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_nobody_else_on_the_machine_reads_the_office(tmp_path: Path) -> None:
    var = tmp_path / "office"
    yimen = str(Path(sys.executable).with_name("yimen"))
    environment = {**os.environ, "YIMEN_VAR": str(var)}
    environment.pop("YIMEN_DATABASE_URL", None)
    done = subprocess.run(
        [yimen, "setup"], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    open_to_others = [
        str(path.relative_to(tmp_path))
        for path in (var, *var.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    assert open_to_others == []
    assert (var / "yimen.sqlite").exists()
