"""Electronic signatures: three people and the seal in order, each told what is whole; one changed byte is said."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from processes.cli import main as cli
from processes.errors import FileLost
from processes.papers.models import IssuedPaper
from processes.papers.run_models import PrintRun
from processes.rehearsal.stage import Stage
from processes.storage import file_store
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person, colleague

SIGNERS = ("township_leader", "county_clerk", "county_leader", "county_clerk")


def _paper(stage: Stage) -> IssuedPaper:
    with stage.database.reading("") as session:
        return session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "approval_form")).one()


@pytest.fixture
def approved(stage: Stage) -> str:
    """A decided case whose approval form is made."""
    number = cases.a_case(stage, "serve_confirmation")
    jobs.make_papers(stage.office)
    return number


def _sign(stage: Stage, role: str, signed: int) -> Any:
    return Person(stage, role).post(f"/papers/{_paper(stage).code}/sign", {"signed": str(signed)})


def _content(stage: Stage) -> bytes:
    paper = _paper(stage)
    return file_store.get(stage.office.settings.papers, paper.signed_sha256 or paper.sha256 or "")


def _checked(stage: Stage, content: bytes) -> str:
    answer = Person(stage).post("/verify", {"file": (io.BytesIO(content), "表.pdf")})
    return str(answer.text)


def test_three_people_and_the_seal_in_order(stage: Stage, approved: str) -> None:
    before = _content(stage)
    assert "县民政局经办签名" not in Person(stage, "county_clerk").get(f"/cases/{approved}").text
    assert _sign(stage, "county_clerk", 0).status_code >= 400, "not their turn yet"
    for n, role in enumerate(SIGNERS):
        assert _sign(stage, role, n).status_code == 302
    after = _content(stage)
    assert after.startswith(before), "a signature is written after what it signs"
    page = _checked(stage, after)
    assert "逐字节一致" in page
    assert page.count("签名之后内容没有改动") == 4
    assert "不是法律意义上的电子签章" in page
    assert "印章" in page
    assert "此后文书上又增加了签名" in _checked(stage, before)
    assert "加盖电子印章" in Person(stage, "county_clerk").get(f"/cases/{approved}").text
    printed = Person(stage, "county_clerk").get(f"/papers/{_paper(stage).code}.pdf")
    assert printed.data == after, "what is printed carries the signatures"
    assert _sign(stage, "county_clerk", 4).status_code >= 400, "complete"


def test_one_changed_byte_is_said(stage: Stage, approved: str) -> None:
    for n, role in enumerate(SIGNERS[:3]):
        _sign(stage, role, n)
    content = bytearray(_content(stage))
    for at in (900, len(content) // 3, content.rindex(b"%%EOF") - 40):
        changed = bytearray(content)
        changed[at] ^= 1
        page = _checked(stage, bytes(changed))
        assert "都不一致" in page or "不能读取" in page, at
        assert page.count("签名之后内容没有改动") < 3, at


def test_something_added_after_the_signature_is_said(stage: Stage, approved: str) -> None:
    _sign(stage, "township_leader", 0)
    with pikepdf.open(io.BytesIO(_content(stage))) as pdf:
        pdf.pages[0].contents_add(b"q 1 0 0 rg 100 100 50 50 re f Q")
        out = io.BytesIO()
        pdf.save(out)
    page = _checked(stage, out.getvalue())
    assert "都不一致" in page
    assert "签名之后内容没有改动" not in page


def test_only_who_gave_the_opinion_signs_it(stage: Stage, approved: str) -> None:
    other = Person(stage, "t2_leader").post(f"/papers/{_paper(stage).code}/sign", {"signed": "0"})
    assert other.status_code == 404, "another township does not see it"
    assert (
        Person(stage, "window_clerk").post(f"/papers/{_paper(stage).code}/sign", {"signed": "0"}).status_code
        >= 400
    )
    assert _sign(stage, "township_leader", 0).status_code == 302
    stale = _sign(stage, "county_clerk", 0)
    assert "请刷新" in stale.text


def test_a_colleague_of_the_same_role_does_not_sign_it(stage: Stage, approved: str) -> None:
    colleague(stage, "t1_leader", "t1_leader_b", "钱乡长")
    other = Person(stage, "t1_leader_b")
    assert "乡镇负责人签名" not in other.get(f"/cases/{approved}").text
    refused = other.post(f"/papers/{_paper(stage).code}/sign", {"signed": "0"})
    assert refused.status_code == 409
    assert "应由办理该级意见的人员" in refused.text
    assert _paper(stage).signed_sha256 is None


@pytest.mark.parametrize("content", [b"%PDF-1.7\nbroken", b"no pdf", b"%PDF-1.4\n" + b"1 0 obj<</A" * 5000])
def test_what_is_no_pdf_says_so(stage: Stage, content: bytes) -> None:
    answer = Person(stage).post("/verify", {"file": (io.BytesIO(content), "x.pdf")})
    assert answer.status_code < 500


@pytest.mark.parametrize("content", [b"%PDF-1.7\nbroken", b"%PDF-1.4\n" + b"1 0 obj<</A" * 5000])
def test_a_pdf_that_cannot_be_read_is_no_original(stage: Stage, content: bytes) -> None:
    told = _checked(stage, content)
    assert "都不一致" in told
    assert "签名无法核对" in told
    assert "附件" not in told, "nothing was uploaded to a case"


def test_in_the_shell(stage: Stage, approved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _sign(stage, "township_leader", 0)
    monkeypatch.setattr(cli, "open_office", lambda: stage.office)
    file = tmp_path / "form.pdf"
    file.write_bytes(_content(stage))
    said = CliRunner().invoke(cli.main, ["verify", str(file)])
    assert said.exit_code == 0, said.output
    assert "逐字节一致" in said.output
    assert "内容没有改动" in said.output
    file.write_bytes(_content(stage).replace(b"%%EOF", b"%%EOG", 1))
    assert CliRunner().invoke(cli.main, ["verify", str(file)]).exit_code == 1
    file.write_bytes(b"%PDF-1.7\nbroken")
    broken = CliRunner().invoke(cli.main, ["verify", str(file)])
    assert (broken.exit_code, "签名无法核对" in broken.output) == (1, True)


def test_many_papers_are_printed_at_once(stage: Stage, approved: str) -> None:
    clerk = Person(stage, "window_clerk")
    page = clerk.get("/papers/batch").text
    codes = re.findall(r'name="code"\s+value="([^"]+)"', page)
    assert len(codes) == 6
    made = clerk.client.post(
        "/papers/batch",
        data={"csrf_token": clerk.csrf, "code": codes},
        headers={"Referer": "https://localhost/"},
    )
    assert made.status_code == 302
    jobs.make_runs(stage.office)
    with stage.database.reading("") as session:
        run = session.scalars(select(PrintRun)).one()
    file = clerk.get(f"/prints/{run.code}.pdf").data
    with pikepdf.open(io.BytesIO(file)) as pdf:
        with stage.database.reading("") as session:
            pages = sum(p.pages or 0 for p in session.scalars(select(IssuedPaper)))
        assert len(pdf.pages) == 1 + pages
    assert "没有待打印的文书" in clerk.get("/papers/batch").text
    stage.move("8 days")
    jobs.make_runs(stage.office)
    jobs.remove_files(stage.office)
    assert clerk.get(f"/prints/{run.code}.pdf").status_code == 404, "a bound copy does not outlive a week"
    with pytest.raises(FileLost):
        file_store.get(stage.office.settings.papers, run.sha256 or "")
    other = Person(stage, "t2_clerk")
    assert approved not in other.get("/papers/batch").text
    refused = other.client.post(
        "/papers/batch",
        data={"csrf_token": other.csrf, "code": codes},
        headers={"Referer": "https://localhost/"},
    )
    assert refused.status_code == 404
