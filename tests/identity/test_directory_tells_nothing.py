"""What a sign-in tells a stranger where a directory knows the passwords: of every sort of name the same, in work and in words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import ldap3
import pytest
from sqlalchemy import update

from processes.access import accounts, directory
from processes.access.models import Account
from processes.errors import DirectoryAway
from processes.office import Office
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.settings import Directory
from tests.builders import plans
from tests.builders.desks import Person
from tests.identity.slapd import OWN, READER, Slapd, sign_in

pytestmark = [pytest.mark.identity, pytest.mark.xdist_group("identity")]


@dataclass
class Work:
    """What a sign-in made others do: connections, binds and searches at the directory, and hashes here."""

    done: list[str]

    @property
    def told(self) -> list[str]:
        """In the order in which it was done, and begun anew."""
        found, self.done[:] = list(self.done), []
        return found


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Every piece of work is noted; the names and passwords that go to the directory as well."""
    made = Work([])

    def noted(whose: Any, name: str, said: str) -> None:
        real = getattr(whose, name)

        def do(*args: Any, **kwargs: Any) -> Any:
            made.done.append(said)
            return real(*args, **kwargs)

        monkeypatch.setattr(whose, name, do)

    for name in ("bind", "search"):
        noted(ldap3.Connection, name, name)
    noted(directory, "_opened", "open")
    noted(accounts, "_verify", "hash")
    return made


ALIKE = ["open", "bind", "search", "open", "bind", "hash"]
"""The reader's connection and question, the person's connection and bind, the own hash."""
SORTS = {
    "t1_clerk": "an account whose password the directory has",
    "admin": "an account whose own password counts",
    "auditor": "an account that the directory does not know",
    "twice": "two entries of the directory, no account",
    "nobody-at-all": "neither here nor there",
    "t1_village1": "an account that was closed",
}


@pytest.fixture
def closed(in_directory: Stage) -> Stage:
    """One account is closed."""
    with in_directory.database.unit_of_work() as uow:
        uow.session.execute(update(Account).where(Account.username == "t1_village1").values(is_active=False))
        uow.commit()
    return in_directory


def test_every_sort_of_name_makes_the_same_work_and_gets_the_same_answer(closed: Stage, work: Work) -> None:
    said = {}
    for username in [*SORTS, *SORTS]:  # the first of all begins the log of an account; what is said counts
        person = Person(closed)
        work.done.clear()
        with plans.sent(closed) as statements:
            answer = person.post("/sign-in", {"username": username, "password": "falsch-2026"})
        page = re.sub(r'(name="csrf[-_]token" \w+=)"[^"]*"', r"\1", answer.text.replace(f'"{username}"', ""))
        said[username] = (answer.status_code, work.told, [s for s, _ in statements], page)
    assert set(map(repr, said.values())) == {repr(said["t1_clerk"])}, said
    assert said["t1_clerk"][:2] == (403, ALIKE)
    assert "用户名或密码不正确" in said["t1_clerk"][3]


@pytest.mark.parametrize(("username", "password"), [("admin", PASSWORD), ("t1_clerk", OWN)])
def test_the_right_password_makes_that_work_too(
    in_directory: Stage, work: Work, username: str, password: str
) -> None:
    person = Person(in_directory)
    work.done.clear()
    assert person.post("/sign-in", {"username": username, "password": password}).status_code == 302
    assert work.told == ALIKE


def test_of_an_administrator_nothing_goes_to_the_directory(
    in_directory: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    real = directory._proves

    def proves(at: Directory, username: str, password: str) -> bool:
        asked.append((username, password))
        return real(at, username, password)

    monkeypatch.setattr(directory, "_proves", proves)
    sign_in(in_directory, "admin", PASSWORD)
    [(name, password)] = asked
    assert name not in (PASSWORD, "admin")
    assert password not in (PASSWORD, "admin")


def test_while_the_directory_is_away__every_name_is_told_so_and_waits_after_five(closed: Stage) -> None:
    away = replace(closed.office.settings, directory=Directory("ldaps://localhost:1", "dc=x"))
    closed.office = Office(away, closed.database)
    for username in SORTS:
        for _ in range(5):
            assert "目录服务暂时不可用" in sign_in(closed, username, "falsch-2026")[1], username
        assert "登录失败次数过多" in sign_in(closed, username, "falsch-2026")[1], username


@pytest.mark.parametrize("code", [49, 19, 32, 48, 50, 53])
def test_what_a_server_says_of_an_entry__is_the_answer_of_a_wrong_password(
    slapd: Slapd, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """An entry that is locked or may not bind would else be told from one that is not there."""
    answering(monkeypatch, code)
    assert not directory.knows(slapd.safe, "t1_clerk", OWN)


@pytest.mark.parametrize("code", [1, 51, 52, 80])
def test_a_server_that_cannot_say_it__is_away(
    slapd: Slapd, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    answering(monkeypatch, code)
    with pytest.raises(DirectoryAway):
        directory.knows(slapd.safe, "t1_clerk", OWN)


def answering(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Binds of people end with a result; the reader's is as it is."""
    real = ldap3.Connection.bind

    def bind(self: Any, *args: Any, **kwargs: Any) -> bool:
        if self.user == READER:
            return bool(real(self, *args, **kwargs))
        self.result = {"result": code}
        return False

    monkeypatch.setattr(ldap3.Connection, "bind", bind)
