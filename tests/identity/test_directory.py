"""Passwords of a real directory (slapd): proven by a bind behind TLS, delayed like our own, never an account by itself."""

from __future__ import annotations

import gc
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ldap3 import Connection
from ldap3.core.exceptions import LDAPStartTLSError
from sqlalchemy import select, update

from processes.access import directory, passwords
from processes.access.models import Account, SignedIn
from processes.errors import DirectoryAway, SettingInvalid
from processes.office import Office
from processes.office.accounts.sign_in import SignIn
from processes.opening import open_office
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.settings import Directory
from tests.identity.slapd import OWN, Slapd, certificate, sign_in

pytestmark = [pytest.mark.identity, pytest.mark.xdist_group("identity")]


@pytest.mark.parametrize("way", ["safe", "turning"])
def test_who_is_there_with_the_right_password(slapd: Slapd, way: str) -> None:
    at: Directory = getattr(slapd, way)
    assert directory.knows(at, "t1_clerk", OWN)
    assert not directory.knows(at, "t1_clerk", "x")
    assert not directory.knows(at, "nobody", OWN)
    assert not directory.knows(at, "twice", OWN), "two entries of one name are nobody"


@pytest.mark.parametrize("password", ["", "\x00"])
def test_an_empty_password_is_none(slapd: Slapd, password: str) -> None:
    """A server takes a bind with it as nobody's and says yes."""
    assert not directory.knows(slapd.safe, "t1_clerk", password)


@pytest.mark.parametrize(
    "username", ["*", "t1_*", "t1_clerk)(uid=*", "*)(objectClass=*", "t1_clerk\x00", "\\2a", "x" * 300]
)
def test_a_name_is_no_filter(slapd: Slapd, username: str) -> None:
    assert not directory.knows(slapd.safe, username, OWN)


@pytest.mark.parametrize("way", ["safe", "turning"])
def test_a_certificate_that_does_not_hold(slapd: Slapd, way: str, tmp_path: Path) -> None:
    at: Directory = getattr(slapd, way)
    other, _ = certificate(tmp_path / "other", "localhost")
    gc.collect()
    gc.disable()  # which closes, some day, what was left open
    before = len(os.listdir("/proc/self/fd"))
    for wrong in (
        replace(at, roots=str(other)),
        replace(at, roots=""),
        replace(at, url=at.url.replace("localhost", "127.0.0.1")),
    ):
        with pytest.raises(DirectoryAway):
            directory.knows(wrong, "t1_clerk", OWN)
    left_open = len(os.listdir("/proc/self/fd")) - before
    gc.enable()
    assert left_open == 0


@pytest.mark.parametrize("fails", [False, LDAPStartTLSError("no")])
def test_a_server_that_does_not_turn_to_tls__no_connection_to_it_stays_open(
    slapd: Slapd, monkeypatch: pytest.MonkeyPatch, fails: bool | LDAPStartTLSError
) -> None:
    made: list[Connection] = []  # held on to, so that nothing but the program closes what they have open

    def connection(*args: Any, **told: Any) -> Connection:
        made.append(Connection(*args, **told))
        return made[-1]

    def start_tls(_: Connection) -> bool:
        if isinstance(fails, LDAPStartTLSError):
            raise fails
        return fails

    monkeypatch.setattr(directory, "Connection", connection)
    monkeypatch.setattr(Connection, "start_tls", start_tls)
    with pytest.raises(DirectoryAway):
        directory.knows(slapd.turning, "t1_clerk", OWN)
    assert [c.socket.fileno() for c in made] == [-1]


def test_away__or_a_reader_that_it_does_not_know(slapd: Slapd) -> None:
    for wrong in (replace(slapd.safe, url="ldaps://localhost:1"), replace(slapd.safe, reader_password="x")):
        with pytest.raises(DirectoryAway):
            directory.knows(wrong, "t1_clerk", OWN)


def test_at_the_desk(in_directory: Stage) -> None:
    person, _ = sign_in(in_directory, "t1_clerk", OWN)
    assert person.get("/worklist").status_code == 200
    with in_directory.database.reading("") as session:
        assert session.scalars(select(SignedIn.way)).one() == "ldap"
    assert "用户名或密码不正确" in sign_in(in_directory, "t1_clerk", PASSWORD)[1], (
        "its own password here counts no more"
    )
    changed = person.post("/password", {"old": OWN, "new": "x" * 12, "again": "x" * 12})
    assert changed.status_code == 422


