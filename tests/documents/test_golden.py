"""Pages compared with stored pictures: anything that moved, disappeared or changed its font is detected.

`YIMEN_KEEP_GOLDEN=1 python -m pytest tests/documents/test_golden.py` stores the pictures again after an
intended change; look at them before committing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat
from sqlalchemy import select

from documents import render
from processes.cases.models import Case
from processes.office.papers.make import MakePaper
from processes.papers import preview
from processes.papers.models import IssuedPaper
from processes.rehearsal import player, scenarios
from processes.rehearsal.stage import Stage
from processes.releases import publish
from processes.releases.bundle import Bundle
from tests.builders import cases, families
from tests.conftest import CONTENT

GOLDEN = Path(__file__).parent / "golden"
TOLD = [
    CONTENT / "temporary_relief" / "scenarios" / "relief_first.yaml",
    CONTENT / "temporary_relief" / "scenarios" / "expenditure.yaml",
    CONTENT / "one_window" / "scenarios" / "house_burnt.yaml",
    CONTENT / "referral" / "scenarios" / "answered.yaml",
]
DOTS_PER_INCH = 60
AT = "2026-03-02T00:00:00+00:00"
TOLERATED = 1.2
"""Mean difference of grey values, blurred, of 255: another version of a rasteriser stays below it."""
TOLERATED_SPOT = 90
"""The largest difference at any spot after blurring: a line or a word that is gone is above it."""


def _pictures(bundle: Bundle, template: str, data: dict[str, Any]) -> list[Image.Image]:
    fixed = {**data, "header": {**data["header"], "code": "GOLDEN0000"}}
    sheet = render.RenderJob(
        bundle.templates(), template, fixed, "https://example.invalid/verify/GOLDEN0000", AT
    )
    document = pypdfium2.PdfDocument(render.to_pdf(sheet).content)
    return [page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("L") for page in document]


def _compare(name: str, pictures: list[Image.Image]) -> None:
    for number, picture in enumerate(pictures, start=1):
        kept = GOLDEN / f"{name}-{number}.png"
        if os.environ.get("YIMEN_KEEP_GOLDEN"):
            picture.save(kept, optimize=True)
        assert kept.exists(), f"no picture is kept for {kept.name}"
        golden = Image.open(kept)
        assert golden.size == picture.size
        blurred = [p.filter(ImageFilter.GaussianBlur(2)) for p in (golden, picture)]
        difference = ImageChops.difference(*blurred)
        assert ImageStat.Stat(difference).mean[0] <= TOLERATED, kept.name
        assert difference.getextrema()[1] <= TOLERATED_SPOT, kept.name
    assert not (GOLDEN / f"{name}-{len(pictures) + 1}.png").exists(), f"{name} has fewer pages than kept"


@pytest.fixture
def contracts(stage: Stage) -> dict[str, tuple[str, dict[str, Any]]]:
    """Template and data of every paper of a confirmed case."""
    cases.a_case(stage, "serve_confirmation")
    with stage.database.reading("") as session:
        rows = session.scalars(select(IssuedPaper)).all()
    return {r.kind: (r.template, dict(r.contract)) for r in rows}


def test_papers_look_as_they_did(allowance: Bundle, contracts: dict[str, tuple[str, dict[str, Any]]]) -> None:
    assert set(contracts) == {
        "acceptance_notice", "investigation_form", "public_notice", "confirmation_notice", "approval_form",
        "announcement",
    }  # fmt: skip
    for kind, (template, data) in contracts.items():
        _compare(kind, _pictures(allowance, template, data))


def test_the_worst_case_looks_as_it_did(
    allowance: Bundle, contracts: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    template, data = contracts["approval_form"]
    _compare("approval_form_worst", _pictures(allowance, template, preview.worst(data)))


def test_the_form_of_a_family_of_six__fits_one_page(
    allowance: Bundle, contracts: dict[str, tuple[str, dict[str, Any]]]
) -> None:
    """With the longest words for health and ability in every row, so that no row may break."""
    template, data = contracts["approval_form"]
    member = {**data["members"][0], "condition": "肢体2级、重病", "work_ability": "部分劳动能力"}
    six = {**data, "members": [member] * 6}
    assert len(_pictures(allowance, template, six)) == 1
    sheet = render.RenderJob(allowance.templates(), template, six, "https://example.invalid/verify/X", AT)
    assert len(render.to_pdf(sheet).content) <= 120_000
    made = render.to_pdf(families.of(sheet, 6))
    assert made.pages == 1
    assert len(made.content) <= 120 * 1024


@pytest.mark.parametrize("suspends", [False, True])
def test_the_acceptance_notice_says_what_the_notice_does_to_the_days(
    allowance: Bundle, contracts: dict[str, tuple[str, dict[str, Any]]], suspends: bool
) -> None:
    """Shipped: a public notice does not stop the days; the paper must not promise otherwise."""
    template, data = contracts["acceptance_notice"]
    assert data["fields"]["notice_suspends"] is False
    told = {**data, "fields": {**data["fields"], "notice_suspends": suspends}}
    sheet = render.RenderJob(
        allowance.templates(), template, told, "https://example.invalid/verify/GOLDEN0000", AT
    )
    page = pypdfium2.PdfDocument(render.to_pdf(sheet).content)[0].get_textpage().get_text_bounded()
    text = "".join(page.split())
    assert ("补正材料、公示和异议复查的时间不计入" in text) is suspends
    assert ("补正材料和异议复查的时间不计入" in text) is not suspends


@pytest.mark.slow
@pytest.mark.parametrize("path", TOLD, ids=[p.stem for p in TOLD])
def test_papers_of_other_programmes_look_as_they_did(whole_stage: Stage, path: Path) -> None:
    player.play(whole_stage, scenarios.read(path)[0])
    with whole_stage.database.reading("") as session:
        rows = session.scalars(select(IssuedPaper).order_by(IssuedPaper.id)).all()
        found = {
            f"{path.stem}__{r.template.removesuffix('.html')}": (
                publish.open_release(session, r.release_id), r.template, dict(r.contract),
            )
            for r in rows
        }  # fmt: skip
    assert found
    for name, (bundle, template, data) in found.items():
        _compare(name, _pictures(bundle, template, data))


@pytest.mark.slow
def test_papers_on_demand_look_as_they_did(stage: Stage, allowance: Bundle) -> None:
    number = cases.a_case(stage, "township_opinion")
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    for kind in ("assistance_application", "pledge", "authorisation", "neighbour_visit"):
        stage.office.perform(MakePaper(number, kind), clerk)
    with stage.database.reading("") as session:
        made = session.scalars(select(IssuedPaper).where(IssuedPaper.question == "on_demand")).all()
    assert len(made) == 4
    for paper in made:
        _compare(paper.kind, _pictures(allowance, paper.template, dict(paper.contract)))


@pytest.mark.slow
def test_the_record_of_an_appraisal_looks_as_it_did(whole_stage: Stage, allowance: Bundle) -> None:
    path = CONTENT / "minimum_living_allowance" / "scenarios" / "appraisal.yaml"
    player.play(whole_stage, scenarios.read(path)[0])
    with whole_stage.database.reading("") as session:
        case = session.scalars(select(Case)).one()
    clerk = whole_stage.actor("window_clerk", case.division)
    whole_stage.office.perform(MakePaper(case.number, "appraisal_record"), clerk)
    with whole_stage.database.reading("") as session:
        paper = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "appraisal_record")).one()
    _compare(paper.kind, _pictures(allowance, paper.template, dict(paper.contract)))


def test_a_line_that_is_gone_is_seen(
    allowance: Bundle, contracts: dict[str, tuple[str, dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YIMEN_KEEP_GOLDEN", raising=False)
    template, data = contracts["acceptance_notice"]
    changed = {**data, "recipient": ""}
    with pytest.raises(AssertionError):
        _compare("acceptance_notice", _pictures(allowance, template, changed))
