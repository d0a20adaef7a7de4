"""签字件: printed, signed, scanned crooked and out of order, and every page lands on its paper."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select

from processes.access.models import AccessLog
from processes.access.scope import system_actor
from processes.office.papers.renderer_reports import FinishPaper
from processes.papers.models import IssuedPaper, ReplacedPage, ReturnedPage
from processes.rehearsal.stage import Stage
from processes.storage import file_store
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person


def _printed(stage: Stage, kind: str) -> tuple[IssuedPaper, list[Image.Image]]:
    """A paper as it lies on the desk: a picture of each of its pages."""
    jobs.make_papers(stage.office)
    with stage.database.reading("") as session:
        paper = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == kind)).one()
    assert paper.sha256 is not None
    document = pypdfium2.PdfDocument(file_store.get(stage.office.settings.papers, paper.sha256))
    return paper, [page.render(scale=200 / 72).to_pil().convert("RGB") for page in document]


def _photograph(page: Image.Image, degrees: float) -> io.BytesIO:
    """Crooked, on a grey table, a little smaller than it was."""
    turned = page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=(90, 90, 90))
    out = io.BytesIO()
    turned.resize((turned.width * 4 // 5, turned.height * 4 // 5)).save(out, "JPEG", quality=70)
    out.seek(0)
    return out


def _send(person: Person, file: io.BytesIO, name: str) -> Any:
    return person.post("/scan/returns", {"file": (file, name)})


@pytest.fixture
def big_family(stage: Stage) -> Iterator[str]:
    """A case whose investigation form has several pages: twenty-eight people live together."""
    raw = {
        "members": [
            {"name": f"赵{n}", "relation": "本人" if n == 0 else "兄弟姐妹", "birth": f"{1960 + n}-05-0{n % 9 + 1}", "sex": "男"}
            for n in range(28)
        ]
    }  # fmt: skip
    yield cases.a_case(stage, "county_check", raw=raw)


def test_a_crooked_photograph_lands_on_its_case(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    paper, pages = _printed(stage, "acceptance_notice")
    clerk = Person(stage, "window_clerk")
    assert paper.number in clerk.get("/scan/returns").text
    (said,) = _send(clerk, _photograph(pages[0], 173), "签过的.jpg").json["pages"]
    assert (said["case"], said["page"], said["missing"]) == (number, 1, [])
    assert "签字件已收回归档" in clerk.get(f"/cases/{number}").text
    signed = clerk.get(f"/papers/{paper.code}/signed.pdf")
    assert signed.mimetype == "application/pdf"
    assert len(pypdfium2.PdfDocument(signed.data)) == 1
    assert clerk.get(f"/scan/pictures/{said['scan']}.jpg").status_code == 200
    with stage.database.reading("") as session:
        read = session.scalars(select(AccessLog.target).where(AccessLog.action == "paper_read")).all()
    assert read == [paper.code, said["scan"][:16]], "whoever reads full ID numbers is on record"
    assert paper.number not in clerk.get("/scan/returns").text


def test_pages_in_any_order__a_missing_one_is_named(stage: Stage, big_family: str) -> None:
    paper, pages = _printed(stage, "investigation_form")
    assert len(pages) >= 2, "the form of a large family runs over a page"
    clerk = Person(stage, "investigator")
    (last,) = _send(clerk, _photograph(pages[-1], -4), "2.jpg").json["pages"]
    assert last["page"] == len(pages)
    assert last["missing"] == list(range(1, len(pages)))
    assert "第 1" in clerk.get("/scan/returns").text
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:-1], resolution=200)
    out.seek(0)
    rest = _send(clerk, out, "其余.pdf").json["pages"]
    assert rest[-1]["missing"] == []
    with stage.database.reading("") as session:
        filed = session.scalars(select(ReturnedPage.page).order_by(ReturnedPage.page)).all()
    assert filed == list(range(1, len(pages) + 1))


def test_a_page_without_a_mark_is_placed_by_hand(stage: Stage) -> None:
    cases.a_case(stage, "township_opinion")
    paper, _ = _printed(stage, "acceptance_notice")
    clerk = Person(stage, "window_clerk")
    blank = io.BytesIO()
    Image.new("RGB", (800, 1100), "white").save(blank, "PNG")
    blank.seek(0)
    (said,) = _send(clerk, blank, "没有码.png").json["pages"]
    assert said["fault"] == "页面上没有找到二维码"
    assert clerk.get(f"/scan/pictures/{said['scan']}.jpg").mimetype == "image/jpeg"
    placed = {"scan": said["scan"], "code": paper.code, "page": "7", "name": "没有码.png"}
    assert "没有第 7 页" in clerk.send("/scan/returns/place", placed).json["message"]
    assert clerk.send("/scan/returns/place", placed | {"page": "1"}).json["missing"] == []


def test_a_filed_page_is_replaced_with_a_reason_only__and_stays(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    paper, pages = _printed(stage, "acceptance_notice")
    clerk, other = Person(stage, "window_clerk"), Person(stage, "investigator")
    (first,) = _send(clerk, _photograph(pages[0], 1), "签过的.jpg").json["pages"]
    assert first["missing"] == []
    with stage.database.reading("") as session:
        before = session.scalars(select(ReturnedPage.sha256)).one()
    (again,) = _send(other, _photograph(pages[0], 5), "别的.jpg").json["pages"]
    assert "归档" in again["fault"]
    assert (again["code"], again["page"], again["filed"]) == (paper.code, 1, True)
    placed = {"scan": again["scan"], "code": paper.code, "page": "1", "name": "别的.jpg"}
    for nothing in ("", "  "):
        assert "替换理由" in other.send("/scan/returns/place", placed | {"reason": nothing}).json["message"]
    with stage.database.reading("") as session:
        assert session.scalars(select(ReturnedPage.sha256)).one() == before, "nothing was replaced"
        assert session.scalars(select(ReplacedPage)).all() == []
    assert other.send("/scan/returns/place", placed | {"reason": "原件缺章"}).json["missing"] == []
    page = clerk.get(f"/cases/{number}").text
    assert "替换《受理通知书》" in page
    assert page.count("原件缺章") == 2, "in the events and beside the paper"
    with stage.database.reading("") as session:
        kept, now = session.scalars(select(ReplacedPage)).one(), session.scalars(select(ReturnedPage)).one()
        assert (kept.sha256, kept.by) == (before, stage.actor("window_clerk", cases.VILLAGE).name)
        assert (kept.replaced_by, kept.reason) == (
            stage.actor("investigator", cases.VILLAGE).name,
            "原件缺章",
        )
        assert now.sha256 != before
    shown = f"/papers/{paper.code}/replaced/{kept.id}.jpg"
    assert shown in page
    assert clerk.get(shown).data == file_store.get(stage.office.settings.scans, before)
    assert Person(stage, "t2_clerk").get(shown).status_code == 404
    with zipfile.ZipFile(io.BytesIO(clerk.post(f"/cases/{number}/export", {}).data)) as archive:
        assert sum("被替换" in name for name in archive.namelist()) == 1


def test_another_township_files_and_reads_nothing(stage: Stage) -> None:
    cases.a_case(stage, "township_opinion")
    paper, pages = _printed(stage, "acceptance_notice")
    stranger = Person(stage, "t2_clerk")
    (said,) = _send(stranger, _photograph(pages[0], 2), "x.jpg").json["pages"]
    assert "fault" in said
    assert "case" not in said
    assert stranger.get(f"/papers/{paper.code}/signed.pdf").status_code == 404
    assert stranger.get(f"/scan/pictures/{paper.sha256}.jpg").status_code == 404, (
        "papers are not among the scans"
    )
    assert Person(stage, "auditor").get("/scan/returns").status_code == 403
    assert stranger.get(f"/scan/pictures/{said['scan']}.jpg").status_code == 200, "their own"


def test_a_scan_belongs_to_who_brought_it(stage: Stage) -> None:
    cases.a_case(stage, "township_opinion")
    paper, _ = _printed(stage, "acceptance_notice")
    blank = io.BytesIO()
    Image.new("RGB", (800, 1100), "white").save(blank, "PNG")
    blank.seek(0)
    (said,) = _send(Person(stage, "window_clerk"), blank, "没有码.png").json["pages"]
    for other in ("investigator", "t2_clerk", "county_clerk"):
        somebody = Person(stage, other)
        assert somebody.get(f"/scan/pictures/{said['scan']}.jpg").status_code == 404
        placed = {"scan": said["scan"], "code": paper.code, "page": "1", "name": "没有码.png"}
        assert somebody.send("/scan/returns/place", placed).status_code == 404
    hashed = said["scan"].partition("-")[0]
    assert Person(stage, "window_clerk").get(f"/scan/pictures/{hashed}.jpg").status_code == 404


@pytest.mark.parametrize("content", [b"%PDF-1.7 broken", b"\xff\xd8\xff\xe0 no picture", b"plain text", b""])
def test_what_is_no_scan_says_so(stage: Stage, content: bytes) -> None:
    answer = _send(Person(stage, "window_clerk"), io.BytesIO(content), "坏.pdf")
    assert answer.status_code in (400, 413, 422)


def test_the_mark_leads_to_the_verification_page(stage: Stage) -> None:
    cases.a_case(stage, "township_opinion")
    paper, _ = _printed(stage, "acceptance_notice")
    assert "当前有效" in Person(stage).get(f"/verify/{paper.code}/1-1").text
    stage.office.perform(FinishPaper(paper.code, paper.sha256 or "", 1, 1), system_actor())
