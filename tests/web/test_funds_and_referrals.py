"""The finance desk, the departments' scope, slips that come back, and what is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from processes.errors import DutySeparation, FundMonthClosed, NotFound, PermissionMissing, RuleBroken
from processes.office.cases.start import StartCase
from processes.office.funds.entries import CloseFundMonth, ConfirmFundEntry, EnterFundEntry, ReverseFundEntry
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.relief import fund_queries
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person

TOWNSHIP = "340199101"


def entered(stage: Stage, kind: str, amount: str, by: str = "finance_officer") -> int:
    actor = stage.actor(by, "340199")
    command = EnterFundEntry(TOWNSHIP, kind, Decimal(amount), "演练")
    return int(stage.office.perform(command, actor).entry)


def confirmed(stage: Stage, kind: str, amount: str) -> int:
    entry = entered(stage, kind, amount)
    stage.office.perform(ConfirmFundEntry(entry), stage.actor("finance_officer#2", "340199"))
    return entry


def test_nobody_confirms_their_own_entry(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    entry = entered(stage, "top_up", "100.00")
    with pytest.raises(DutySeparation):
        stage.office.perform(ConfirmFundEntry(entry), stage.actor("finance_officer", "340199"))
    with pytest.raises(PermissionMissing):
        stage.office.perform(ConfirmFundEntry(entry), stage.actor("township_leader", cases.VILLAGE))


@pytest.mark.parametrize("act", ["confirm", "refuse", "reverse"])
def test_an_entry_is_acted_on_in_its_own_ledger_only(stage: Stage, act: str) -> None:
    stage.set_clock(cases.noon())
    entry = confirmed(stage, "top_up", "100.00") if act == "reverse" else entered(stage, "top_up", "100.00")
    second = Person(stage, "finance2")
    for other in ("340199102", "999999999"):
        assert second.post(f"/funds/{other}/entries/{entry}/{act}", {"memo": "重复"}).status_code == 404
    with stage.database.reading("") as session:
        waiting = fund_queries.waiting(session, fund_queries.fund_of(session, TOWNSHIP).id)
        assert [row.id for row in waiting] == ([] if act == "reverse" else [entry])
    assert second.post(f"/funds/{TOWNSHIP}/entries/{entry}/{act}", {"memo": "重复"}).status_code == 302


def test_a_closed_month_takes_no_entry_and_keeps_its_hash(stage: Stage) -> None:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    first = confirmed(stage, "top_up", "100.00")
    officer = stage.actor("finance_officer", "340199")
    with pytest.raises(RuleBroken):
        stage.office.perform(CloseFundMonth(TOWNSHIP, "2026-03"), officer)  # March is not over
    stage.set_clock(datetime(2026, 4, 1, 9, 0))
    digest = stage.office.perform(CloseFundMonth(TOWNSHIP, "2026-03"), officer).digest
    told = Person(stage, "finance_officer").get(f"/funds/{TOWNSHIP}?month=2026-03").text
    assert told.index("台账校验码") < told.index("任何一笔有改动，校验码都会不同") < told.index(digest)
    # put right in April: the reversal is an entry of its own
    reversal = stage.office.perform(ReverseFundEntry(first, "重复拨付"), officer).entry
    stage.office.perform(ConfirmFundEntry(reversal), stage.actor("finance_officer#2", "340199"))
    with stage.database.reading("") as session:
        fund = fund_queries.fund_of(session, TOWNSHIP)
        assert fund_queries.statement(session, fund, "2026-03").digest == digest
        assert fund.cash == 0
        assert fund_queries.audit(session) == []
    with pytest.raises(RuleBroken):
        stage.office.perform(ReverseFundEntry(first, "再冲一次"), officer)
    stage.set_clock(datetime(2026, 3, 31, 9, 0))
    waiting = entered(stage, "top_up", "5.00")
    with pytest.raises(FundMonthClosed):
        stage.office.perform(ConfirmFundEntry(waiting), stage.actor("finance_officer#2", "340199"))


def test_the_statement_as_pdf_and_spreadsheet(whole_stage: Stage) -> None:
    whole_stage.set_clock(datetime(2026, 3, 2, 9, 0))
    confirmed(whole_stage, "top_up", "50000.00")
    confirmed(whole_stage, "return", "1234.50")
    desk = Person(whole_stage, "finance_officer")
    page = desk.get(f"/funds/{TOWNSHIP}?month=2026-03").text
    assert "48,765.50" in page  # 50000 − 1234.50
    assert desk.get(f"/funds/{TOWNSHIP}/statement-2026-03.pdf").data.startswith(b"%PDF")
    book = zipfile.ZipFile(io.BytesIO(desk.get(f"/funds/{TOWNSHIP}/statement-2026-03.xlsx").data))
    assert "48765.5" in book.read("xl/worksheets/sheet1.xml").decode()
    assert desk.get(f"/funds/{TOWNSHIP}?month=2026-13").status_code == 422
    assert desk.get("/funds/999999999").status_code == 404
    for month in ("9999-12", "0001-01"):
        assert desk.get(f"/funds/340199101?month={month}").status_code == 422
        assert desk.get(f"/funds/340199101/statement-{month}.xlsx").status_code == 422
        assert desk.get(f"/payments?month={month}").status_code in (403, 422)
    answer = desk.post(f"/funds/{TOWNSHIP}/entries", {"kind": "top_up", "amount": "很多", "memo": "x"})
    assert "应为数字，例如" in answer.text


def registered(stage: Stage, **form: Any) -> tuple[str, list[str]]:
    """A household's needs at the one window; the registration and what it opened."""
    stage.set_clock(cases.noon())
    household = cases.a_household(stage)
    clerk = stage.actor("window_clerk", cases.VILLAGE)
    needs = {
        "source": "counter", "residence": "local", "basic_living": "no", "urgent": "no", "rigid": "no",
        "description": "困难", "phone": "138", **form,
    }  # fmt: skip
    started = stage.office.perform(StartCase("one_window", household, needs), clerk)
    return str(started.case), list(started.opened)


