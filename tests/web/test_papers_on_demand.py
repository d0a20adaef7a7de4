"""Papers that people ask for when they need them: after the step that they tell of, numbered, the last one holds."""

from __future__ import annotations

from sqlalchemy import select

from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person


def _made(stage: Stage, kind: str) -> list[IssuedPaper]:
    with stage.database.reading("") as session:
        return list(session.scalars(select(IssuedPaper).where(IssuedPaper.kind == kind)))


def test_the_window_prints_what_the_family_signs(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk = Person(stage, "window_clerk")
    page = clerk.get(f"/cases/{number}").text
    for title in ("制作社会救助申请书", "制作诚信承诺书", "制作家庭经济状况核对授权书"):
        assert title in page
    assert "制作邻里访问记录" not in page, "nobody visited yet"
    refused = clerk.post(f"/cases/{number}/make-paper", {"paper": "neighbour_visit"})
    assert "现在不能制作" in refused.text
    for name in ("approval_form", "没有"):
        assert "现在不能制作" in clerk.post(f"/cases/{number}/make-paper", {"paper": name}).text
    assert clerk.post(f"/cases/{number}/make-paper", {"paper": "pledge"}).status_code == 302
    jobs.make_papers(stage.office)
    paper = _made(stage, "pledge")[0]
    assert paper.is_decided
    assert "民救诺〔2026〕1号" in paper.number
    assert clerk.get(f"/papers/{paper.code}.pdf").status_code == 200


def test_the_one_made_last_holds(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk = Person(stage, "window_clerk")
    for _ in range(2):
        clerk.post(f"/cases/{number}/make-paper", {"paper": "authorisation"})
    first, second = _made(stage, "authorisation")
    assert (first.standing, second.standing) == ("superseded", "standing")
    assert first.ended_because == "重新制作"


def test_a_record_after_its_step(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    clerk = Person(stage, "window_clerk")
    assert "制作邻里访问记录" in clerk.get(f"/cases/{number}").text
    assert "制作民主评议记录" not in clerk.get(f"/cases/{number}").text
    assert clerk.post(f"/cases/{number}/make-paper", {"paper": "neighbour_visit"}).status_code == 302
    assert (
        Person(stage, "auditor").post(f"/cases/{number}/make-paper", {"paper": "pledge"}).status_code == 403
    )


def test_who_opens_no_paper_makes_none(stage: Stage) -> None:
    """The cashier works on tasks of money; a pledge on a case that is none of theirs was made by them."""
    number = cases.a_case(stage, "check_papers")
    refused = Person(stage, "finance_officer").post(f"/cases/{number}/make-paper", {"paper": "pledge"})
    assert refused.status_code == 403
    assert _made(stage, "pledge") == []
