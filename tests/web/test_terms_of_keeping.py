"""Records beside files are destroyed after retention, by two people, and the audit still passes afterwards."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select, text

from processes.access import log_chain
from processes.access.models import AccessLog
from processes.cases.models import Case, Notice
from processes.cli import audit
from processes.errors import FileLost
from processes.office.cases.start import StartCase
from processes.papers.archive_models import Destruction
from processes.papers.run_models import PrintRun
from processes.people.models import Household, HouseholdVersion, PersonVersion
from processes.people.models import Person as Human
from processes.rehearsal.stage import Stage
from processes.relief.models import Award
from processes.storage import file_store
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person

YEAR = 2026


@pytest.fixture
def worked(stage: Stage) -> Stage:
    """An office with a decided case, whose reads, notices and payment list are of 2026, sealed on the next day."""
    number = cases.a_case(stage, "serve_confirmation")
    for task in ("serve_confirmation", "post_announcement"):
        cases.complete(stage, cases.item_at(stage, number, task))
    jobs.make_papers(stage.office)
    clerk = Person(stage, "window_clerk")
    assert clerk.get(f"/cases/{number}").status_code == 200
    made = Person(stage, "county_clerk").post(
        "/payments", {"programme": "minimum_living_allowance", "month": "2026-05", "place": "340199"}
    )
    assert made.status_code in (200, 302), made.text
    jobs.make_runs(stage.office)
    stage.move("2 days")
    jobs.anchor_chains(stage.office)
    return stage


def _compared(stage: Stage) -> dict[str, list[str]]:
    with stage.database.snapshot("") as session:
        found = audit.compared(session, stage.office.settings)
    return {name: told for name, told in found.items() if told}


def _destroy(stage: Stage, kind: str, number: str) -> None:
    county = Person(stage, "county_clerk")
    asked = county.post("/archive/propose", {"kind": kind, "number": number, "reason": "期满，无保存价值"})
    assert asked.status_code == 302, asked.text
    with stage.database.reading("") as session:
        row = session.scalars(select(Destruction).where(Destruction.number == number)).one()
    decision = {"id": str(row.id), "decision": "destroy"}
    assert "批准销毁" in county.post("/archive/decide", decision).text, "the same person does not decide"
    assert Person(stage, "county_leader").post("/archive/decide", decision).status_code == 302


def test_a_year_of_the_log_goes_and_its_chain_still_holds(worked: Stage) -> None:
    number = f"访问记录-{YEAR}"
    # Three full years after 2026 are 2027, 2028 and 2029: free on 2030-01-01.
    worked.set_clock(datetime(2029, 12, 31, 9, 0))
    county = Person(worked, "county_clerk")
    assert number not in county.get("/archive").text
    refused = county.post("/archive/propose", {"kind": "access_log", "number": number, "reason": "x"})
    assert "保管期限未满" in refused.text
    worked.set_clock(datetime(2030, 1, 2, 9, 0))
    assert number in Person(worked, "county_clerk").get("/archive").text
    assert number not in Person(worked, "window_clerk").get("/archive").text, "the log is the county's"
    with worked.database.reading("") as session:
        told = session.scalar(select(func.count()).where(AccessLog.action == "case_read"))
        before = session.execute(
            select(AccessLog.id, AccessLog.digest).where(AccessLog.at < worked.clock())
        ).all()
    assert told
    _destroy(worked, "access_log", number)
    with worked.database.reading("") as session:
        emptied = session.scalars(select(AccessLog).where(AccessLog.action == log_chain.DESTROYED)).all()
        assert emptied
        assert {(e.target, e.address) for e in emptied} == {("", "")}
        assert not session.scalar(select(func.count()).where(AccessLog.action == "case_read"))
        assert session.scalar(select(func.count()).where(AccessLog.action == "row_state")), (
            "what rows are held against"
        )
        after = dict(session.execute(select(AccessLog.id, AccessLog.digest)).all())  # type: ignore[arg-type]
        assert all(after[entry] == digest for entry, digest in before)
        row = session.scalars(select(Destruction)).one()
        assert (row.pieces[0]["title"].split(" ")[:2], len(row.pieces[0]["sha256"])) == (
            [f"{YEAR}", "年的访问记录"],
            64,
        )
    assert _compared(worked) == {}
    assert number not in Person(worked, "county_clerk").get("/archive").text.split("待批准的销毁")[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_log SET action = 'destroyed', target = '', address = '' WHERE id = (SELECT max(id) FROM access_log)",
        "DELETE FROM access_log WHERE action = 'destroyed'",
        "UPDATE access_log SET target = '改' WHERE id = (SELECT max(id) FROM access_log WHERE action = 'destroyed')",
        "UPDATE access_log SET digest = 'x' WHERE id = (SELECT max(id) FROM access_log WHERE action = 'destroyed')",
        "DELETE FROM access_log WHERE action = 'file_destroyed'",
    ],
)
def test_entries_emptied_without_a_decision_are_found(worked: Stage, statement: str) -> None:
    worked.set_clock(datetime(2030, 1, 2, 9, 0))
    _destroy(worked, "access_log", f"访问记录-{YEAR}")
    assert _compared(worked) == {}
    with worked.database.unit_of_work() as uow:
        uow.session.execute(text(statement))
        uow.session.commit()
    assert "log" in _compared(worked)


def test_notices_of_a_year_go(worked: Stage) -> None:
    with worked.database.reading("") as session:
        assert session.scalar(select(func.count()).select_from(Notice))
    worked.set_clock(datetime(2028, 12, 31, 9, 0))
    assert f"消息-{YEAR}" not in Person(worked, "county_clerk").get("/archive").text
    # Two full years after 2026 are 2027 and 2028: free on 2029-01-01.
    worked.set_clock(datetime(2029, 1, 1, 9, 0))
    _destroy(worked, "notices", f"消息-{YEAR}")
    with worked.database.reading("") as session:
        assert not session.scalar(select(func.count()).select_from(Notice))
    assert _compared(worked) == {}


def test_a_payment_list_goes_and_whoever_checks_it_is_told(worked: Stage) -> None:
    with worked.database.reading("") as session:
        row = session.scalars(select(PrintRun)).one()
    assert row.sha256
    leader = Person(worked, "county_clerk")
    worked.set_clock(datetime(2056, 12, 31, 9, 0))
    assert row.number not in leader.get("/archive").text
    # Thirty full years after 2026 end with 2056: free on 2057-01-01.
    worked.set_clock(datetime(2057, 1, 1, 9, 0))
    _destroy(worked, "pay_list", row.number)
    jobs.remove_files(worked.office)
    with pytest.raises(FileLost):
        file_store.get(worked.office.settings.papers, row.sha256)
    with worked.database.reading("") as session:
        assert session.scalars(select(PrintRun)).one().content == {}
    assert Person(worked, "county_clerk").get(f"/prints/{row.code}.pdf").status_code == 404
    assert "按规定销毁" in Person(worked).get(f"/verify/{row.code}").text
    assert _compared(worked) == {}


def test_a_household_that_came_to_no_case_goes(stage: Stage) -> None:
    stage.set_clock(datetime(YEAR, 3, 2, 9, 0))
    number = cases.a_household(stage)
    stage.set_clock(datetime(2027, 12, 31, 9, 0))
    assert number not in Person(stage, "county_clerk").get("/archive").text
    # One full year after 2026 is 2027: free on 2028-01-01.
    stage.set_clock(datetime(2028, 1, 1, 9, 0))
    clerk = Person(stage, "window_clerk")
    assert number in clerk.get("/archive").text
    _destroy(stage, "household", number)
    with stage.database.reading("") as session:
        household = session.scalars(select(Household)).one()
        assert (household.address, household.phone, household.householder_name) == ("", "", "（已销毁）")
        assert (household.members, household.incomes, household.properties) == ([], [], [])
        assert session.scalars(select(HouseholdVersion)).one().content["members"] == []
        assert session.scalars(select(PersonVersion)).all() == []
        people = session.scalars(select(Human)).all()
        assert people
        assert {(p.name, p.id_number, p.id_tail, p.birth_on.year) for p in people} == {
            ("（已销毁）", "", "", 1900)
        }
    assert Person(stage, "window_clerk").get(f"/households/{number}").status_code == 404
    assert number not in Person(stage, "window_clerk").get("/households").text
    assert _compared(stage) == {}
    again = cases.a_household(stage)
    assert again != number, "the same people are registered anew, under a number of their own"
    assert _compared(stage) == {}


def test_a_household_stays_while_a_file_of_its_cases_is_kept(worked: Stage) -> None:
    with worked.database.unit_of_work() as uow:
        household = uow.session.scalars(select(Household)).one().number
        case = uow.session.scalars(select(Case)).one().number
        for award in uow.session.scalars(select(Award)):
            award.until_month = "2030-01"
        uow.commit()
    worked.set_clock(datetime(2057, 1, 2, 9, 0))
    assert household not in Person(worked, "county_clerk").get("/archive").text
    _destroy(worked, "case", case)
    # The file of the case went in 2057; one full year after it is 2058: free on 2059-01-01.
    worked.set_clock(datetime(2058, 12, 31, 9, 0))
    assert household not in Person(worked, "county_clerk").get("/archive").text
    worked.set_clock(datetime(2059, 1, 1, 9, 0))
    _destroy(worked, "household", household)
    assert _compared(worked) == {}


def test_a_case_opened_after_the_proposal_keeps_the_household(stage: Stage) -> None:
    stage.set_clock(datetime(YEAR, 3, 2, 9, 0))
    number = cases.a_household(stage)
    stage.set_clock(datetime(2028, 1, 1, 9, 0))
    Person(stage, "county_clerk").post(
        "/archive/propose", {"kind": "household", "number": number, "reason": "期满"}
    )
    command = StartCase("minimum_living_allowance", number, cases.APPLICATION, "once")
    stage.office.perform(command, stage.actor("window_clerk", cases.VILLAGE))
    with stage.database.reading("") as session:
        row = session.scalars(select(Destruction)).one()
    said = Person(stage, "county_leader").post("/archive/decide", {"id": str(row.id), "decision": "destroy"})
    assert "又有了办件" in said.text
    with stage.database.reading("") as session:
        assert session.scalars(select(Household)).one().householder_name != "（已销毁）"


@pytest.mark.parametrize("table", ["case_file", "household"])
def test_what_is_called_destroyed_without_a_decision_is_found(worked: Stage, table: str) -> None:
    assert _compared(worked) == {}
    with worked.database.unit_of_work() as uow:
        uow.session.execute(text(f"UPDATE {table} SET destroyed_on = '2026-06-01'"))  # noqa: S608
        uow.session.commit()
    assert "destroyed" in _compared(worked)