def test_local_administrators_stay__and_their_password_goes_nowhere(in_directory: Stage) -> None:
    assert sign_in(in_directory, "admin", PASSWORD)[0].get("/accounts").status_code == 200
    assert "用户名或密码不正确" in sign_in(in_directory, "admin", OWN)[1]
    away = replace(in_directory.office.settings, directory=Directory("ldaps://localhost:1", "dc=x"))
    in_directory.office = Office(away, in_directory.database)
    assert sign_in(in_directory, "admin", PASSWORD)[0].get("/accounts").status_code == 200
    assert "目录服务暂时不可用" in sign_in(in_directory, "t1_clerk", OWN)[1]


def test_nobody_gets_an_account_by_it(in_directory: Stage) -> None:
    with in_directory.database.unit_of_work() as uow:
        uow.session.execute(update(Account).where(Account.username == "t1_clerk").values(is_active=False))
        uow.session.execute(update(Account).where(Account.username == "t1_leader").values(username="other"))
        uow.commit()
    for username in ("t1_clerk", "t1_leader"):
        assert "用户名或密码不正确" in sign_in(in_directory, username, OWN)[1]


def test_a_one_time_password_is_asked_of_nobody(in_directory: Stage) -> None:
    with in_directory.database.unit_of_work() as uow:
        told = {"must_change_password": True, "password_expires_at": uow.now - passwords.ONE_TIME_VALID}
        uow.session.execute(update(Account).where(Account.username == "t1_clerk").values(told))
        uow.commit()
    assert sign_in(in_directory, "t1_clerk", OWN)[0].get("/worklist").status_code == 200


def test_guesses_are_delayed_before_the_directory_hears_of_them(
    in_directory: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    known = directory.knows

    def knows(at: Directory, username: str, password: str) -> bool:
        heard.append(username)
        return known(at, username, password)

    monkeypatch.setattr(directory, "knows", knows)
    for _ in range(5):
        assert "用户名或密码不正确" in sign_in(in_directory, "t1_clerk", "x")[1]
    for _ in range(3):
        assert "登录失败次数过多" in sign_in(in_directory, "t1_clerk", OWN)[1]
    assert len(heard) == 5


def test_exactly_one_entry(slapd: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two entries of a name none is bound, not even the first, whose password it is; a referral is no entry."""
    bound: list[str] = []
    real = directory._binds

    def binds(at: Directory, name: str, password: str) -> bool:
        bound.append(name)
        return real(at, name, password)

    monkeypatch.setattr(directory, "_binds", binds)
    assert not directory.knows(slapd.safe, "twice", OWN)
    assert not directory.knows(slapd.safe, "nobody", OWN)
    assert directory.knows(slapd.safe, "t1_clerk", OWN)
    assert [name for name in bound if name.startswith("cn=")] == ["cn=one,ou=people,dc=example,dc=cn"]


def test_verifying_again_and_enrolling_ask_the_directory(in_directory: Stage) -> None:
    person, _ = sign_in(in_directory, "t1_clerk", OWN)
    assert person.send("/identity/verify", {"password": PASSWORD}).status_code == 403
    assert person.send("/identity/verify", {"password": OWN}).status_code == 200
    assert person.post("/factors/totp", {"password": PASSWORD}).status_code == 403
    assert 'id="secret"' in person.post("/factors/totp", {"password": OWN}).text


def test_what_a_command_brings_along_does_not_count(in_directory: Stage) -> None:
    """`vouched` is the door's word alone."""
    from processes.access.scope import system_actor
    from processes.errors import SignInRefused

    for username in ("t1_clerk", "admin", "nobody"):
        with pytest.raises(SignInRefused):
            in_directory.office.perform(SignIn(username, "x", vouched=True), system_actor())
    in_directory.office = Office(replace(in_directory.office.settings, directory=None), in_directory.database)
    with pytest.raises(SignInRefused):
        in_directory.office.perform(SignIn("t1_clerk", "x", vouched=True), system_actor())


def test_an_address_without_tls_stops_the_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIMEN_LDAP_URL", "http://directory.example")
    with pytest.raises(SettingInvalid, match="YIMEN_LDAP_URL"):
        open_office()
