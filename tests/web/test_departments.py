"""Departments are chosen and shown by their titles, which the table of routes in force gives them."""

from __future__ import annotations

from datetime import date

import pytest

from processes.access.permissions import Role
from processes.access.scope import Actor
from processes.errors import AccountInvalid
from processes.office.accounts.changes import ChangeAccount
from processes.rehearsal.stage import Stage
from processes.releases import departments
from tests.builders.desks import Person


def _administrator(stage: Stage) -> Actor:
    return stage.actor("administrator", "340199")


def test_titles_come_from_the_table_of_routes(whole_stage: Stage) -> None:
    with whole_stage.database.reading("") as session:
        found = departments.titles(session, date(2026, 3, 2))
    assert found["emergency"] == "县应急管理局"
    assert found["disabled"] == "县残疾人联合会"


def test_before_the_one_window_is_published__there_is_none(stage: Stage) -> None:
    with stage.database.reading("") as session:
        assert departments.titles(session, date(2026, 3, 2)) == {}


def test_an_account_shows_and_offers_departments_by_title(whole_stage: Stage) -> None:
    desk = Person(whole_stage, "admin")
    page = desk.get("/accounts/department").text
    assert '<dd class="col-sm-10">县应急管理局</dd>' in page
    assert '<option value="emergency" selected>县应急管理局</option>' in page
    assert '<option value="medical" >县医疗保障局</option>' in page


def test_no_account_is_of_a_department_that_nothing_is_referred_to(whole_stage: Stage) -> None:
    command = ChangeAccount("department", (Role.DEPARTMENT_OFFICER,), "340199", "medicla", "调动")
    with pytest.raises(AccountInvalid, match="没有部门“medicla”，应为：.*县医疗保障局（medical）"):
        whole_stage.office.perform(command, _administrator(whole_stage))
