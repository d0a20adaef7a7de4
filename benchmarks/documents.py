"""The approval form of a real case: warm milliseconds, size, sheets per second on two children, memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from sqlalchemy import select

from documents.render import Press, Sheet
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.releases import bundle as bundles
from processes.settings import ROOT, from_environment
from processes.storage import keyring
from tests.builders import cases

PRESSES = 2


def measure(rounds: int) -> dict[str, float]:
    """`warm_ms`, `kb`, `per_second`, `rss_mb`."""
    with _approval_form() as sheet:
        presses = [Press() for _ in range(PRESSES)]
        for press in presses:
            press.make(sheet)
        times = []
        for _ in range(rounds):
            begun = time.perf_counter()
            made = presses[0].make(sheet)
            times.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        with ThreadPoolExecutor(PRESSES) as pool:
            list(pool.map(lambda n: presses[n % PRESSES].make(sheet), range(rounds * PRESSES)))
        rate = rounds * PRESSES / (time.perf_counter() - begun)
        memory = max(p.resident_megabytes() for p in presses)
        for press in presses:
            press.close()
    return {
        "warm_ms": round(median(times), 1),
        "kb": round(len(made.content) / 1024, 1),
        "per_second": round(rate, 1),
        "rss_mb": memory,
    }


@contextmanager
def _approval_form() -> Iterator[Sheet]:
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(from_environment(), var=Path(folder))
        keyring.use(keyring.open_keyring(settings.keys))
        stage = Stage(settings, f"sqlite:///{folder}/benchmark.sqlite")
        bundle = bundles.read_folder(ROOT / "bpmn" / "minimum_living_allowance")
        stage.found(bundle)
        cases.a_case(stage, at="serve_confirmation")
        with stage.database.reading("") as session:
            paper = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "approval_form")).one()
        yield Sheet(
            bundle.templates(), paper.template, paper.contract, "http://127.0.0.1:8000/verify/x",
            paper.issued_at.isoformat(),
        )  # fmt: skip
        stage.close()
