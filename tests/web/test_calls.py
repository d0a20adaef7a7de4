"""The hotline: a call is recorded before anybody is registered, and attached to its household later (C41)."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.cases.models import Case, WorkItem
from processes.errors import HouseholdEmpty, HouseholdNotFound, ReleaseMissing, RuleBroken, YimenError
from processes.office.cases.calls import AttachCall, NoteCall, NoteCallResult
from processes.office.cases.control import EndCase
from processes.office.cases.start import StartCase
from processes.office.people.transfers import AskTransfer
from processes.office.personal.form_drafts import DiscardFormDraft, SaveFormDraft
from processes.papers.archive_models import OldFile
from processes.people.models import Household
from processes.rehearsal.registering import household_form, save
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person as Browser

ELSEWHERE = "340199102201"
CALL = {"caller_phone": "139 0000 0001", "place": cases.VILLAGE, "description": "邻居独居，断粮两天"}
FAMILY: dict[str, Any] = {
    "members": [{"name": "周大海", "relation": "本人", "birth": "1951-01-09", "sex": "男"}]
}


def noted(stage: Stage, **more: object) -> NoteCallResult:
    command = NoteCall("one_window", "hotline", {**CALL, **more}, str(uuid4()))
    return stage.office.perform(command, stage.actor("window_clerk", cases.VILLAGE))


def rows(stage: Stage, kind: type[Any]) -> list[Any]:
    with stage.database.reading("") as session:
        return list(session.scalars(select(kind).order_by(kind.id)))


def registered(stage: Stage, number: str | None = None, division: str = cases.VILLAGE) -> str:
    clerk = stage.actor("window_clerk", division)
    return save(stage.office, clerk, household_form(FAMILY, division), number)


def test_a_call_needs_a_number_a_place_and_a_trouble__nothing_else(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    call = noted(whole_stage)
    (household,) = rows(whole_stage, Household)
    assert (household.number, household.phone, household.householder_name) == (
        call.household, "13900000001", "来电人",
    )  # fmt: skip
    (item,) = rows(whole_stage, WorkItem)
    assert (item.task, item.applicant) == ("call_back", "来电人")


def test_what_is_wrong_is_told_at_the_field__and_nothing_is_opened(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    clerk = Browser(whole_stage, "window_clerk")
    wrong = {"caller_phone": "12345", "place": ELSEWHERE, "description": "x"}
    answer = clerk.send("/calls", {"token": str(uuid4()), "data": wrong})
    assert answer.status_code == 422
    assert set(answer.json["fields"]) == {"caller_phone", "place"}
    assert rows(whole_stage, Household) == []
    missing = clerk.send(
        "/calls", {"token": str(uuid4()), "data": {"place": cases.VILLAGE, "description": "x"}}
    )
    assert "caller_phone" in missing.json["fields"]


def test_the_page_lists_calls_and_the_file_says_what_to_do(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    known = registered(whole_stage)
    clerk = Browser(whole_stage, "window_clerk")
    answer = clerk.send(
        "/calls",
        {"token": str(uuid4()), "data": {**CALL, "caller_name": "周先生", "caller_phone": "13800000000"}},
    )
    assert answer.status_code == 200, answer.text
    page = clerk.get(answer.json["address"]).text
    assert "已登记，办件编号" in page
    assert "周先生" in page
    assert "热线回拨" in page
    opened = rows(whole_stage, Household)[-1]
    file = clerk.get(f"/households/{opened.number}").text
    assert "还没有登记家庭成员" in file
    assert clerk.get(f"/households/{opened.number}/history").status_code == 200
    assert clerk.get("/households").status_code == 200
    # the family of the same telephone is offered
    assert f'<option value="{known}">' in file
    assert clerk.get(f"/cases/{rows(whole_stage, Case)[-1].number}").status_code == 200
    assert clerk.get(
        f"/cases/{rows(whole_stage, Case)[-1].number}/tasks/{rows(whole_stage, WorkItem)[-1].id}"
    ).status_code in (200, 302)


def test_registering_the_family_names_the_call_after_it(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    call = noted(whole_stage, place=cases.VILLAGE[:9])
    registered(whole_stage, call.household)
    (case,) = rows(whole_stage, Case)
    (item,) = rows(whole_stage, WorkItem)
    assert (case.applicant, case.division) == ("周大海", cases.VILLAGE)
    # zhou da hai
    assert (item.applicant, item.initials, item.division) == ("周大海", "zdh", cases.VILLAGE)


def test_the_caller_was_known__the_call_goes_there_and_the_file_goes(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    known = registered(whole_stage)
    call = noted(whole_stage)
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    whole_stage.office.perform(AttachCall(call.case, known), clerk)
    (household,) = rows(whole_stage, Household)
    (case,) = rows(whole_stage, Case)
    assert (household.number, case.household_id, case.applicant) == (known, household.id, "周大海")
    with pytest.raises(RuleBroken):
        whole_stage.office.perform(AttachCall(call.case, known), clerk)


def test_nobody_elses_household_and_no_empty_one(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    foreign = registered(whole_stage, division=ELSEWHERE)
    first, second = noted(whole_stage), noted(whole_stage)
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    with pytest.raises(HouseholdNotFound):
        whole_stage.office.perform(AttachCall(first.case, foreign), clerk)
    with pytest.raises(RuleBroken):
        whole_stage.office.perform(AttachCall(first.case, second.household), clerk)
    assert len(rows(whole_stage, Household)) == 3


def test_a_call_stays_in_its_township__also_for_who_sees_both(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    foreign, call = registered(whole_stage, division=ELSEWHERE), noted(whole_stage)
    county = replace(whole_stage.actor("window_clerk", cases.VILLAGE), division="340199")
    with pytest.raises(RuleBroken) as fault:
        whole_stage.office.perform(AttachCall(call.case, foreign), county)
    assert "其他乡镇" in fault.value.message


def test_nothing_is_applied_for_or_moved_before_somebody_is_registered(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    call = noted(whole_stage)
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    with pytest.raises(HouseholdEmpty):
        whole_stage.office.perform(
            StartCase("minimum_living_allowance", call.household, {}, str(uuid4())), clerk
        )
    with pytest.raises(HouseholdEmpty):
        whole_stage.office.perform(
            AskTransfer(call.household, ELSEWHERE[:9], "随子女迁居", 0, str(uuid4())), clerk
        )
    # the hotline's process is for calls alone
    known = registered(whole_stage)
    with pytest.raises(ReleaseMissing):
        whole_stage.office.perform(StartCase("one_window", known, CALL, str(uuid4()), "hotline"), clerk)


@pytest.mark.postgresql
def test_one_call_goes_to_one_household__whatever_two_clerks_do(any_whole_stage: Stage) -> None:
    """Two clerks take the same call to two households at the same moment: one wins, nothing is lost."""
    any_whole_stage.set_clock(cases.noon())
    one = registered(any_whole_stage)
    two = save(
        any_whole_stage.office, any_whole_stage.actor("window_clerk", cases.VILLAGE),
        household_form({"members": [{"name": "周大江", "relation": "本人", "birth": "1950-03-02", "sex": "男"}]}, cases.VILLAGE),
    )  # fmt: skip
    call = noted(any_whole_stage)
    clerk = any_whole_stage.actor("window_clerk", cases.VILLAGE)
    faults: list[YimenError] = []

    def attach(to: str) -> None:
        try:
            any_whole_stage.office.perform(AttachCall(call.case, to), clerk)
        except YimenError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=attach, args=(to,)) for to in (one, two)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (case,) = rows(any_whole_stage, Case)
    assert len(faults) == 1
    assert {h.number for h in rows(any_whole_stage, Household)} == {one, two}
    assert case.applicant in ("周大海", "周大江")


def test_two_windows_with_one_sheet__are_two_calls(whole_stage: Stage) -> None:
    """The second window goes on with what the first has kept; each hands in what it shows, once."""
    whole_stage.set_clock(cases.noon())
    clerk = Browser(whole_stage, "window_clerk")

    def marks() -> dict[str, str]:
        page = clerk.get("/calls").text
        return {name: re.findall(rf'data-{name}="([^"]+)"', page)[0] for name in ("token", "once")}

    one = marks()
    kept = {"sheet": one["token"], "place": "/calls", "base": 0, "seen": 0, "label": "来电登记", "data": CALL}
    assert clerk.send("/unsaved", kept).status_code == 200
    two = marks()
    assert (two["token"], two["once"] != one["once"]) == (one["token"], True)
    for window, said in ((two, "着火了"), (one, "断粮两天"), (one, "断粮两天")):
        body = {"token": window["once"], "unsaved": window["token"], "data": {**CALL, "description": said}}
        assert clerk.send("/calls", body).status_code == 200
    # three submissions, the last one of them a double click
    assert len(rows(whole_stage, Case)) == 2


def test_an_old_file_goes_along__and_nothing_typed_is_lost(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    known, call = registered(whole_stage), noted(whole_stage)
    with whole_stage.database.unit_of_work() as uow:
        opened = uow.session.scalars(select(Household).where(Household.number == call.household)).one()
        uow.add(
            OldFile(
                number="旧-1", household_id=opened.id, title="旧档", closed_on=date(2020, 1, 1), retention="30年",
                division=cases.VILLAGE, taken_in_at=uow.now, taken_in_by="赵窗口",
            )
        )  # fmt: skip
        uow.commit()
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    place = f"/households/{call.household}"
    typed = SaveFormDraft("sheet-1", place, "家庭", {"members": []})
    whole_stage.office.perform(typed, clerk)
    with pytest.raises(RuleBroken, match="rule_broken") as fault:
        whole_stage.office.perform(AttachCall(call.case, known), clerk)
    assert "还没有提交" in fault.value.message
    whole_stage.office.perform(DiscardFormDraft("sheet-1"), clerk)
    whole_stage.office.perform(AttachCall(call.case, known), clerk)
    (household,) = rows(whole_stage, Household)
    assert rows(whole_stage, OldFile)[0].household_id == household.id


def test_a_call_is_found_by_who_called_and_by_the_family(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    call = noted(whole_stage, caller_name="周先生")
    clerk = Browser(whole_stage, "window_clerk")
    assert call.household in clerk.get("/households?q=周先生").text
    family = {
        "address": "白云山脚下七号",
        "members": [
            *FAMILY["members"],
            {"name": "欧阳小妹", "relation": "配偶", "birth": "1953-02-02", "sex": "女"},
        ],
    }
    actor = whole_stage.actor("window_clerk", cases.VILLAGE)
    save(whole_stage.office, actor, household_form(family, cases.VILLAGE), call.household)
    for word in ("欧阳小妹", "白云山脚"):
        assert call.case in clerk.get(f"/cases?q={word}").text, word


def test_a_closed_call_keeps_its_name(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    call = noted(whole_stage)
    supervisor = whole_stage.actor("supervisor", "340199")
    whole_stage.office.perform(EndCase(call.case, "骚扰电话"), supervisor)
    registered(whole_stage, call.household)
    assert rows(whole_stage, Case)[0].applicant == "来电人"
    with pytest.raises(RuleBroken) as fault:
        whole_stage.office.perform(
            AttachCall(call.case, call.household), whole_stage.actor("window_clerk", cases.VILLAGE)
        )
    assert "已经办结" in fault.value.message


def test_small_things_of_the_form(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    call = noted(whole_stage, caller_name="   ", address="　")
    assert rows(whole_stage, Household)[0].householder_name == "来电人"
    clerk = Browser(whole_stage, "window_clerk")
    # nothing is applied for before somebody is registered, and a call is not applied for
    assert clerk.get(f"/households/{call.household}/apply/minimum_living_allowance").status_code == 302
    known = registered(whole_stage)
    assert clerk.get(f"/households/{known}/apply/one_window/hotline").headers["Location"] == "/calls"
    # a number as somebody types it
    answer = clerk.post(f"/cases/{call.case}/caller", {"household": f" {known.lower()} "})
    assert answer.headers["Location"] == f"/households/{known}"
