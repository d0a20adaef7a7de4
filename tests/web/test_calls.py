"""The hotline's desk: a call is noted before anybody is registered, and finds its household later (C41)."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes import commands as c
from processes.cases.models import Case, WorkItem
from processes.errors import HouseholdEmpty, HouseholdNotFound, ReleaseMissing, RuleBroken, YimenError
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


def noted(stage: Stage, **more: object) -> dict[str, Any]:
    command = c.NoteCall("one_window", "hotline", {**CALL, **more}, str(uuid4()))
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
        call["household"], "13900000001", "来电人",
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
    registered(whole_stage, call["household"])
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
    whole_stage.office.perform(c.AttachCall(call["case"], known), clerk)
    (household,) = rows(whole_stage, Household)
    (case,) = rows(whole_stage, Case)
    assert (household.number, case.household_id, case.applicant) == (known, household.id, "周大海")
    with pytest.raises(RuleBroken):
        whole_stage.office.perform(c.AttachCall(call["case"], known), clerk)


def test_nobody_elses_household_and_no_empty_one(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    foreign = registered(whole_stage, division=ELSEWHERE)
    first, second = noted(whole_stage), noted(whole_stage)
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    with pytest.raises(HouseholdNotFound):
        whole_stage.office.perform(c.AttachCall(first["case"], foreign), clerk)
    with pytest.raises(RuleBroken):
        whole_stage.office.perform(c.AttachCall(first["case"], second["household"]), clerk)
    assert len(rows(whole_stage, Household)) == 3


def test_a_call_stays_in_its_township__also_for_who_sees_both(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    foreign, call = registered(whole_stage, division=ELSEWHERE), noted(whole_stage)
    county = replace(whole_stage.actor("window_clerk", cases.VILLAGE), division="340199")
    with pytest.raises(RuleBroken) as fault:
        whole_stage.office.perform(c.AttachCall(call["case"], foreign), county)
    assert "其他乡镇" in fault.value.message


def test_nothing_is_applied_for_or_moved_before_somebody_is_registered(whole_stage: Stage) -> None:
    whole_stage.set_clock(cases.noon())
    call = noted(whole_stage)
    clerk = whole_stage.actor("window_clerk", cases.VILLAGE)
    with pytest.raises(HouseholdEmpty):
        whole_stage.office.perform(
            c.StartCase("minimum_living_allowance", call["household"], {}, str(uuid4())), clerk
        )
    with pytest.raises(HouseholdEmpty):
        whole_stage.office.perform(
            c.AskTransfer(call["household"], ELSEWHERE[:9], "随子女迁居", 0, str(uuid4())), clerk
        )
    # the hotline's process is for calls alone
    known = registered(whole_stage)
    with pytest.raises(ReleaseMissing):
        whole_stage.office.perform(c.StartCase("one_window", known, CALL, str(uuid4()), "hotline"), clerk)


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
            any_whole_stage.office.perform(c.AttachCall(call["case"], to), clerk)
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
