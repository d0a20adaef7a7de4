"""A page whose session ended: its scripts are told, and go on under a fresh token once the person is back."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from processes.access.models import Account
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from tests.builders.desks import Person

KEPT = {"sheet": "s", "place": "/households/new", "label": "甲", "data": {"address": "东村"}, "seen": 0}


def test_a_script_is_told__a_page_is_led__a_table_that_renews_itself_leads_the_page(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    clerk.client.delete_cookie("yimen")
    told = clerk.send("/unsaved", KEPT)
    assert (told.status_code, told.json["code"]) == (400, "page_expired")  # the token went with the session
    read = clerk.client.get("/field/carry", headers={"X-Requested-With": "fetch"})
    assert (read.status_code, read.json["code"]) == (401, "signed_out")
    assert clerk.get("/worklist").status_code == 302
    renewed = clerk.client.get("/worklist", headers={"HX-Request": "true"})
    assert (renewed.status_code, renewed.headers["HX-Redirect"]) == (401, "/sign-in?next=/worklist")


def test_back_as_the_same_person__it_is_sent_again(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    own = clerk.get("/sign-in/state").json["account"]
    clerk.client.delete_cookie("yimen")
    state = clerk.get("/sign-in/state").json
    assert state["account"] is None
    clerk.csrf = state["csrf"]
    wrong = clerk.send("/sign-in/again", {"username": "t1_clerk", "password": "x"})
    assert wrong.status_code == 403
    assert "密码" in wrong.json["message"]
    back = clerk.send("/sign-in/again", {"username": "t1_clerk", "password": PASSWORD}).json
    assert back["account"] == own
    clerk.csrf = back["csrf"]
    assert clerk.send("/unsaved", KEPT).json == {"version": 1}


def test_a_one_time_password__opens_nothing_to_scripts_either(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    with stage.database.unit_of_work() as uow:
        uow.session.execute(
            update(Account).where(Account.username == "t1_clerk").values(must_change_password=True)
        )
        uow.commit()
    told = clerk.send("/unsaved", KEPT)
    assert (told.status_code, told.json["code"]) == (403, "password_due")
    assert clerk.get("/worklist").headers["Location"] == "/password"


def test_a_page_of_one_person__is_not_served_as_another(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    headers = {"X-CSRFToken": clerk.csrf, "X-Requested-With": "fetch", "X-Account": "999"}
    told = clerk.client.post("/unsaved", json=KEPT, headers=headers)
    assert (told.status_code, told.json["code"]) == (401, "other_account")


@pytest.mark.parametrize(
    "there", ["/\t/evil.example", "//evil.example", "/\\evil.example", "/\n/x", "https://x"]
)
def test_after_signing_in__nobody_is_led_elsewhere(stage: Stage, there: str) -> None:
    person = Person(stage)
    answer = person.post("/sign-in", {"username": "t1_clerk", "password": PASSWORD, "next": there})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
