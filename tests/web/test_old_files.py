"""Old paper files come in as scans; what has been kept long enough goes, by two people, and leaves a record."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import datetime

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import select

from processes.cases import events
from processes.cases.models import Attachment, Case, CaseEvent, WorkItem
from processes.errors import FileLost
from processes.office.cases.attachments import AddAttachment
from processes.papers.archive_models import Destruction, ExcludedDocument
from processes.papers.models import IssuedPaper
from processes.people.models import Household
from processes.rehearsal.stage import Stage
from processes.relief.models import Award
from processes.storage import file_store
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person


def _pdf(pages: int) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(out, "JPEG")
    return out.getvalue()


def _cover(household: str, **other: str) -> dict[str, str]:
    return {
        "number": "2009-DB-017", "household": household, "title": "2009年最低生活保障审批材料",
        "closed_on": "2009-05-04", "retention": "10年", **other,
    }  # fmt: skip


@pytest.fixture
def household(stage: Stage) -> str:
    """A registered household, on a day in 2026."""
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    return cases.a_household(stage)


def _take_in(stage: Stage, household: str) -> Person:
    clerk = Person(stage, "window_clerk")
    assert clerk.post("/archive/old", _cover(household)).status_code == 302
    for name, content in (("申请书.pdf", _pdf(3)), ("户口簿.jpg", _photo()), ("审批表.pdf", _pdf(2))):
        answer = clerk.post("/archive/old/2009-DB-017/sheets", {"file": (io.BytesIO(content), name)})
        assert answer.status_code == 200, answer.text
    return clerk


def test_an_old_file_is_part_of_the_household(stage: Stage, household: str) -> None:
    clerk = _take_in(stage, household)
    page = clerk.get("/archive/old/2009-DB-017").text
    assert page.index("申请书") < page.index("户口簿") < page.index("审批表")
    assert "2009-DB-017" in clerk.get(f"/households/{household}").text
    assert clerk.get("/archive/old/2009-DB-017/sheets/2").data == _photo()
    exported = clerk.post(f"/households/{household}/export", {})
    with zipfile.ZipFile(io.BytesIO(exported.data)) as archive:
        names = archive.namelist()
        catalogue = archive.read("目录.html").decode()
        with pikepdf.open(io.BytesIO(archive.read("目录.pdf"))) as printed:
            assert len(printed.pages) == 1
    assert "旧档 2009-DB-017/旧档/01-申请书.pdf" in names
    # Three pages, one, two: 1-3, 4, 5-6.
    assert catalogue.index("<td>1-3</td>") < catalogue.index("<td>4</td>") < catalogue.index("<td>5-6</td>")
    assert "保管期限：10年" in catalogue
    assert Person(stage, "t2_clerk").get("/archive/old/2009-DB-017").status_code == 404


def test_a_piece_added_by_mistake_is_taken_out(stage: Stage, household: str) -> None:
    clerk = _take_in(stage, household)
    dropping = "/archive/old/2009-DB-017/drop"
    assert "理由" in clerk.post(dropping, {"position": "2"}).text
    assert "已移出" not in clerk.get("/archive/old/2009-DB-017").text
    assert clerk.post(dropping, {"position": "2", "reason": "属于另一户"}).status_code == 302
    page = clerk.get("/archive/old/2009-DB-017").text
    assert page.index("审批表") < page.index("已移出的扫描件（1）") < page.index("户口簿")
    assert "属于另一户" in page
    jobs.remove_files(stage.office)
    with stage.database.reading("") as session:
        aside = session.scalars(select(ExcludedDocument)).one()
    assert aside.aside_by == stage.actor("window_clerk", cases.VILLAGE).name
    shown = f"/archive/old/2009-DB-017/aside/{aside.id}"
    assert clerk.get(shown).data == _photo()
    assert Person(stage, "t2_clerk").get(shown).status_code == 404
    assert clerk.get("/archive/old/2009-DB-017/sheets/2").status_code == 404, "no part of the file"
    clerk.post("/archive/old/2009-DB-017/sheets", {"file": (io.BytesIO(_pdf(1)), "补充.pdf")})
    assert "补充" in clerk.get("/archive/old/2009-DB-017").text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"number": " "}, "请填写档号和题名"),
        ({"household": "没有"}, "请先在家庭页登记"),
        ({"closed_on": "昨天"}, "请填写办结日期"),
        ({"closed_on": "2030-01-01"}, "不能晚于今天"),
        ({"retention": "7年"}, "请选择保管期限"),
    ],
)
def test_a_wrong_cover_is_refused(stage: Stage, household: str, wrong: dict[str, str], said: str) -> None:
    answer = Person(stage, "window_clerk").post("/archive/old", _cover(household) | wrong)
    assert answer.status_code >= 400
    assert said in answer.text


def test_what_is_no_scan_is_refused(stage: Stage, household: str) -> None:
    clerk = Person(stage, "window_clerk")
    clerk.post("/archive/old", _cover(household))
    assert "已经登记过" in clerk.post("/archive/old", _cover(household)).text
    for content in (b"MZ program", b"%PDF-1.7 broken"):
        answer = clerk.post("/archive/old/2009-DB-017/sheets", {"file": (io.BytesIO(content), "x.pdf")})
        assert answer.status_code >= 400


def _destroy(stage: Stage, kind: str, number: str) -> None:
    county = Person(stage, "county_clerk")
    asked = county.post("/archive/propose", {"kind": kind, "number": number, "reason": "期满，无保存价值"})
    assert asked.status_code == 302, asked.text
    with stage.database.reading("") as session:
        row = session.scalars(select(Destruction)).one()
    decision = {"id": str(row.id), "decision": "destroy"}
    assert "批准销毁" in county.post("/archive/decide", decision).text, "the same person does not decide"
    assert Person(stage, "window_clerk").post("/archive/decide", decision).status_code == 403
    assert Person(stage, "county_leader").post("/archive/decide", decision).status_code == 302
    assert "已经有了决定" in Person(stage, "county_leader").post("/archive/decide", decision).text


def test_an_old_file_goes_by_two_people(stage: Stage, household: str) -> None:
    clerk = _take_in(stage, household)
    clerk.post("/archive/old/2009-DB-017/drop", {"position": "2", "reason": "属于另一户"})
    _destroy(stage, "old_file", "2009-DB-017")
    assert jobs.remove_files(stage.office) == 1
    assert clerk.get("/archive/old/2009-DB-017").status_code == 404
    with pytest.raises(FileLost):  # that was set aside
        file_store.get(stage.office.settings.scans, hashlib.sha256(_photo()).hexdigest())
    record = clerk.get("/archive").text
    assert "2009-DB-017" in record
    assert "期满，无保存价值" in record
    assert "申请书" in record, "what it was made of stays on record"
    with stage.database.reading("") as session:
        row = session.scalars(select(Destruction)).one()
    with pytest.raises(FileLost):
        file_store.get(stage.office.settings.scans, row.pieces[0]["sha256"])


def _an_old_case(stage: Stage) -> str:
    """A refused case closed in 2026; relief cases are kept for ten years, 低保 for thirty."""
    number = cases.a_case(stage, "serve_confirmation")
    jobs.make_papers(stage.office)
    stage.office.perform(
        AddAttachment(number, "户口簿.pdf", _pdf(1)), stage.actor("window_clerk", cases.VILLAGE)
    )
    for task in ("serve_confirmation", "post_announcement"):
        cases.complete(stage, cases.item_at(stage, number, task))
    jobs.make_papers(stage.office)
    return number


def test_a_case_goes_when_its_time_is_over(stage: Stage) -> None:
    number = _an_old_case(stage)
    county = Person(stage, "county_clerk")
    refused = county.post("/archive/propose", {"kind": "case", "number": number, "reason": "x"})
    assert "保管期限未满" in refused.text
    # Closed in 2026, kept 30 full years 2027 … 2056: free on 2057-01-01, and only when nothing is drawn any more.
    stage.set_clock(datetime(2057, 1, 2, 9, 0))
    assert number not in county.get("/archive").text, "the award still stands"
    with stage.database.unit_of_work() as uow:
        for award in uow.session.scalars(select(Award)):
            award.until_month = "2030-01"
        uow.commit()
    county = Person(stage, "county_clerk")
    assert number in county.get("/archive").text
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        paper = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "approval_form")).one()
        attached = session.scalars(select(Attachment)).one()
        count = case.events_count
    _destroy(stage, "case", number)
    jobs.remove_files(stage.office)
    said = county.get(f"/cases/{number}")
    assert said.status_code == 404
    assert "按规定销毁" in said.text
    assert county.get(f"/papers/{paper.code}.pdf").status_code == 404
    assert "按规定销毁" in Person(stage).get(f"/verify/{paper.code}").text
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert case.state == b""
        assert events.verify(session, case) is None, "the chain of hashes still shows that none is missing"
        assert case.events_count == count
        assert not any(e.payload for e in session.scalars(select(CaseEvent)))
        assert not any(i.submission for i in session.scalars(select(WorkItem)))
        assert not any(p.contract for p in session.scalars(select(IssuedPaper)))
        assert session.scalars(select(Household)).one().householder_name, (
            "the register is no part of the file"
        )
    for folder, sha256 in (
        (stage.office.settings.papers, paper.sha256),
        (stage.office.settings.attachments, attached.sha256),
    ):
        with pytest.raises(FileLost):
            file_store.get(folder, sha256 or "")


def test_a_proposal_can_be_turned_down(stage: Stage, household: str) -> None:
    _take_in(stage, household)
    county = Person(stage, "county_clerk")
    county.post("/archive/propose", {"kind": "old_file", "number": "2009-DB-017", "reason": "期满"})
    with stage.database.reading("") as session:
        row = session.scalars(select(Destruction)).one()
    leader = Person(stage, "county_leader")
    assert leader.post("/archive/decide", {"id": str(row.id), "decision": "keep"}).status_code == 302
    assert "继续保管" in leader.get("/archive").text
    assert county.get("/archive/old/2009-DB-017").status_code == 200


def test_bytes_that_another_file_has_too_stay(stage: Stage, household: str) -> None:
    clerk = _take_in(stage, household)
    clerk.post("/archive/old", _cover(household, number="2020-DB-001", closed_on="2020-01-01"))
    clerk.post("/archive/old/2020-DB-001/sheets", {"file": (io.BytesIO(_photo()), "户口簿.jpg")})
    _destroy(stage, "old_file", "2009-DB-017")
    jobs.remove_files(stage.office)
    assert clerk.get("/archive/old/2020-DB-001/sheets/1").data == _photo()
