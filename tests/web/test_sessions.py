"""Sessions are rows: seen, ended one or all, dead after sign-out, after half an hour unused and after ten hours."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from processes.access import sessions
from processes.access.models import AccessLog, SignedIn
from processes.office.accounts.sessions import TouchSession
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.storage.unit_of_work import current_instant
from tests.builders import cases
from tests.builders.desks import Person


def rows(stage: Stage) -> list[SignedIn]:
    with stage.database.reading("") as session:
        return list(session.scalars(select(SignedIn).order_by(SignedIn.id)))


def is_in(person: Person) -> bool:
    return bool(person.get("/worklist").status_code == 200)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How much later it is by the wall clock."""
    passed = [timedelta(0)]
    monkeypatch.setattr(sessions, "wall", lambda: current_instant() + passed[0])
    return passed


def copied(stage: Stage, person: Person) -> Person:
    """Another browser with a copy of the cookie."""
    other = Person(stage)
    cookie = person.client.get_cookie("yimen")
    assert cookie is not None
    other.client.set_cookie("yimen", cookie.value)
    return other


def test_a_copied_cookie_is_dead_after_sign_out(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    thief = copied(stage, clerk)
    assert is_in(thief)
    assert clerk.post("/sign-out", {}).status_code == 302
    assert not is_in(thief)
    assert not is_in(clerk)
    with stage.database.reading("") as session:
        assert "session_ended" in session.scalars(select(AccessLog.action)).all()


@pytest.mark.parametrize("username", ["t1_clerk", "t1_leader"])
@pytest.mark.parametrize("address", ["/sign-in", "/sign-in/again"])
def test_signing_in_anew_ends_the_session_of_before(stage: Stage, username: str, address: str) -> None:
    """Of the same account or of another one: the browser knows it no more, and could not end it."""
    person, elsewhere = Person(stage, "window_clerk"), Person(stage, "window_clerk")
    thief = copied(stage, person)
    said = {"username": username, "password": PASSWORD}
    person.csrf = person._token("/about")
    answer = person.post(address, said) if address == "/sign-in" else person.send(address, said)
    assert answer.status_code in (200, 302)
    assert (is_in(thief), is_in(person), is_in(elsewhere)) == (False, True, True)
    assert [row.ended_at is None for row in rows(stage)] == [False, True, True]


def test_a_wrong_password_ends_no_session(stage: Stage) -> None:
    person = Person(stage, "window_clerk")
    assert person.post("/sign-in", {"username": "t1_clerk", "password": "x"}).status_code == 403
    assert is_in(person)


def test_the_cookie_holds_a_mark_and_the_row_its_hash(stage: Stage) -> None:
    Person(stage, "window_clerk")
    (row,) = rows(stage)
    assert len(row.mark) == 64
    assert (row.address, row.ended_at) == ("127.0.0.1", None)


def test_whatever_a_browser_calls_itself__it_signs_in(stage: Stage) -> None:
    clerk = Person(stage)
    for name in ("\x01\x7f\xadM", "x" * 5_000, ""):
        answer = clerk.client.post(
            "/sign-in", data={"username": "t1_clerk", "password": PASSWORD, "csrf_token": clerk.csrf},
            headers={"Referer": "https://localhost/", "User-Agent": name},
        )  # fmt: skip
        assert answer.status_code == 302
        clerk.csrf = clerk._token("/about")
    assert [len(row.device) for row in rows(stage)] == [1, 120, 0]


def test_half_an_hour_unused_ends_it__work_keeps_it(stage: Stage, later: list[timedelta]) -> None:
    clerk = Person(stage, "window_clerk")
    later[0] = timedelta(minutes=29)
    assert is_in(clerk)  # used: counted from here
    later[0] = timedelta(minutes=58)
    assert is_in(clerk)
    later[0] = timedelta(minutes=58 + 30)
    assert not is_in(clerk)


def test_a_page_that_asks_again_by_itself_keeps_nothing_alive(stage: Stage, later: list[timedelta]) -> None:
    clerk = Person(stage, "window_clerk")
    later[0] = timedelta(minutes=20)
    polled = clerk.client.get("/worklist", headers={"HX-Request": "true", "HX-Trigger": "queue"})
    assert polled.status_code == 200
    assert clerk.get("/sign-in/state").json["account"] is not None
    later[0] = timedelta(minutes=31)
    assert not is_in(clerk)


def test_after_ten_hours_it_ends__however_busy(stage: Stage, later: list[timedelta]) -> None:
    clerk = Person(stage, "window_clerk")
    for minutes in range(20, 600, 20):
        later[0] = timedelta(minutes=minutes)
        assert is_in(clerk), minutes
    later[0] = timedelta(hours=10)
    assert not is_in(clerk)


def test_one_s_own_are_listed__and_ended_one_or_all(stage: Stage) -> None:
    here, there, elsewhere = (Person(stage, "window_clerk") for _ in range(3))
    page = here.get("/sessions").text
    assert page.count("本次登录") == 1
    assert page.count(">结束</button>") == 2
    second = rows(stage)[1].id
    assert here.post("/sessions/end", {"session": str(second)}).status_code == 302
    assert (is_in(here), is_in(there), is_in(elsewhere)) == (True, False, True)
    here.post("/sessions/end", {"session": "others"})
    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_nobody_ends_another_person_s__except_an_administrator_all(stage: Stage) -> None:
    clerk, leader = Person(stage, "window_clerk"), Person(stage, "township_leader")
    own = rows(stage)[0].id
    assert leader.post("/sessions/end", {"session": str(own)}).status_code == 404
    assert leader.post("/accounts/end-sessions", {"username": "t1_clerk"}).status_code == 403
    assert is_in(clerk)
    assert (
        Person(stage, "administrator").post("/accounts/end-sessions", {"username": "t1_clerk"}).status_code
        == 302
    )
    assert (is_in(clerk), is_in(leader)) == (False, True)


def test_a_forged_or_empty_mark_is_nobody(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    for mark in ("", "x", None, 7, rows(stage)[0].mark):
        with clerk.client.session_transaction() as held:
            held["mark"] = mark
        assert not is_in(clerk)


def test_touching_an_ended_session_does_not_bring_it_back(stage: Stage) -> None:
    clerk = Person(stage, "window_clerk")
    row = rows(stage)[0]
    actor = stage.actor("window_clerk", cases.VILLAGE)
    clerk.post("/sign-out", {})
    stage.office.perform(TouchSession(row.id), actor)
    assert rows(stage)[0].ended_at is not None
