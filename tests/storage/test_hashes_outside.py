"""Passwords are hashed outside every transaction, few at once, and what was found counts only while the hash stands."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import func, select, update

from processes.access import accounts, hashing
from processes.access.models import Account, SignInAttempts
from processes.access.networks import network
from processes.access.scope import system_actor
from processes.errors import PasswordsBusy, SignInDelayed, SignInRefused
from processes.office.accounts.accounts import ReissuePassword
from processes.office.accounts.sign_in import SignIn, SignInResult
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.storage.unit_of_work import Database
from tests.builders.desks import Person

NEW = "zwei Kraniche 7 Teiche"


def sign_in(stage: Stage, username: str, password: str, address: str = "203.0.113.7") -> SignInResult:
    return stage.office.perform(SignIn(username, password, address), system_actor())


@pytest.fixture
def open_at_hashes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """For every hash that is computed, how many transactions its thread had open then."""
    here, seen = threading.local(), []
    real_work, real_verify, real_hash = Database.unit_of_work, accounts._verify, accounts.hash_password

    @contextmanager
    def work(self: Database, **how: bool) -> Iterator[Any]:
        with real_work(self, **how) as uow:
            here.open = getattr(here, "open", 0) + 1
            try:
                yield uow
            finally:
                here.open -= 1

    def noted(real: Any) -> Any:
        def do(*given: Any) -> Any:
            seen.append(getattr(here, "open", 0))
            return real(*given)

        return do

    monkeypatch.setattr(Database, "unit_of_work", work)
    monkeypatch.setattr(accounts, "_verify", noted(real_verify))
    monkeypatch.setattr(accounts, "hash_password", noted(real_hash))
    return seen


def test_no_hash_is_computed_while_the_database_is_held(stage: Stage, open_at_hashes: list[int]) -> None:
    for username, password in (("t1_clerk", PASSWORD), ("t1_clerk", "wrong"), ("nobody", "wrong")):
        try:
            sign_in(stage, username, password)
        except SignInRefused:
            assert password == "wrong"
    with stage.database.unit_of_work() as uow:  # an account whose password may be changed
        uow.session.execute(update(Account).where(Account.username == "t1_clerk").values(is_demo=False))
        uow.commit()
    clerk = Person(stage, "t1_clerk")
    clerk.post("/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert sign_in(stage, "t1_clerk", NEW).account_id
    stage.office.perform(ReissuePassword("t1_clerk"), system_actor())
    # Three sign-ins, the person's own, old and new one, once more, and the reissued one.
    assert open_at_hashes == [0] * 8


def test_a_password_that_was_changed_while_it_was_checked__opens_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = accounts.fitting

    def fitting(account: Account | None, password: str) -> str:
        found = real(account, password)
        with stage.database.unit_of_work() as uow:
            uow.session.execute(update(Account).values(password_hash=accounts.hash_password(NEW)))
            uow.commit()
        return found

    monkeypatch.setattr(accounts, "fitting", fitting)
    with pytest.raises(SignInRefused):
        sign_in(stage, "t1_clerk", PASSWORD)


def test_what_a_caller_says_of_the_hash__counts_for_nothing(stage: Stage) -> None:
    with stage.database.reading("") as session:
        stored = session.scalar(select(Account.password_hash).where(Account.username == "t1_clerk"))
    with pytest.raises(SignInRefused):
        stage.office.perform(SignIn("t1_clerk", "wrong", "203.0.113.7", fits=stored or ""), system_actor())


def test_strangers_beyond_four_are_sent_away_at_once__and_hold_up_nobody_who_is_known(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hashes, two that wait for them: the fifth is told so, is not counted, and somebody signed in goes on."""
    going_on, under_way, real = threading.Event(), [0], accounts._verify

    def slow(hashed: str, password: str) -> bool:
        if password == "slow":
            under_way[0] += 1
            going_on.wait(120)
        return real(hashed, password)

    monkeypatch.setattr(accounts, "_verify", slow)
    monkeypatch.setattr(hashing.STRANGERS, "longest_wait", 120)
    clerk = Person(stage, "t1_clerk")
    said: list[str] = []

    def stranger(number: int) -> None:
        try:
            sign_in(stage, f"nobody{number}", "slow", f"203.0.113.{number}")
        except (SignInRefused, PasswordsBusy) as fault:
            said.append(type(fault).__name__)

    strangers = [threading.Thread(target=stranger, args=(n,)) for n in range(4)]
    for one in strangers:
        one.start()
    until = time.monotonic() + 60
    while hashing.STRANGERS._places._value and time.monotonic() < until:  # type: ignore[attr-defined]
        time.sleep(0.01)
    with pytest.raises(PasswordsBusy):
        sign_in(stage, "nobody-else", "quick")
    assert all(one.is_alive() for one in strangers), "told at once, and not once a place was free"
    assert under_way == [hashing.AT_ONCE]
    answer = clerk.send("/identity/verify", {"password": PASSWORD})
    assert answer.status_code == 200
    going_on.set()
    for one in strangers:
        one.join()
    assert said == ["SignInRefused"] * 4
    with stage.database.reading("") as session:
        # Each of the four counted by its address and with all strangers; the fifth not at all.
        assert session.scalar(select(func.sum(SignInAttempts.failures))) == 8


def test_a_connection_with_many_addresses_waits_like_one(stage: Stage) -> None:
    """An IPv6 connection has 2^64 addresses; five failures are free to all of them together."""
    for number in range(5):
        with pytest.raises(SignInRefused):
            sign_in(stage, "t1_clerk", "wrong", f"2001:db8:1:2::{number}")
    with pytest.raises(SignInDelayed):
        sign_in(stage, "t1_clerk", "wrong", "2001:db8:1:2:ffff::9")
    with pytest.raises(SignInRefused):
        sign_in(stage, "t1_clerk", "wrong", "2001:db8:1:3::9")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
        ("", ""),
    ],
)
def test_whom_an_address_counts_for(address: str, counted: str) -> None:
    assert network(address) == counted
