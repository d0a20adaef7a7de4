"""Reads, look-ups and refusals are logged, once in a while, and look-ups are limited."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from processes.access.models import AccessLog, Account
from processes.cases.models import Notice
from processes.errors import DatabaseBusy, PermissionMissing
from processes.office import Office
from processes.office.people.look_up import LookUpPerson
from processes.people.id_number import compose
from processes.rehearsal.registering import household_form
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person
from web.app import create_app

ZHANG = compose("340199", date(1978, 6, 15), 201)


def logged(stage: Stage, action: str) -> list[tuple[str, str]]:
    """User names and targets of an action, in order."""
    with stage.database.reading("") as session:
        query = select(Account.username, AccessLog.target).join(Account, Account.id == AccessLog.account_id)
        return [
            (u, t) for u, t in session.execute(query.where(AccessLog.action == action).order_by(AccessLog.id))
        ]


def test_pages_of_cases_and_households_are_written_down_once_a_while(stage: Stage) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    for _ in range(3):
        clerk.get(f"/cases/{number}")
    clerk.get("/households/340199101-H-000001")
    clerk.get("/households/340199101-H-000001/history")
    assert logged(stage, "case_read") == [("t1_clerk", number)]
    assert logged(stage, "household_read") == [("t1_clerk", "340199101-H-000001")]
    assert logged(stage, "history_read") == [("t1_clerk", "340199101-H-000001")]
    stage.clock.now += timedelta(minutes=11)
    clerk.get(f"/cases/{number}")
    assert len(logged(stage, "case_read")) == 2


def test_the_reading_of_the_log_is_written_down(stage: Stage) -> None:
    Person(stage, "auditor").get("/audit")
    assert logged(stage, "audit_read") == [("auditor", "")]


def test_what_is_refused_is_written_down(stage: Stage) -> None:
    number = cases.a_case(stage)
    Person(stage, "window_clerk").get("/audit")
    stranger = Person(stage, "t2_clerk")
    stranger.get(f"/cases/{number}")
    stranger.get(f"/cases/{number}")
    stranger.post(f"/cases/{number}/watch", {"watch": "1"})
    assert logged(stage, "refused") == [
        ("t1_clerk", "/audit"),
        ("t2_clerk", f"/cases/{number}"),
        ("t2_clerk", f"提交 /cases/{number}/watch"),
    ]
    assert logged(stage, "case_read") == []


def test_a_store_that_takes_no_writes_keeps_nobody_from_reading__but_no_file_goes_out(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    real = Office.perform

    def busy(self: Office, command: object, actor: object) -> object:
        if type(command).__name__ == "NoteRead":
            raise DatabaseBusy()
        return real(self, command, actor)  # type: ignore[arg-type]

    monkeypatch.setattr(Office, "perform", busy)
    assert clerk.get(f"/cases/{number}").status_code == 200


def test_every_page_below_a_case_or_household_says_what_is_written_down(stage: Stage) -> None:
    app = create_app(stage.office)
    silent = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not rule.rule.startswith(("/cases/<", "/households/<")):
            continue
        view = app.view_functions[rule.endpoint]
        if not getattr(view, "reads", ""):
            silent.add(rule.endpoint)
    assert silent == set()


def test_a_look_up_is_written_down_without_the_number(stage: Stage) -> None:
    cases.a_household(stage)
    clerk = Person(stage, "window_clerk")
    clerk.send("/people/look-up", {"id_number": ZHANG})
    clerk.send("/people/look-up", {"id_number": compose("340199", date(1970, 1, 1), 305)})
    (found, missing) = logged(stage, "look_up")
    assert found == ("t1_clerk", "person/1")
    assert re.fullmatch(r"person/- [0-9a-f]{8}", missing[1]), "a keyed fingerprint, and not the number"


def test_of_another_township_only_that_there_is_somebody__unless_the_name_is_known(stage: Stage) -> None:
    cases.a_household(stage)
    other = Person(stage, "t2_clerk")
    told = other.send("/people/look-up", {"id_number": ZHANG}).json
    assert (told["name"], told["warnings"]) == ("", ["已在库（其他乡镇登记）"])
    assert other.send("/people/look-up", {"id_number": ZHANG, "name": "李四"}).json["name"] == ""
    assert other.send("/people/look-up", {"id_number": ZHANG, "name": "张建国"}).json["name"] == "张建国"


@pytest.mark.parametrize(
    "role", ["village_assistant", "supervisor", "auditor", "county_leader", "investigator"]
)
def test_only_who_registers_looks_up(stage: Stage, role: str) -> None:
    writes = role == "investigator"
    answer = Person(stage, role).send("/people/look-up", {"id_number": ZHANG})
    assert answer.status_code == (200 if writes else 403)
    if not writes:
        with pytest.raises(PermissionMissing):
            stage.office.perform(LookUpPerson(ZHANG), stage.actor(role, cases.VILLAGE))


def test_the_search_box_and_the_look_up_count_together(stage: Stage) -> None:
    cases.a_household(stage)
    clerk = Person(stage, "window_clerk")
    for _ in range(15):
        assert clerk.send("/people/look-up", {"id_number": ZHANG}).status_code == 200
        assert clerk.post("/search", {"q": ZHANG}).status_code == 200
    assert clerk.send("/people/look-up", {"id_number": ZHANG}).status_code == 409
    refused = clerk.post("/search", {"q": ZHANG})
    assert (refused.status_code, "一分钟内" in refused.text) == (409, True)
    assert logged(stage, "look_up") == [("t1_clerk", "person/1")] * 30


def _family(*members: tuple[str, str]) -> dict[str, Any]:
    """Members by name and number, of the second township; nobody is of these names."""
    raw = [
        {"name": name, "relation": "本人" if n == 0 else "其他", "id_number": number}
        for n, (name, number) in enumerate(members)
    ]
    return household_form({"members": raw}, "340199102201")


def _guess(n: int) -> str:
    return compose("340199", date(1980, 1, 1) + timedelta(days=n), 305)


def test_numbers_that_are_saved_count_as_looked_up__refused_or_not(stage: Stage) -> None:
    cases.a_household(stage)
    other = Person(stage, "t2_clerk")
    body = {"form": _family(("李某", ZHANG), *[(f"李{n}", _guess(n)) for n in range(9)]), "version": 0}
    refused = other.send("/households/save", body)
    assert (refused.status_code, "已在另一户档案中登记" in str(refused.json)) == (409, True), (
        "it says that there is one"
    )
    assert len(logged(stage, "look_up")) == 10
    assert ("t2_clerk", "person/1") in logged(stage, "look_up")
    other.send("/households/save", body)
    assert len(logged(stage, "look_up")) == 10, "what was told already is not counted twice"
    for first in (10, 20):
        guessed = [(f"王{n}", _guess(first + n)) for n in range(10)]
        other.send("/households/save", {"form": _family(*guessed), "version": 0})
    answer = other.send("/households/save", {"form": _family(("孙某", _guess(40))), "version": 0})
    assert (answer.status_code, "一分钟内已按证件号查询 30 次" in answer.json["message"]) == (409, True)
    assert len(logged(stage, "look_up")) == 30


def test_what_was_looked_up_at_the_window_is_saved_without_another(stage: Stage) -> None:
    clerk = Person(stage, "t2_clerk")
    clerk.send("/people/look-up", {"id_number": _guess(1)})
    saved = clerk.send("/households/save", {"form": _family(("李某", _guess(1))), "version": 0})
    assert saved.status_code == 200, saved.text
    assert len(logged(stage, "look_up")) == 1


def test_a_day_of_saving_guesses_is_told_to_the_auditors(stage: Stage) -> None:
    clerk = Person(stage, "t2_clerk")
    for ten in range(20):
        guessed = [(f"王{n}", _guess(ten * 10 + n)) for n in range(10)]
        clerk.send("/households/save", {"form": _family(*guessed), "version": 0})
        stage.clock.now += timedelta(seconds=61)
    with stage.database.reading("") as session:
        told = [n.text for n in session.scalars(select(Notice).where(Notice.kind == "account"))]
    assert len(told) == 1
    assert "一天内按证件号查询已达 200 次" in told[0]
    answer = clerk.send("/households/save", {"form": _family(("孙某", _guess(999))), "version": 0})
    assert "今天已按证件号查询" in answer.json["message"]


def test_every_page_of_a_draft_says_what_is_written_down(stage: Stage) -> None:
    app = create_app(stage.office)
    silent = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.rule.startswith("/studio/<")
        and getattr(app.view_functions[rule.endpoint], "reads", "") != "studio_read"
    }  # fmt: skip
    assert silent == set()


def test_opening_a_draft_stands_in_the_log(stage: Stage) -> None:
    supervisor = Person(stage, "supervisor")
    draft = (
        supervisor.post("/studio/open/minimum_living_allowance", {"number": "1"})
        .headers["Location"]
        .rstrip("/")
        .rpartition("/")[2]
    )
    assert supervisor.get(f"/studio/{draft}").status_code == 200
    assert logged(stage, "studio_read") == [("supervisor", draft)]


def test_thirty_a_minute_and_two_hundred_a_day__then_the_auditors_are_told(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    for n in range(200):
        if n and n % 30 == 0:
            refused = clerk.send("/people/look-up", {"id_number": ZHANG})
            assert (refused.status_code, "一分钟内" in refused.json["message"]) == (409, True)
            stage.clock.now += timedelta(seconds=61)
        assert clerk.send("/people/look-up", {"id_number": ZHANG}).status_code == 200
    stage.clock.now += timedelta(minutes=2)
    assert "今天已按证件号查询 200 次" in clerk.send("/people/look-up", {"id_number": ZHANG}).json["message"]
    with stage.database.reading("") as session:
        told = [n.text for n in session.scalars(select(Notice).where(Notice.kind == "account"))]
    assert told == ["赵窗口（t1_clerk）一天内按证件号查询已达 200 次"]
    stage.clock.now += timedelta(days=1)
    again = Person(stage, "window_clerk")
    assert again.send("/people/look-up", {"id_number": ZHANG}).status_code == 200
