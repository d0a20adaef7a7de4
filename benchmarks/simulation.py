"""Seconds for recomputing a number of registered cases under a draft, on two processes."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from processes.rehearsal import simulation
from processes.rehearsal.stage import Stage
from processes.releases import bundle as bundles
from processes.releases.bundle import Bundle
from processes.settings import ROOT, from_environment
from processes.storage import keyring
from tests.builders import cases

_RAISED = (b'value = "812.00"', b'value = "850.00"')


def measure(households: int) -> dict[str, float]:
    """`seconds`, `per_second`, and how many of the cases change."""
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(from_environment(), var=Path(folder))
        keyring.use(keyring.open_keyring(settings.keys))
        stage = Stage(settings, f"sqlite:///{folder}/benchmark.sqlite")
        old = bundles.read_folder(ROOT / "bpmn" / "minimum_living_allowance")
        stage.found(old)
        cases.a_case(stage, at="serve_confirmation")
        with stage.database.reading("") as session:
            (row,) = simulation.rows(session, old.id, old.process)
        stage.close()
    policy = old.files["common/policy.toml"].replace(*_RAISED)
    new = Bundle({**old.files, "common/policy.toml": policy})
    many = [(f"{n:08d}", *row[1:]) for n in range(households)]
    begun = time.perf_counter()
    found = simulation.simulate(many, old, new, date(2026, 8, 1), lambda done, total: None)
    seconds = time.perf_counter() - begun
    return {
        "seconds": round(seconds, 1),
        "per_second": round(households / seconds),
        "changed": found["changed"],
    }
