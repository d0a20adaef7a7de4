"""Versions of holiday notices: two people, one standing version a year, limits counted anew with the decision."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from processes.access.models import AccessLog
from processes.cases import holidays as versions
from processes.cases.holiday_models import HolidayVersion
from processes.cases.models import Case, CaseEvent, Clock, WorkItem
from processes.errors import FormInvalid, OwnProposal, PermissionMissing, RuleBroken, YimenError
from processes.office.cases.start import StartCase
from processes.office.county.holidays import (
    AskUndoHolidays,
    ConfirmHolidays,
    DecideUndoHolidays,
    RejectHolidays,
)
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.holidays import OFF_2027, confirm, other_proposal, proposal, propose
from tests.storage.test_transactions import together

BEFORE = "2026-12-14T09:00"
ROUNDS = 3


def due(stage: Stage, number: str) -> dict[str, date]:
    with stage.database.reading("") as session:
        query = select(Clock.name, Clock.due_on).join(Case).where(Case.number == number)
        return dict(session.execute(query).all())


def standing(stage: Stage) -> list[int]:
    with stage.database.reading("") as session:
        query = select(HolidayVersion.version).where(HolidayVersion.status == "standing")
        return list(session.scalars(query))


def test_a_confirmed_version_moves_the_limits_at_once_and_its_undoing_moves_them_back(
    any_stage: Stage,
) -> None:
    """30 working days from 2026-12-15: 2026-12 has 13 (15—18, 21—25, 28—31), January 2027 without the first 20
    more by the weekday (1, 4—8, 11—15, 18—22 is 16; 25 is the 17th).

    Without a notice 13 + 17 = 30 ends on 2027-01-25; with 1 January off on 2027-01-26; with 4 January off and
    10 January worked on 2027-01-26 as well, one day off and one worked more.
    """
    stage = any_stage
    number = cases.a_case(stage, at="compare_economy", on=BEFORE)
    assert due(stage, number)["whole_procedure"] == date(2027, 1, 25)
    version = propose(stage)
    assert due(stage, number)["whole_procedure"] == date(2027, 1, 25)
    with stage.database.reading("") as session:
        row = session.get(HolidayVersion, version)
        moves = {
            m.title: (m.before, m.after) for m in versions.would_move(session, date(2026, 12, 14), 2027, row)
        }
    assert (date(2027, 1, 25), date(2027, 1, 26)) in moves.values()
    assert confirm(stage, version) == len(moves)
    assert due(stage, number)["whole_procedure"] == date(2027, 1, 26)
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        told = session.scalars(select(CaseEvent).where(CaseEvent.kind == "clock_counted_anew")).all()
        assert {e.payload["due_on"] for e in told} >= {date(2027, 1, 26)}
        clocks = {k.name: k.due_on for k in session.scalars(select(Clock).where(Clock.case_id == case.id))}
        for item in session.scalars(
            select(WorkItem).where(WorkItem.case_id == case.id, WorkItem.status == "open")
        ):
            assert item.clock not in clocks or item.due_on == clocks[item.clock]
    one, other = stage.actor("supervisor", "340199"), stage.actor("supervisor#2", "340199")
    stage.office.perform(AskUndoHolidays(version, "文号录错"), one)
    with pytest.raises(OwnProposal):
        stage.office.perform(DecideUndoHolidays(version, True), one)
    assert stage.office.perform(DecideUndoHolidays(version, True), other).standing is None
    assert due(stage, number)["whole_procedure"] == date(2027, 1, 25)
    assert standing(stage) == []


def test_versions_follow_each_other_and_the_former_one_stands_again(any_stage: Stage) -> None:
    stage = any_stage
    stage.set_clock(cases.noon().replace(month=12))
    confirm(stage, propose(stage))
    second = propose(stage, other_proposal())
    with pytest.raises(RuleBroken, match="待确认"):
        propose(stage)
    confirm(stage, second)
    assert standing(stage) == [2]
    one, other = stage.actor("supervisor", "340199"), stage.actor("administrator", "340199")
    stage.office.perform(AskUndoHolidays(second, "以第一次的文件为准"), other)
    with pytest.raises(RuleBroken):
        stage.office.perform(AskUndoHolidays(second, "再提一次"), one)
    assert stage.office.perform(DecideUndoHolidays(second, True), one).standing == 1
    assert standing(stage) == [1]
    third = propose(stage, other_proposal())
    with pytest.raises(RuleBroken, match="写明理由"):
        stage.office.perform(RejectHolidays(third, " "), other)
    stage.office.perform(RejectHolidays(third, "与原件不符"), other)
    with pytest.raises(RuleBroken):
        confirm(stage, third)
    assert standing(stage) == [1]
    with stage.database.reading("") as session:
        logged = session.execute(select(AccessLog.action, AccessLog.target).order_by(AccessLog.id)).all()
    said = [t for a, t in logged if a == "holiday_notice_confirmed"]
    assert said[0] == (
        "2027 年第 1 版 国办发明电〔2026〕8号：放假2027年1月1日至3日、2月5日至11日、4月3日至5日、5月1日至5日、"
        "6月9日、9月15日、10月1日至7日"
    )
    assert said[1].endswith("上班2027年2月20日、5月8日、9月26日、10月9日")
    assert {a for a, _ in logged} >= {
        "holiday_notice_proposed", "holiday_notice_rejected", "holiday_undo_asked", "holiday_notice_undone",
    }  # fmt: skip


def test_one_person_alone_moves_nothing(any_stage: Stage) -> None:
    stage = any_stage
    stage.set_clock(cases.noon().replace(month=12))
    version = propose(stage)
    with pytest.raises(OwnProposal):
        stage.office.perform(ConfirmHolidays(version), stage.actor("supervisor", "340199"))
    leader = stage.actor("county_leader", "340199")
    for command in (
        proposal(), ConfirmHolidays(version), RejectHolidays(version, "x"), AskUndoHolidays(version, "x"),
        DecideUndoHolidays(version, True),
    ):  # fmt: skip
        with pytest.raises(PermissionMissing):
            stage.office.perform(command, leader)
    with pytest.raises(FormInvalid) as told:
        propose(stage, proposal(OFF_2027 + " 2026-07-01"))
    assert list(told.value.fields) == ["days_off"]
    assert standing(stage) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "standing"},  # nobody confirmed it
        {"status": "standing", "confirmed_by_id": 1},  # by whoever proposed it
        {"status": "withdrawn", "confirmed_by_id": 2},  # nobody undid it
        {"status": "withdrawn", "confirmed_by_id": 2, "undo_asked_by_id": 1, "undone_by_id": 1},
        {"status": "gone"},
    ],
)
def test_the_database_itself_wants_two_people(any_stage: Stage, changes: dict) -> None:
    row = {"status": "proposed", "proposed_by_id": 1} | changes
    with pytest.raises(IntegrityError), any_stage.database.unit_of_work() as uow:
        uow.add(
            HolidayVersion(year=2027, version=1, days_off=[], worked_weekends=[], document_number="", **row)
        )
        uow.flush()


def test_two_confirm_at_once__it_stands_once(any_stage: Stage) -> None:
    stage = any_stage
    stage.set_clock(cases.noon().replace(month=12))
    two = [stage.actor("supervisor#2", "340199"), stage.actor("administrator", "340199")]
    for n in range(3):
        version = propose(stage, other_proposal() if n % 2 else proposal())
        results = together(*(lambda a=a, v=version: stage.office.perform(ConfirmHolidays(v), a) for a in two))
        assert [type(r) for r in results if isinstance(r, YimenError)] == [RuleBroken]
        assert standing(stage) == [n + 1]
    stage.office.perform(AskUndoHolidays(version, "录错"), stage.actor("supervisor", "340199"))
    results = together(*(lambda a=a: stage.office.perform(DecideUndoHolidays(version, True), a) for a in two))
    assert [type(r) for r in results if isinstance(r, YimenError)] == [RuleBroken]
    assert standing(stage) == [2]
    results = together(*[lambda: propose(stage, other_proposal())] * 2)
    assert [type(r) for r in results if isinstance(r, YimenError)] == [RuleBroken]


def test_a_case_opened_while_a_version_is_confirmed_counts_by_it(any_stage: Stage) -> None:
    """Whoever read the notices before is waited for, whoever reads them later sees the new one."""
    stage = any_stage
    stage.set_clock(cases.noon().replace(month=12, day=30))
    clerk = stage.actor("window_clerk", cases.VILLAGE)

    def opening(seed: str) -> StartCase:
        household = cases.a_household(stage, raw=cases.person_household(seed))
        return StartCase("minimum_living_allowance", household, cases.APPLICATION, seed)

    plain = due(stage, stage.office.perform(opening("before"), clerk).case)
    for n in range(ROUNDS):
        command, version = opening(f"case{n}"), propose(stage)
        results = together(
            lambda k=command: stage.office.perform(k, clerk).case, lambda v=version: confirm(stage, v)
        )
        (number,) = (r for r in results if isinstance(r, str))
        control = due(stage, stage.office.perform(opening(f"after{n}"), clerk).case)
        assert due(stage, number) == control
        # two working days: 31 December and, now that Friday 1 January is off, Monday the 4th
        assert {k: d - plain[k] for k, d in control.items()} == {"acceptance": timedelta(days=3)}
        stage.office.perform(AskUndoHolidays(version, "演练"), stage.actor("supervisor", "340199"))
        stage.office.perform(DecideUndoHolidays(version, True), stage.actor("supervisor#2", "340199"))
        assert due(stage, number) == plain


def test_a_version_confirmed_and_rejected_at_once__one_of_both(any_stage: Stage) -> None:
    stage = any_stage
    stage.set_clock(cases.noon().replace(month=12))
    version = propose(stage)
    one, other = stage.actor("supervisor", "340199"), stage.actor("supervisor#2", "340199")
    results = together(
        lambda: stage.office.perform(RejectHolidays(version, "不符"), one),
        lambda: stage.office.perform(ConfirmHolidays(version), other),
    )
    assert [type(r) for r in results if isinstance(r, YimenError)] == [RuleBroken]
    if not standing(stage):
        confirm(stage, propose(stage))
    with stage.database.reading("") as session:
        query = select(HolidayVersion.id).where(HolidayVersion.status == "standing")
        version = session.scalars(query).one()
    asked = together(
        *(lambda a=a: stage.office.perform(AskUndoHolidays(version, "录错"), a) for a in (one, other))
    )
    assert [type(r) for r in asked if isinstance(r, YimenError)] == [RuleBroken]
