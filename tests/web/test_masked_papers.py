"""People who may not reveal ID numbers see papers with masked ones, on every route."""

from __future__ import annotations

import io

import pypdfium2
import pytest
from sqlalchemy import select

from processes.cases.models import Case
from processes.errors import PermissionMissing
from processes.office.papers.export import ExportFile
from processes.office.papers.print_runs import PrintBatch
from processes.office.papers.read import RecordPrinting
from processes.papers import masked
from processes.papers.models import IssuedPaper, Printing
from processes.people.id_number import compose
from processes.people.models import Household
from processes.rehearsal.stage import Stage
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person

MASKING = ("auditor", "supervisor", "t1_village1")


def form_of(stage: Stage) -> str:
    """The code of the approval form of a confirmed case, which shows every member's number."""
    cases.a_case(stage, at="serve_confirmation")
    jobs.make_papers(stage.office)
    with stage.database.reading("") as session:
        return session.scalars(select(IssuedPaper.code).where(IssuedPaper.kind == "approval_form")).one()


def text_of(content: bytes) -> str:
    return "".join(p.get_textpage().get_text_bounded() for p in pypdfium2.PdfDocument(io.BytesIO(content)))


def test_the_same_page_with_masked_numbers(stage: Stage) -> None:
    code = form_of(stage)
    clerk = text_of(Person(stage, "window_clerk").get(f"/papers/{code}.pdf").data)
    number = next(word for word in clerk.split() if len(word) == 18 and word[:17].isdigit())
    for role in MASKING:
        person = Person(stage, role)
        for door in (f"/papers/{code}.pdf", f"/papers/{code}/original.pdf"):
            answer = person.get(door)
            assert answer.status_code == 200
            seen = text_of(answer.data)
            assert number not in seen
            assert f"{number[:4]}**********{number[14:]}" in seen
        assert person.get(f"/papers/{code}/signed.pdf").status_code == 403
    with stage.database.reading("") as session:
        printed = session.scalars(select(Printing.by)).all()
    assert printed == ["赵窗口"], "a masked page is read, not printed"


def test_no_batch_and_no_printing_past_the_page(stage: Stage) -> None:
    code = form_of(stage)
    for command in (RecordPrinting(code), PrintBatch((code,))):
        for role in ("auditor", "supervisor"):
            with pytest.raises(PermissionMissing):
                stage.office.perform(command, stage.actor(role, "340199"))


def test_no_whole_file_goes_to_who_sees_masked_numbers(stage: Stage) -> None:
    """A whole file holds numbers in papers, in pictures of signed pages and documents, and in the record of events."""
    form_of(stage)
    with stage.database.reading("") as session:
        case, household = (
            session.scalars(select(Case.number)).one(),
            session.scalars(select(Household.number)).one(),
        )
    for command in (ExportFile(case_number=case), ExportFile(household=household)):
        with pytest.raises(PermissionMissing):
            stage.office.perform(command, stage.actor("auditor", "340199"))
    auditor = Person(stage, "auditor")
    assert auditor.post(f"/cases/{case}/export", {}).status_code == 403
    assert auditor.post(f"/households/{household}/export", {}).status_code == 403
    assert auditor.get("/archive").status_code == 200


@pytest.mark.parametrize(("birth", "shown"), [("2012-05-01", "林某某"), ("1990-05-01", "林小月")])
def test_the_public_notice_names_a_minor_by_the_family_name_alone(
    stage: Stage, birth: str, shown: str
) -> None:
    alone = {"members": [{"name": "林小月", "relation": "本人", "birth": birth, "sex": "女"}]}
    cases.a_case(stage, at="post_notice", raw=alone)
    with stage.database.reading("") as session:
        notices = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "public_notice")).all()
    assert [n.contract["applicant"] for n in notices] == [shown]


def test_numbers_within_sentences_and_lists_are_masked() -> None:
    from datetime import date

    number = compose("340199", date(1978, 6, 15), 201)
    told = {"a": number, "b": [f"证件号{number}，电话 13855550000", 5, None], "c": {"d": number[:17] + "X"}}
    hidden = f"{number[:4]}**********{number[14:]}"
    assert masked.contract_of(told) == {
        "a": hidden, "b": [f"证件号{hidden}，电话 13855550000", 5, None], "c": {"d": hidden[:-1] + "X"},
    }  # fmt: skip


def test_documents_of_foreigners_are_masked() -> None:
    """A foreigner's card of before wherever it stands; a passport where a document's number stands, and then everywhere."""
    told = {
        "members": [{"name": "甲", "id_number": "E12345678"}, {"name": "乙", "id_number": "无证件"}],
        "said": ["护照E12345678、永居证USA110000198001的持有人", "E87654321"],
    }
    assert masked.contract_of(told) == {
        "members": [{"name": "甲", "id_number": "E*****678"}, {"name": "乙", "id_number": "无证件"}],
        "said": ["护照E*****678、永居证USA1*******8001的持有人", "E87654321"],
    }
