"""一户一档: what comes out can be read and checked without the system, and nobody takes another township's."""

from __future__ import annotations

import hashlib
import html
import io
import json
import random
import re
import tracemalloc
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import quote, unquote, urlsplit

import pikepdf
import pytest
from sqlalchemy import select

from processes.access.models import AccessLog
from processes.cases.models import Attachment, Case
from processes.errors import Invalid
from processes.office.cases.attachments import AddAttachment
from processes.office.papers.archive import AddOldSheet, TakeInOldFile
from processes.papers import archive, catalogue
from processes.papers.archive_models import OldFile
from processes.people.models import Household
from processes.policy import retention
from processes.rehearsal.stage import Stage
from processes.worker import jobs
from tests.builders import cases
from tests.builders import files as files_brought
from tests.builders.desks import Person


def _checked(content: bytes) -> dict[str, bytes]:
    """The files of an archive, each compared with its line in `SHA256SUMS`."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        files = {n: packed.read(n) for n in packed.namelist()}
    sums = dict(line.split("  ", 1)[::-1] for line in files["SHA256SUMS"].decode().splitlines())
    assert set(sums) == set(files) - {"SHA256SUMS"}
    assert all(hashlib.sha256(files[n]).hexdigest() == s for n, s in sums.items())
    return files


def test_a_case_as_a_folder(stage: Stage) -> None:
    number = cases.a_case(stage, "serve_confirmation")
    jobs.make_papers(stage.office)
    scan = files_brought.a_pdf()
    stage.office.perform(
        AddAttachment(number, "户口簿.pdf", scan), stage.actor("window_clerk", cases.VILLAGE)
    )
    clerk = Person(stage, "window_clerk")
    answer = clerk.post(f"/cases/{number}/export", {})
    assert answer.mimetype == "application/zip"
    files = _checked(answer.data)
    papers = [n for n in files if n.startswith("文书/")]
    assert len(papers) == 6
    for name in papers:
        with pikepdf.open(io.BytesIO(files[name])) as pdf:
            assert len(pdf.pages) >= 1
    assert files[next(n for n in files if n.startswith("附件/"))] == scan
    catalogue = files["目录.html"].decode()
    assert all(f'href="{quote(name)}"' in catalogue for name in papers)
    assert "<script" not in catalogue
    record = json.loads(files["办理记录.json"])
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        assert record[-1]["digest"] == case.head, "the record ends where the case's chain ends"
        logged = session.scalars(select(AccessLog.target).where(AccessLog.action == "file_exported")).all()
    assert logged == [number]
    assert "导出办件档案" in files["办理记录.html"].decode()


def test_a_household_as_a_folder(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    jobs.make_papers(stage.office)
    with stage.database.reading("") as session:
        household = session.scalars(select(Household.number)).one()
    files = _checked(Person(stage, "window_clerk").post(f"/households/{household}/export", {}).data)
    assert any(n.startswith(f"{number}/文书/") for n in files)
    assert f"{number}/办理记录.html" in files


def test_a_name_that_was_kept_before_names_were_cleaned__does_not_steer(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    clerk = Person(stage, "window_clerk")
    clerk.post(
        f"/cases/{number}/attachments",
        {"file": (io.BytesIO(files_brought.a_photo("PNG")), "甲.png"), "material": "identity"},
    )
    with stage.database.unit_of_work() as uow:
        uow.session.scalars(select(Attachment)).one().name = "\u202egnp.exe"
        uow.commit()
    names = zipfile.ZipFile(io.BytesIO(clerk.post(f"/cases/{number}/export", {}).data)).namelist()
    assert [n for n in names if n.startswith("附件")] == ["附件/01-gnp.png"]


def test_nobody_takes_what_is_not_theirs(stage: Stage) -> None:
    number = cases.a_case(stage)
    assert Person(stage, "t2_clerk").post(f"/cases/{number}/export", {}).status_code == 404
    assert Person(stage, "investigator").post(f"/cases/{number}/export", {}).status_code == 403


@pytest.mark.parametrize("number", ["x\\..\\..\\evil", "x/../../evil", "甲\n0000  目录.pdf"])
def test_what_an_archive_number_says__becomes_no_path_and_no_line(stage: Stage, number: str) -> None:
    stage.set_clock(cases.noon())
    household, clerk = cases.a_household(stage), stage.actor("window_clerk", cases.VILLAGE)
    taken = TakeInOldFile("旧-1", household, "旧档", date(2010, 1, 1), next(iter(retention.TERMS)), "")
    with pytest.raises(Invalid, match="档号中不能有"):
        stage.office.perform(replace(taken, number=number), clerk)
    stage.office.perform(taken, clerk)
    stage.office.perform(AddOldSheet("旧-1", "甲.png", files_brought.a_photo("PNG"), 1), clerk)
    with stage.database.unit_of_work() as uow:
        uow.session.scalars(select(OldFile)).one().number = number  # as one of before could be called
        uow.commit()
    content = Person(stage, "window_clerk").post(f"/households/{household}/export", {}).data
    names = list(_checked(content))
    assert all(not {"", ".", ".."} & set(n.replace("\\", "/").split("/")) for n in names), names
    assert not any(mark in n for n in names for mark in "\\\n")


def test_a_file_is_read_when_it_is_written__and_one_at_a_time() -> None:
    """Forty scans of five megabytes: what is held meanwhile is a few of them, not two hundred megabytes."""
    size = 5_000_000
    content = random.Random(1).randbytes(size)
    digest = hashlib.sha256(content).hexdigest()
    pieces = [
        catalogue.Piece(
            f"旧档/{n:02}.jpg", "照片", 1, "2010-01-01", digest, lambda: bytes(bytearray(content))
        )
        for n in range(40)
    ]
    part = catalogue.Part("旧档 1/", "旧档", "30 年", "2010-01-01", pieces)
    tracemalloc.start()
    with archive.zipped([part], "一户一档", b"%PDF", datetime(2026, 3, 2, tzinfo=UTC)) as made:
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 6 * size
        files = _checked(made.read())
    assert sum(n.startswith("旧档 1/") for n in files) == 40


def test_numbers_and_names_that_differ_in_a_mark_only__lie_side_by_side(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    household, clerk = cases.a_household(stage), stage.actor("window_clerk", cases.VILLAGE)
    for n, number in enumerate(("1998:7", "1998*7", "db-7", "DB-7")):
        stage.office.perform(
            TakeInOldFile(number, household, "旧档", date(2010, 1, 1), next(iter(retention.TERMS)), ""),
            clerk,
        )
        content = files_brought.a_photo("PNG") + bytes([n])
        stage.office.perform(AddOldSheet(number, "申请书.png", content, 1), clerk)
    content = Person(stage, "window_clerk").post(f"/households/{household}/export", {}).data
    names = [n for n in _checked(content) if n.startswith("旧档")]
    assert len({n.casefold() for n in names}) == len(names) == 4
    assert "旧档 1998_7/旧档/01-申请书（2）.png" in names


def test_the_links_of_the_catalogue_lead_to_the_files(stage: Stage) -> None:
    number, clerk = cases.a_case(stage, "check_papers"), stage.actor("window_clerk", cases.VILLAGE)
    for name in ("户口簿#2.pdf", "收入%25证明.pdf", "a%2fb.pdf", "存折 100%.pdf", "a;b&c='d.pdf"):
        stage.office.perform(AddAttachment(number, name, files_brought.a_pdf()), clerk)
    files = _checked(Person(stage, "window_clerk").post(f"/cases/{number}/export", {}).data)
    links = re.findall(r'href="([^"]*)"', files["目录.html"].decode())
    assert len(links) >= 5
    assert [link for link in links if unquote(urlsplit(html.unescape(link)).path) not in files] == []
