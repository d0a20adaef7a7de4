"""The file for the bank pays what holds when it is taken, whatever the list showed when it was made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import select

from processes.cases.models import WorkItem
from processes.papers.run_models import PrintRun
from processes.people.models import Household
from processes.rehearsal.registering import household_form, save
from processes.rehearsal.stage import Stage
from processes.relief.models import Award
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person
from tests.web.test_hands import _complete, _post

CASE = "340199101-DB-2026-00001"


def _listed(stage: Stage) -> str:
    """The code of the payment list that a decided case stands on."""
    number = cases.a_case(stage, "county_decision")
    leader = Person(stage, "county_leader")
    _post(stage, leader, number, "claim")
    assert _complete(stage, leader, number, cases.answer(stage, "county_decision")).status_code == 200
    with stage.database.reading("") as session:
        award = session.scalars(select(Award)).one()
    return _made(stage, award)


def _made(stage: Stage, award: Award) -> str:
    asked = {"programme": award.programme, "month": award.from_month, "place": "340199"}
    assert Person(stage, "county_clerk").post("/payments", asked).status_code == 302
    jobs.make_runs(stage.office)
    with stage.database.reading("") as session:
        return session.scalars(select(PrintRun.code).order_by(PrintRun.id.desc())).first() or ""


def _rows(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return "".join(book.read(n).decode() for n in book.namelist() if n.endswith(".xml"))


def _taken_back(stage: Stage) -> None:
    with stage.database.reading("") as session:
        item = session.scalars(select(WorkItem).where(WorkItem.task == "county_decision")).one()
    said = {"version": str(item.version), "token": "t"}
    answer = Person(stage, "county_leader").post(f"/cases/{CASE}/tasks/{item.id}/take-back", said)
    assert answer.status_code == 302, answer.text


def _changed(stage: Stage, **to: object) -> None:
    with stage.database.unit_of_work() as uow:
        award = uow.session.scalars(select(Award)).one()
        for name, value in to.items():
            setattr(award, name, value)
        uow.commit()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(_taken_back, id="decision taken back"),
        pytest.param(lambda s: _changed(s, account="6217000000000000001"), id="another account"),
    ],
)
def test_what_holds_no_longer_is_not_sent_to_the_bank(stage: Stage, change: Callable[[Stage], None]) -> None:
    code = _listed(stage)
    clerk = Person(stage, "county_clerk")
    assert "张建国" in _rows(clerk.get(f"/prints/{code}.xlsx").data)
    change(stage)
    with stage.database.reading("") as session:
        award = session.scalars(select(Award)).one()
    answer = clerk.get(f"/prints/{code}.xlsx")
    assert answer.status_code == 409
    assert f"张建国（{CASE}）" in answer.text
    assert "请重新生成清册后导出" in answer.text
    if award.status == "standing":
        assert "6217000000000000001" in _rows(clerk.get(f"/prints/{_made(stage, award)}.xlsx").data)


def test_a_list_of_before__which_did_not_keep_its_programme__is_compared_too(stage: Stage) -> None:
    code = _listed(stage)
    with stage.database.unit_of_work() as uow:
        run = uow.session.scalars(select(PrintRun)).one()
        run.content = {k: v for k, v in run.content.items() if k != "programme"}
        uow.commit()
    clerk = Person(stage, "county_clerk")
    assert clerk.get(f"/prints/{code}.xlsx").status_code == 200
    _changed(stage, status="withdrawn")
    assert clerk.get(f"/prints/{code}.xlsx").status_code == 409


def test_a_name_that_was_corrected_is_not_sent_as_it_was(stage: Stage) -> None:
    code = _listed(stage)
    with stage.database.reading("") as session:
        number, version = session.execute(select(Household.number, Household.version)).one()
    form = household_form(cases.HOUSEHOLD, cases.VILLAGE)
    form["members"][0]["name"] = "张建军"
    save(stage.office, stage.actor("window_clerk", cases.VILLAGE), form, number, version, confirm=True)
    assert Person(stage, "county_clerk").get(f"/prints/{code}.xlsx").status_code == 409
    with stage.database.reading("") as session:
        award = session.scalars(select(Award)).one()
    assert "张建军" in _rows(Person(stage, "county_clerk").get(f"/prints/{_made(stage, award)}.xlsx").data)
