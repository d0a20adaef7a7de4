"""Rows of papers, judged with few rows: signed pages, signatures, superseding, copies, numbers after a restoration."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from processes.access.scope import Actor
from processes.cases.models import Case, NumberSeries, WorkItem
from processes.errors import Invalid, NotFound, PageFiled, RuleBroken
from processes.papers import issue, return_scan, series, signing
from processes.papers.models import IssuedPaper, PaperSignature, Printing, ReplacedPage, ReturnedPage
from processes.papers.return_scan import Filed, Scan
from processes.papers.run_models import PrintRun
from processes.papers.series import Gap
from processes.papers.signing import Hand, Next
from processes.papers.status import PaperStanding
from processes.releases.bundle import PaperRule
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import NOW, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, actor, case_of

CLERK = actor(1, "window_clerk")
TODAY = date(2026, 3, 2)


@pytest.fixture
def uow() -> Iterator[UnitOfWork]:
    """The paper 1 of case 1: two pages, made and decided."""
    with few_rows.unit_of_work() as made:
        few_rows.stored(made, case_of(1, number="N-1"), paper(1))
        yield made


def paper(paper_id: int, **more: Any) -> IssuedPaper:
    plain: dict[str, Any] = {
        "id": paper_id, "case_id": 1, "release_id": 1, "kind": "form", "title": "审核表", "template": "form.html",
        "number": f"城关民救审〔2026〕{paper_id}号", "code": f"ABCDE1234{paper_id}", "contract": {}, "question": "form#1",
        "division": VILLAGE, "standing": "standing", "is_decided": True, "issued_on": TODAY, "issued_at": NOW,
        "issued_by": "系统", "sha256": "s", "pages": 2, "ended_because": "", "is_printed": False,
    }  # fmt: skip
    return IssuedPaper(**(plain | more))


def the_paper(uow: UnitOfWork, paper_id: int = 1) -> IssuedPaper:
    return uow.session.get_one(IssuedPaper, paper_id)


def file(uow: UnitOfWork, page: int, sha256: str, reason: str = "", who: Actor = CLERK) -> Filed:
    return return_scan.file_page(uow, who, the_paper(uow), page, Scan(sha256, "x" * 10 + "扫描" * 80), reason)


def test_file_page__until_the_paper_is_whole(uow: UnitOfWork) -> None:
    few_rows.stored(uow, ReturnedPage(paper_id=2, page=2, sha256="other", source="", at=NOW, by="x"))
    assert file(uow, 2, "b") == Filed(False)
    assert return_scan.missing(uow.session, the_paper(uow)) == [1]
    assert the_paper(uow).returned_on is None
    assert file(uow, 1, "a") == Filed(True)
    assert the_paper(uow).returned_on == TODAY
    pages = return_scan.pages_of(uow.session, the_paper(uow))
    assert [(p.page, p.sha256, p.at, p.by) for p in pages] == [(1, "a", NOW, "职员1"), (2, "b", NOW, "职员1")]
    assert pages[0].source == "扫描" * 80, "the end of the name, 160 characters"
    assert return_scan.missing(uow.session, the_paper(uow)) == []


def test_file_page__the_same_scan_again_changes_nothing(uow: UnitOfWork) -> None:
    file(uow, 1, "a")
    assert file(uow, 1, "a", who=actor(2)) == Filed(False)
    assert return_scan.pages_of(uow.session, the_paper(uow))[0].by == "职员1"


@pytest.mark.parametrize("page", [0, 3, -1])
def test_file_page__no_page_that_the_paper_does_not_have(uow: UnitOfWork, page: int) -> None:
    with pytest.raises(RuleBroken) as refused:
        file(uow, page, "a")
    assert refused.value.message == f"不符合办理规定：《审核表》没有第 {page} 页"
    the_paper(uow).pages = None
    with pytest.raises(RuleBroken):
        file(uow, 1, "a")
    assert return_scan.missing(uow.session, the_paper(uow)) == []


def test_file_page__another_scan_with_a_reason_and_the_former_is_kept(uow: UnitOfWork) -> None:
    file(uow, 1, "a")
    file(uow, 2, "b")
    uow.now = NOW + timedelta(days=1)
    with pytest.raises(PageFiled) as refused:
        return_scan.file_page(uow, actor(2), the_paper(uow), 1, Scan("c", "x"))
    assert refused.value.message == (
        "《审核表》第 1 页已由职员1于 2026-03-02 归档。确需替换的，请填写替换理由，原件继续保存。"
    )
    assert file(uow, 1, "c", "签名不清", actor(2)) == Filed(False, "a"), "whole already"
    (kept,) = return_scan.replaced(uow.session, [1])
    assert (kept.paper_id, kept.page, kept.sha256, kept.at, kept.by) == (1, 1, "a", NOW, "职员1")
    assert (kept.replaced_at, kept.replaced_by, kept.reason, kept.source) == (
        uow.now,
        "职员2",
        "签名不清",
        "扫描" * 80,
    )
    row = return_scan.pages_of(uow.session, the_paper(uow))[0]
    assert (row.sha256, row.by, row.at) == ("c", "职员2", uow.now)
    assert return_scan.replaced(uow.session, [2]) == []


def test_paper_of__in_scope_and_not_destroyed(uow: UnitOfWork) -> None:
    assert return_scan.paper_of(uow, CLERK, "ABCDE12341").id == 1
    with pytest.raises(NotFound):
        return_scan.paper_of(uow, CLERK, "ABCDE12342")
    with pytest.raises(NotFound):
        return_scan.paper_of(uow, actor(1, division=OTHER_TOWNSHIP), "ABCDE12341")
    the_paper(uow).standing = PaperStanding.DESTROYED
    with pytest.raises(NotFound):
        return_scan.paper_of(uow, CLERK, "ABCDE12341")


def test_standing__the_decided_paper_of_a_kind(uow: UnitOfWork) -> None:
    case = uow.session.get_one(Case, 1)
    few_rows.stored(
        uow, paper(2, kind="letter", standing="superseded"), paper(3, kind="letter", is_decided=False),
        paper(4, kind="letter", case_id=2),
    )  # fmt: skip
    found = issue.standing(uow, case, "form")
    assert found is not None and found.id == 1
    assert issue.standing(uow, case, "letter") is None
    uow.add(paper(5, kind="letter"))
    assert issue.standing(uow, case, "letter") is not None, "one that was just made too"


def test_supersede__the_papers_of_a_step_that_was_sent_back(uow: UnitOfWork) -> None:
    few_rows.stored(
        uow,
        paper(2, question="other#1"),
        paper(3, standing="withdrawn", ended_because="误发"),
        paper(4, case_id=2),
    )
    uow.add(paper(5))
    issue.supersede(uow, uow.session.get_one(Case, 1), "form#1")
    ended = {i: (p.standing, p.ended_on, p.ended_because) for i in range(1, 6) for p in [the_paper(uow, i)]}
    gone, stays = ("superseded", TODAY, "办理环节退回"), ("standing", None, "")
    assert ended == {1: gone, 2: stays, 3: ("withdrawn", None, "误发"), 4: stays, 5: gone}


def test_record_printing__counts_the_copies(uow: UnitOfWork) -> None:
    few_rows.stored(uow, Printing(paper_id=2, at=NOW, by="x", copy=9))
    for n in (1, 2, 3):
        assert issue.record_printing(uow, the_paper(uow), CLERK) == n
        uow.flush()
        assert the_paper(uow).is_printed is True
    rows = uow.session.scalars(select(Printing).where(Printing.paper_id == 1)).all()
    assert [(r.copy, r.by, r.at) for r in rows] == [(n, "职员1", NOW) for n in (1, 2, 3)]


RULE = PaperRule("form", "审核表", "form.html", "民救审", "opinion_form", signatures=("investigator", "seal"))
ITEMS = [WorkItem(role="investigator", status="done", completed_by_id=2, completed_by="职员2")]
INVESTIGATOR = actor(2, "investigator")


def test_turns__the_papers_that_wait_for_this_person(uow: UnitOfWork) -> None:
    unsigned = PaperRule("plain", "通知", "n.html", "民救", "letter")
    few_rows.stored(
        uow, paper(2, is_decided=False), paper(3, sha256=None), paper(4, standing="superseded"), paper(5, kind="plain"),
        paper(6, kind="unknown"), paper(7), signature(7),
    )  # fmt: skip
    papers = [the_paper(uow, n) for n in (6, 5, 4, 3, 2, 7, 1)]

    def turns(who: Actor) -> dict[str, int]:
        found = signing.turns(uow.session, papers, {"form": RULE, "plain": unsigned}, who, ITEMS)
        return {code: turn.position for code, turn in found.items()}

    assert turns(INVESTIGATOR) == {"ABCDE12341": 1}
    assert turns(CLERK) == {"ABCDE12347": 2}
    few_rows.stored(uow, signature(7, 2))
    assert turns(CLERK) == {}


def signature(paper_id: int, position: int = 1, **more: Any) -> PaperSignature:
    plain: dict[str, Any] = {
        "paper_id": paper_id, "position": position, "role": "乡镇调查员", "name": "职员2", "account_id": 2, "at": NOW,
        "sha256": "x",
    }  # fmt: skip
    return PaperSignature(**(plain | more))


def test_given__in_order(uow: UnitOfWork) -> None:
    few_rows.stored(uow, signature(1, 2), signature(1, 1), signature(2, 1))
    assert [(s.paper_id, s.position) for s in signing.given(uow.session, 1)] == [(1, 1), (1, 2)]


def test_take_in__the_signed_file_becomes_the_paper_s(uow: UnitOfWork) -> None:
    turn = Next(1, "investigator", "investigator", "x")
    row = signing.take_in(
        uow, INVESTIGATOR, the_paper(uow), turn, Hand("职员2（代甲）", "乡镇调查员"), "f" * 64
    )
    uow.flush()
    assert (row.paper_id, row.position, row.role, row.name, row.account_id, row.at, row.sha256) == (
        1, 1, "乡镇调查员", "职员2（代甲）", 2, NOW, "f" * 64,
    )  # fmt: skip
    assert the_paper(uow).signed_sha256 == "f" * 64
    assert signing.given(uow.session, 1) == [row]


def test_known__the_paper_of_a_file_in_any_signed_state(uow: UnitOfWork) -> None:
    plain, signed = (hashlib.sha256(content).hexdigest() for content in (b"plain", b"signed"))
    few_rows.stored(uow, paper(2, sha256=plain), signature(2, sha256=signed), paper(3, sha256="z"))
    for content in (b"plain", b"signed"):
        found = signing.known(uow.session, content)
        assert found is not None and found.id == 2
    assert signing.known(uow.session, b"other") is None


MADE = datetime(2026, 3, 1, 17, tzinfo=UTC)
"""The backup: 2 March 2026, 01:00 in China."""


def lasts(uow: UnitOfWork) -> dict[str, int]:
    uow.flush()
    return {r.series: r.last for r in uow.session.scalars(select(NumberSeries))}


def store_series(uow: UnitOfWork) -> None:
    few_rows.stored(
        uow, NumberSeries(series="paper/城关/民救审/2026", last=7), NumberSeries(series="case/340199101/DB/2026", last=41),
        NumberSeries(series="case/340199101/DB/2025", last=99), NumberSeries(series="household/340199101", last=12),
    )  # fmt: skip


def test_move_on__twenty_a_day_at_least(uow: UnitOfWork) -> None:
    store_series(uow)
    gaps = series.move_on(uow, MADE, date(2026, 3, 4), [])
    # 2, 3 and 4 March: 3 × 20 = 60
    assert gaps == [
        Gap("case/340199101/DB/2026", "340199101-DB-2026-", 41, 102),
        Gap("household/340199101", "340199101-H-", 12, 73),
        Gap("paper/城关/民救审/2026", "城关民救审〔2026〕", 7, 68),
    ]
    assert lasts(uow) == {
        "paper/城关/民救审/2026": 67, "case/340199101/DB/2026": 101, "household/340199101": 72, "case/340199101/DB/2025": 99,
    }  # fmt: skip


def test_move_on__one_day_at_least_and_what_the_operator_knows(uow: UnitOfWork) -> None:
    store_series(uow)
    series.move_on(uow, MADE, date(2026, 2, 1), ["城关民救审〔2026〕500号", "340199101-H-000012"])
    assert lasts(uow) == {
        "paper/城关/民救审/2026": 500, "case/340199101/DB/2026": 61, "household/340199101": 12, "case/340199101/DB/2025": 99,
    }  # fmt: skip
    with pytest.raises(Invalid):
        series.move_on(uow, MADE, date(2026, 2, 1), ["城关民救审〔2026〕499号"])


def test_move_on__into_a_year_that_the_backup_does_not_know(uow: UnitOfWork) -> None:
    store_series(uow)
    series.move_on(uow, datetime(2026, 12, 30, 17, tzinfo=UTC), date(2027, 1, 2), [])
    # 31 December, 1 and 2 January: 3 × 20 = 60, in the series of both years
    assert lasts(uow) == {
        "paper/城关/民救审/2026": 67, "paper/城关/民救审/2027": 60, "case/340199101/DB/2026": 101, "case/340199101/DB/2027": 60,
        "household/340199101": 72, "case/340199101/DB/2025": 99,
    }  # fmt: skip


def run(number: str, at: datetime) -> PrintRun:
    return PrintRun(
        code=f"r{number[-5:]}{at:%H}", kind="payment_list", title="x", number=number, asked_by_id=1, asked_by="x",
        asked_at=at, total=1, parts=[], content={}, division=TOWNSHIP,
    )  # fmt: skip


def test_move_on__the_busiest_day_of_the_last_three_months(uow: UnitOfWork) -> None:
    store_series(uow)
    busy, old = MADE - timedelta(days=90), MADE - timedelta(days=90, seconds=1)
    few_rows.stored(
        uow, *(paper(n, code=f"B{n}", number=f"城关民救审〔2026〕{n}号", issued_at=busy) for n in range(100, 121)),
        *(paper(n, code=f"B{n}", number=f"城关民救审〔2026〕{n}号", issued_at=old, issued_on=TODAY - timedelta(days=100))
          for n in range(200, 250)),
        *(paper(n, code=f"B{n}", number=f"城关民救审〔2026〕{n}号", issued_at=MADE, issued_on=TODAY - timedelta(days=1))
          for n in range(300, 309)),
        run("城关民救审〔2026〕400号", datetime(2026, 3, 1, 16, tzinfo=UTC)), run("", NOW),
        run("城关民救审〔2026〕401号", datetime(2026, 3, 1, 15, 59, tzinfo=UTC)),
        *(case_of(n, number=f"340199101-DB-2026-{n:05}", opened_at=datetime(2026, 3, 1, 16, tzinfo=UTC))
          for n in range(500, 525)),
        *(case_of(n, number=f"340199101-DB-2026-{n:05}", opened_at=datetime(2026, 3, 1, 15, 59, tzinfo=UTC))
          for n in range(600, 605)),
        *(case_of(n, number=f"340199101-DB-2026-{n:05}", opened_at=old) for n in range(700, 740)),
    )  # fmt: skip
    series.move_on(uow, MADE, date(2026, 3, 3), [])
    # Papers: on 2 March the 21, the one of the fixture and one print run, 23; two days: 7 + 2 × 23 = 53.
    # Cases: on 2 March 25, the 5 of before midnight are of 1 March: 41 + 2 × 25 = 91.
    assert lasts(uow) == {
        "paper/城关/民救审/2026": 53, "case/340199101/DB/2026": 91, "household/340199101": 52, "case/340199101/DB/2025": 99,
    }  # fmt: skip


def test_rows_of_pages_are_those_of_the_paper(uow: UnitOfWork) -> None:
    file(uow, 1, "a")
    other = ReturnedPage(paper_id=2, page=2, sha256="z", source="", at=NOW, by="x")
    kept = ReplacedPage(
        paper_id=2,
        page=1,
        sha256="y",
        source="",
        at=NOW,
        by="x",
        replaced_at=NOW,
        replaced_by="x",
        reason="x",
    )
    few_rows.stored(uow, other, kept)
    assert [p.sha256 for p in return_scan.pages_of(uow.session, the_paper(uow))] == ["a"]
    assert [p.sha256 for p in return_scan.replaced(uow.session, [1, 2])] == ["y"]
