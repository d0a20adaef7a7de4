"""发放清册: many households in parts that lose no row, sums by hand, within the memory of one part."""

from __future__ import annotations

import io
import subprocess
import zipfile
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import select

from documents import render
from processes.access.models import AccessLog
from processes.access.scope import system_actor
from processes.office.papers.print_runs import FinishRun
from processes.papers import runs
from processes.papers.run_models import PrintRun
from processes.rehearsal.stage import Stage
from processes.relief.models import Award
from processes.storage import file_store
from processes.worker import jobs
from tests.builders import cases, payroll
from tests.builders.desks import Person

COUNT = 520
"""Beside the real one: 521 households are three parts of 250, 250 and 21."""


@pytest.fixture
def drawing(stage: Stage) -> Stage:
    """A township where many households draw a benefit."""
    payroll.draw(stage, COUNT)
    return stage


def _run(stage: Stage) -> PrintRun:
    with stage.database.reading("") as session:
        return session.scalars(select(PrintRun)).one()


def _ask(stage: Stage, month: str = "2026-04", place: str = "340199") -> str:
    form = {"programme": "minimum_living_allowance", "month": month, "place": place}
    answer = Person(stage, "county_clerk").post("/payments", form)
    return str(answer.text)


def _text(content: bytes, folder: Path) -> str:
    file = folder / "list.pdf"
    file.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_no_row_is_lost_and_the_sums_are_right(drawing: Stage, tmp_path: Path) -> None:
    clerk = Person(drawing, "county_clerk")
    page = clerk.get("/payments?month=2026-04").text
    # 52 times 300.10 + 301.10 + … + 309.10 = 52 × 3046.00 = 158,392.00; the real household draws 517.00.
    assert "158,909.00" in page
    assert "521" in page
    _ask(drawing)
    assert "0 / 3" in clerk.get("/prints").text
    assert jobs.make_runs(drawing.office) == 1
    run = _run(drawing)
    assert (run.status, len(run.parts)) == ("ready", 3)
    said = clerk.get("/prints").text
    assert f"已完成，共 {run.pages} 页" in said
    made = clerk.get(f"/prints/{run.code}.pdf").data
    text = _text(made, tmp_path)
    for n in range(COUNT):
        assert f"户主{n} " in text, n
    assert "尾号 0519" in text
    assert "62170000" not in text, "a list masks accounts"
    # 25 × 3046.00 in a whole part of made-up rows; the first part has the real household for one of them.
    assert "158,909.00" in text
    assert "壹拾伍万捌仟玖佰零玖元整" in text
    assert text.count("身份证号") >= (run.pages or 0), "every page repeats the head of the table"
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) == run.pages == sum(p["pages"] for p in run.parts)
    part = clerk.get(f"/prints/{run.code}/parts/2.pdf").data
    assert part == file_store.get(drawing.office.settings.papers, run.parts[1]["sha256"])
    verified = Person(drawing).get(f"/verify/{run.code}").text
    assert run.number in verified
    assert "户主1" not in verified


def test_the_bank_gets_whole_numbers_and_that_is_logged(drawing: Stage) -> None:
    _ask(drawing)
    jobs.make_runs(drawing.office)
    run = _run(drawing)
    book = Person(drawing, "county_clerk").get(f"/prints/{run.code}.xlsx").data
    with zipfile.ZipFile(io.BytesIO(book)) as file:
        sheet = "".join(file.read(n).decode() for n in file.namelist() if n.endswith(".xml"))
    assert "6217000000000007" in sheet
    assert sheet.count("<row ") == COUNT + 2
    with drawing.database.reading("") as session:
        actions = list(session.scalars(select(AccessLog.action)))
    assert "payment_list_for_bank" in actions
    assert Person(drawing, "comparison_officer").get(f"/prints/{run.code}.xlsx").status_code == 403
    assert Person(drawing, "t2_clerk").get(f"/prints/{run.code}.pdf").status_code == 404


def test_a_worker_that_was_killed_is_gone_on_with(drawing: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    _ask(drawing)
    made = render.to_pdf
    told = []

    def dies(sheet: render.RenderJob) -> render.Made:
        if len(told) == 1:
            raise KeyboardInterrupt
        told.append(sheet)
        return made(sheet)

    monkeypatch.setattr(render, "to_pdf", dies)
    with pytest.raises(KeyboardInterrupt):
        jobs.make_runs(drawing.office)
    monkeypatch.setattr(render, "to_pdf", made)
    run = _run(drawing)
    assert (run.status, len(run.parts)) == ("waiting", 1)
    before = run.parts[0]["sha256"]
    jobs.make_runs(drawing.office)
    run = _run(drawing)
    assert run.status == "ready"
    assert [p["title"] for p in run.parts] == ["第 1 册", "第 2 册", "第 3 册"]
    assert run.parts[0]["sha256"] == before


def test_a_print_that_failed_is_told_and_tried_again(drawing: Stage) -> None:
    _ask(drawing)
    run = _run(drawing)
    drawing.office.perform(FinishRun(run.code, error="磁盘已满"), system_actor())
    clerk = Person(drawing, "county_clerk")
    assert "磁盘已满" in clerk.get("/prints").text
    clerk.post(f"/prints/{run.code}/retry", {})
    jobs.make_runs(drawing.office)
    assert _run(drawing).status == "ready"


def test_what_cannot_be_listed_says_so(drawing: Stage) -> None:
    assert "没有应发放的待遇" in _ask(drawing, "2026-03"), "awards begin in April"
    assert "2026-03 的形式" in _ask(drawing, "三月")
    other = Person(drawing, "window_clerk").post(
        "/payments", {"programme": "minimum_living_allowance", "month": "2026-04", "place": "340199"}
    )
    assert other.status_code == 404, "a township lists its own"
    own = Person(drawing, "window_clerk").post(
        "/payments",
        {"programme": "minimum_living_allowance", "month": "2026-04", "place": cases.VILLAGE[:9]},
    )
    assert own.status_code == 302


def test_the_account_of_the_application_is_where_it_is_paid_to(drawing: Stage) -> None:
    _ask(drawing)
    lines = _run(drawing).content["lines"]
    real = next(n for n in lines if not n["case_number"].startswith("DB-"))
    assert real["account"] == cases.APPLICATION["bank_account"]
    assert Decimal(real["amount"]) == Decimal("517.00")
    assert runs.total(_run(drawing).content, "payment_list") == 3


def test_households_without_an_account__are_told_before_the_bank_is(drawing: Stage) -> None:
    with drawing.database.unit_of_work() as uow:
        for award in uow.session.scalars(select(Award).order_by(Award.id.desc()).limit(2)):
            award.account = ""
        uow.commit()
    desk = Person(drawing, "county_clerk")
    assert '<span class="badge text-bg-danger">2</span>' in desk.get("/payments?month=2026-04").text
    _ask(drawing)
    assert "2 户没有收款账号，银行不能代发，请先补齐" in desk.get("/prints").text
