"""The approval form of a real case against typst as the limit, and a payment list of many households."""

from __future__ import annotations

import json
import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import typst
from sqlalchemy import select

from documents import render
from documents.render import Renderer, RenderJob
from processes.office.papers.print_runs import MakePaymentList
from processes.papers.models import IssuedPaper
from processes.papers.run_models import PrintRun
from processes.rehearsal.stage import Stage
from processes.releases import bundle as bundles
from processes.settings import ROOT, from_environment
from processes.storage import file_store, keyring
from processes.worker import jobs
from tests.builders import cases, families, payroll

PRESSES = 2
FAMILIES = (1, 3, 5, 6, 9)
GOAL_MS, GOAL_KB, GOAL_MEMBERS = 100.0, 120.0, 6
COUNTY = "340199"


def measure(rounds: int) -> dict[str, float]:
    """`warm_ms`, `kb`, `per_second`, `rss_mb`; `typst_ms` and `typst_kb` are the same page set by typst."""
    with _approval_form() as sheet:
        renderers = [Renderer() for _ in range(PRESSES)]
        for renderer in renderers:
            renderer.make(sheet)
        times = []
        for _ in range(rounds):
            begun = time.perf_counter()
            made = renderers[0].make(sheet)
            times.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        with ThreadPoolExecutor(PRESSES) as pool:
            list(pool.map(lambda n: renderers[n % PRESSES].make(sheet), range(rounds * PRESSES)))
        rate = rounds * PRESSES / (time.perf_counter() - begun)
        memory = max(p.resident_megabytes() for p in renderers)
        for renderer in renderers:
            renderer.close()
        limit, limit_kb = _typst(sheet.data, rounds)
    return {
        "warm_ms": round(median(times), 1),
        "kb": round(len(made.content) / 1024, 1),
        "per_second": round(rate, 1),
        "rss_mb": memory,
        "typst_ms": limit,
        "typst_kb": limit_kb,
    }


def measure_form(rounds: int) -> dict[str, Any]:
    """By members of the family: `ms`, `kb`, `pages`, both as multiples of the form of one; and which are `over` the goal.

    In turns, so that what else the machine does in the meantime falls on all; typst sets its page in the same run.
    """
    with _approval_form() as sheet:
        forms = {n: families.of(sheet, n) for n in FAMILIES}
        renderer = Renderer()
        made = {n: renderer.make(form) for n, form in forms.items()}
        times: dict[int, list[float]] = {n: [] for n in FAMILIES}
        for _ in range(rounds):
            for n, form in forms.items():
                begun = time.perf_counter()
                made[n] = renderer.make(form)
                times[n].append((time.perf_counter() - begun) * 1000)
        renderer.close()
        limit, limit_kb = _typst(sheet.data, rounds)
    told = {n: (median(times[n]), len(made[n].content) / 1024) for n in FAMILIES}
    return {
        "members": {
            n: {
                "ms": round(ms, 1), "kb": round(kb, 1), "pages": made[n].pages, "ms_of_one": round(ms / told[1][0], 2),
                "kb_of_one": round(kb / told[1][1], 2), "ms_of_typst": round(ms / limit, 1), "kb_of_typst": round(kb / limit_kb, 2),
            }
            for n, (ms, kb) in told.items()
        },
        "over": [n for n, (ms, kb) in told.items() if n <= GOAL_MEMBERS and (ms > GOAL_MS or kb > GOAL_KB)],
        "typst_ms": limit,
        "typst_kb": limit_kb,
    }  # fmt: skip


def _typst(data: dict[str, Any], rounds: int) -> tuple[float, float]:
    """Median milliseconds and size of the page when typst sets it, fonts and template loaded before."""
    fonts = [str(p) for p in (from_environment().var / "fonts",) if p.is_dir()]
    compiler = typst.Compiler(str(Path(__file__).with_name("approval_form.typ")), font_paths=fonts)
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    times = []
    for n in range(rounds + 1):
        begun = time.perf_counter()
        # Another input each time: typst keeps what it has set before.
        made = compiler.compile(format="pdf", pdf_standards=["a-3b"], sys_inputs={**inputs, "n": str(n)})
        times.append((time.perf_counter() - begun) * 1000)
    return round(median(times[1:]), 1), round(len(made or b"") / 1024, 1)


def measure_list(households: int) -> dict[str, float]:
    """A payment list: `seconds`, `pages`, `parts`, `kb`; `peak_mb` is the most that the press held at any time."""
    with _stage() as (stage, _):
        payroll.draw(stage, households - 1)
        clerk = stage.actor("county_clerk", COUNTY)
        begun = time.perf_counter()
        stage.office.perform(MakePaymentList("minimum_living_allowance", "2026-04", COUNTY), clerk)
        asked = time.perf_counter() - begun
        jobs.make_runs(stage.office)
        seconds = time.perf_counter() - begun
        with stage.database.reading("") as session:
            run = session.scalars(select(PrintRun)).one()
        peak = render.renderer().peak_megabytes()
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        size = len(file_store.get(stage.office.settings.papers, run.sha256 or ""))
    return {
        "seconds": round(seconds, 1), "asked_seconds": round(asked, 2), "pages": run.pages or 0,
        "parts": len(run.parts), "kb": size // 1024, "peak_mb": peak, "worker_peak_mb": own,
    }  # fmt: skip


@contextmanager
def _approval_form() -> Iterator[RenderJob]:
    with _stage() as (stage, bundle):
        cases.a_case(stage, at="serve_confirmation")
        with stage.database.reading("") as session:
            paper = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "approval_form")).one()
        yield RenderJob(
            bundle.templates(), paper.template, paper.contract, "http://127.0.0.1:8000/verify/x",
            paper.issued_at.isoformat(),
        )  # fmt: skip


@contextmanager
def _stage() -> Iterator[tuple[Stage, bundles.Bundle]]:
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(from_environment(), var=Path(folder))
        keyring.use(keyring.open_keyring(settings.keys))
        stage = Stage(settings, f"sqlite:///{folder}/benchmark.sqlite")
        bundle = bundles.read_folder(ROOT / "bpmn" / "minimum_living_allowance")
        stage.found(bundle)
        yield stage, bundle
        stage.close()
