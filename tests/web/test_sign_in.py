"""Guessing passwords is slow, tells nothing, and locks nobody out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from argon2 import Type
from sqlalchemy import select

from processes.access import accounts
from processes.access.models import AccessLog, SignInAttempts
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from tests.builders.desks import Person
from tests.conftest import REAL_HASHER
from web.app import create_app

STRANGER, OFFICE = "203.0.113.7", "10.1.2.3"


def forward(stage: Stage, time: timedelta) -> None:
    stage.clock.now += time


def attempt(person: Person, username: str, password: str, address: str = OFFICE) -> Any:
    form = {"username": username, "password": password}
    person.client.environ_base["REMOTE_ADDR"] = address
    person.csrf = person._token("/password" if person.get("/password").status_code == 200 else "/sign-in")
    return person.post("/sign-in", form)


def fail(person: Person, username: str, address: str, times: int) -> None:
    for _ in range(times):
        assert "用户名或密码不正确" in attempt(person, username, "wrong", address).text


def test_five_wrong_passwords_wait_and_the_right_one_is_not_tried_meanwhile(stage: Stage) -> None:
    person = Person(stage)
    fail(person, "t1_clerk", OFFICE, 5)
    waits = attempt(person, "t1_clerk", PASSWORD)
    assert (waits.status_code, "请 1 分钟后再试" in waits.text) == (403, True)
    forward(stage, timedelta(seconds=31))
    assert attempt(person, "t1_clerk", PASSWORD).status_code == 302


def test_who_mistyped_is_told_how_many_tries_are_left(stage: Stage) -> None:
    # Five are free: after the first wrong one 5 - 1 = 4 are left; a name without account is told the same.
    for name in ("t1_clerk", "nobody_at_all"):
        person = Person(stage)
        told = [attempt(person, name, "wrong").text for _ in range(5)]
        assert [re.findall(r"还可以再试 (\d) 次", page) for page in told] == [["4"], ["3"], ["2"], ["1"], []]
        assert "登录失败次数过多" in attempt(person, name, "wrong").text


def test_it_waits_longer_each_time_up_to_a_quarter_of_an_hour(stage: Stage) -> None:
    # 30 s, then 30 × 2 = 60, 120, 240, 480, 960 → 900 s at most.
    person = Person(stage)
    fail(person, "t1_clerk", OFFICE, 5)
    for seconds in (30, 60, 120, 240, 480, 900, 900):
        forward(stage, timedelta(seconds=seconds - 1))
        assert "登录失败次数过多" in attempt(person, "t1_clerk", "wrong").text
        forward(stage, timedelta(seconds=1))
        fail(person, "t1_clerk", OFFICE, 1)


def test_a_stranger_delays_nobody_but_himself_least_of_all_the_administrator(stage: Stage) -> None:
    stranger, owner = Person(stage), Person(stage)
    for name in ("t1_clerk", "admin"):
        fail(stranger, name, STRANGER, 5)
        assert "登录失败次数过多" in attempt(stranger, name, "wrong", STRANGER).text
        assert attempt(owner, name, PASSWORD).status_code == 302


def test_a_browser_that_signed_in_before_does_not_wait_for_its_neighbours(stage: Stage) -> None:
    own, neighbour = Person(stage), Person(stage)
    assert attempt(own, "t1_clerk", PASSWORD).status_code == 302
    own.post("/sign-out", {})
    fail(neighbour, "t1_clerk", OFFICE, 5)
    assert "登录失败次数过多" in attempt(neighbour, "t1_clerk", PASSWORD).text
    assert attempt(own, "t1_clerk", PASSWORD).status_code == 302


def test_strangers_at_many_addresses_wait_together_and_the_office_does_not(stage: Stage) -> None:
    owner, strangers = Person(stage), Person(stage)
    assert attempt(owner, "admin", PASSWORD).status_code == 302
    for number in range(30):
        fail(strangers, "admin", f"198.51.100.{number}", 1)
    assert "登录失败次数过多" in attempt(strangers, "admin", PASSWORD, "198.51.100.200").text
    # Another browser of the office, from an address that the account came from before.
    assert attempt(Person(stage), "admin", PASSWORD).status_code == 302


def test_an_unknown_name_gets_the_same_answers_and_the_same_rows(stage: Stage) -> None:
    answers: dict[str, list[tuple[int, str]]] = {}
    for name in ("t1_clerk", "nobody-here"):
        person = Person(stage)
        found = [attempt(person, name, "wrong") for _ in range(7)]
        answers[name] = [(r.status_code, r.text.replace(name, "NAME")) for r in found]
    shapes = {
        name: [(code, "过多" in text, "不正确" in text) for code, text in told]
        for name, told in answers.items()
    }
    assert shapes["t1_clerk"] == shapes["nobody-here"]
    with stage.database.reading("") as session:
        counted = [r.failures for r in session.scalars(select(SignInAttempts))]
        logged = select(AccessLog).where(AccessLog.action == "sign_in_failed")
        rows = [(r.account_id is None, r.target) for r in session.scalars(logged)]
    assert sorted(counted) == [5, 5, 5, 5]
    assert sorted(rows) == [(False, "")] * 5 + [(True, "")] * 5


def test_an_attempt_while_one_has_to_wait_is_written_down__once_a_minute(stage: Stage) -> None:
    """Five that fail, then four that find the door shut; two minutes later (a third of a minute waits) it goes on so."""
    for name in ("t1_clerk", "nobody-here"):
        person = Person(stage)
        for _ in range(9):
            attempt(person, name, "wrong")
    with stage.database.reading("") as session:
        logged = session.scalars(select(AccessLog.action).where(AccessLog.action == "attempt_delayed")).all()
        failed = session.scalars(select(AccessLog.action).where(AccessLog.action == "sign_in_failed")).all()
    assert len(logged) == 1, "the same address, whatever name"
    assert len(failed) == 10
    stage.move("2 minutes")
    for _ in range(3):  # the sixth that fails, then two that wait
        attempt(Person(stage), "t1_clerk", "wrong")
    with stage.database.reading("") as session:
        logged = session.scalars(select(AccessLog.action).where(AccessLog.action == "attempt_delayed")).all()
    assert len(logged) == 2


def test_both_names_cost_one_hash(stage: Stage, monkeypatch: Any) -> None:
    compared: list[str] = []
    real = accounts._verify
    monkeypatch.setattr(accounts, "_verify", lambda h, p: compared.append(h) or real(h, p))
    for name in ("t1_clerk", "nobody-here"):
        attempt(Person(stage), name, "wrong")
    assert len(compared) == 2
    assert len({h.split("$")[3] for h in compared}) == 1, "an unknown name costs what a known one does"
    hasher = REAL_HASHER
    assert (hasher.type, hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (Type.ID, 19_456, 2, 1)


def test_the_administrator_sees_who_waits_and_ends_the_waiting(stage: Stage) -> None:
    person = Person(stage)
    fail(person, "t1_clerk", OFFICE, 5)
    admin = Person(stage, "administrator")
    assert "部分地址须等到" in admin.get("/accounts").text
    admin.post("/accounts/unlock", {"username": "t1_clerk"})
    assert "部分地址须等到" not in admin.get("/accounts").text
    assert attempt(person, "t1_clerk", PASSWORD).status_code == 302


def test_old_counters_go(stage: Stage) -> None:
    fail(Person(stage), "no-such-name", STRANGER, 1)
    forward(stage, timedelta(hours=2))
    fail(Person(stage), "t1_clerk", OFFICE, 1)
    with stage.database.reading("") as session:
        assert len(session.scalars(select(SignInAttempts)).all()) == 2  # by address, and the strangers'


def test_passwords_are_typed_hidden_and_may_be_filled_in_by_a_manager(stage: Stage) -> None:
    pages = Person(stage).get("/sign-in").text, Person(stage, "window_clerk").get("/password").text
    fields = [
        field
        for page in pages
        for field in re.findall(r'<input[^>]*name="(?:password|old|new|again)"[^>]*>', page)
    ]
    assert len(fields) == 4
    assert all('type="password"' in field and "onpaste" not in field for field in fields)
    assert all(re.search('autocomplete="(?:current|new)-password"', field) for field in fields)


def test_a_known_browser_is_counted_for_itself__a_forged_mark_for_nothing(stage: Stage) -> None:
    """Somebody at the same address uses up what is free for a name there, and keeps its own browser out of nothing."""
    app = create_app(stage.office)
    own, other, forged = Person(stage), Person(stage), Person(stage)
    for person in (own, other, forged):
        person.client = app.test_client()
        person.csrf = person._token("/sign-in")
    right, wrong = ({"username": "t1_clerk", "password": word} for word in (PASSWORD, "x"))
    assert own.post("/sign-in", right).status_code == 302
    own.csrf = own._token("/about")
    own.post("/sign-out", {})
    own.csrf = own._token("/sign-in")
    assert [other.post("/sign-in", wrong).status_code for _ in range(22)][-1] == 429
    forged.client.set_cookie("yimen-browser", "A" * 43)
    assert forged.post("/sign-in", right).status_code == 429
    assert own.post("/sign-in", right).status_code == 302