def test_a_department_sees_its_own_referrals_and_nothing_else(whole_stage: Stage) -> None:
    registration, opened = registered(whole_stage, needs=["illness", "schooling"])
    mine, other = opened
    officer = whole_stage.actor("department_officer", cases.VILLAGE, "medical")
    desk = Person(whole_stage, "dept_medical")
    assert desk.get(f"/cases/{mine}").status_code == 200
    assert "李秀英" not in desk.get(f"/cases/{mine}").text
    for number in (other, registration):
        assert desk.get(f"/cases/{number}").status_code == 404
    assert desk.get("/households").status_code == 403
    foreign = cases.open_items(whole_stage, other)[0]
    with pytest.raises(NotFound):
        whole_stage.office.perform(ClaimTask(foreign.id, foreign.version), officer)
    with pytest.raises(NotFound):
        whole_stage.office.perform(CompleteTask(foreign.id, foreign.version, {"decision": "accept"}), officer)


def test_the_archive_names_the_department(whole_stage: Stage) -> None:
    _, opened = registered(whole_stage, needs=["illness"])
    clerk = Person(whole_stage, "window_clerk")
    answer = clerk.post(f"/cases/{opened[0]}/export", {})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as folder:
        name = next(n for n in folder.namelist() if n.endswith("办理记录.html"))
        record = folder.read(name).decode()
    assert "承办部门：县医疗保障局" in record
    assert "medical" not in record


def test_a_slip_is_scanned_to_the_step_that_waits(whole_stage: Stage) -> None:
    _, opened = registered(whole_stage, needs=["roaming"])
    jobs.make_papers(whole_stage.office)
    with whole_stage.database.reading("") as session:
        from sqlalchemy import select

        code = session.scalars(select(IssuedPaper.code).where(IssuedPaper.kind == "referral_slip")).one()
    desk = Person(whole_stage, "window_clerk")
    found = desk.get(f"/scan?code=http://127.0.0.1:8000/verify/{code}")
    assert f"/cases/{opened[0]}/tasks/" in found.headers["Location"]
    assert desk.get("/scan?code=NOSUCHCODE").status_code == 404


def test_nothing_is_opened_when_one_of_the_cases_may_not_be(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    household = cases.a_household(whole_stage)
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    whole_stage.office.perform(StartCase("minimum_living_allowance", household, cases.APPLICATION), clerk)
    needs = {
        "source": "counter", "residence": "local", "basic_living": "yes", "cause": "illness",
        "relative_of_official": "no", "urgent": "no", "rigid": "no", "needs": ["illness"], "description": "困难",
        "phone": "138",
    }  # fmt: skip
    with pytest.raises(RuleBroken):
        whole_stage.office.perform(StartCase("one_window", household, needs), clerk)
    with whole_stage.database.reading("") as session:
        from processes.cases import queries

        assert queries.cases(session, "").total == 1


def test_the_one_window_asks_for_account_and_papers__and_hands_them_on(whole_stage: Stage) -> None:
    _, opened = registered(
        whole_stage, basic_living="yes", cause="illness", relative_of_official="no",
        bank_account="6217 0098 7654 3210", papers=["application"],
    )  # fmt: skip
    page = Person(whole_stage, "window_clerk").get(f"/cases/{opened[0]}").text
    assert "6217009876543210" in page
    assert "社会救助申请书" in page


def test_screening_stands_beside_the_form__and_says_why(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    household = cases.a_household(whole_stage)
    page = Person(whole_stage, "window_clerk").get(f"/households/{household}/apply/one_window").text
    for words in (
        "最低生活保障",
        "特困人员救助供养",
        "残疾人两项补贴",
        "家庭人均月收入",
        "拟符合",
        "不符合",
        "待补充",
    ):
        assert words in page
