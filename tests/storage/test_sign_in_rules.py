"""Signing in, judged with few rows: passwords, and delays after failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from processes.access import accounts, factors, marks, sessions, sign_in_attempts
from processes.access.factor_models import SecondFactor
from processes.access.models import AccessLog, Account, SignedIn, SignInAttempts
from processes.access.sign_in_attempts import mark_of
from processes.errors import AccountUnconfirmed, NotFound, PasswordExpired, SignInDelayed
from processes.settings import Directory, Provider, from_environment
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import NOW, account

SECRET = "JBSWY3DPEHPK3PXP" * 2
BROWSER, OTHER_BROWSER = "b" * 43, "c" * 43
HERE, ELSEWHERE = "192.0.2.7", "192.0.2.8"
PERIOD = int(NOW.timestamp()) // 30


@pytest.fixture
def uow(monkeypatch: pytest.MonkeyPatch) -> Iterator[UnitOfWork]:
    """The account `user1` of a clerk with the password hash `x`; the system clock stands at NOW."""
    monkeypatch.setattr(sessions, "wall", lambda: NOW)
    with few_rows.unit_of_work() as made:
        few_rows.stored(made, account(1, "window_clerk"))
        yield made


def signed_in(**more: Any) -> SignedIn:
    plain: dict[str, Any] = {
        "mark": marks.hashed("m"), "account_id": 1, "epoch": 0, "began_at": NOW, "seen_at": NOW, "address": HERE,
        "browser": marks.hashed(BROWSER), "verified_at": NOW, "proof": "password", "awaits": "", "way": "password",
    }  # fmt: skip
    return SignedIn(**(plain | more))


def app(**more: Any) -> SecondFactor:
    plain: dict[str, Any] = {
        "account_id": 1, "kind": "totp", "secret": SECRET, "used_step": 0, "added_at": NOW, "confirmed_at": NOW,
    }  # fmt: skip
    return SecondFactor(**(plain | more))


def logged(uow: UnitOfWork) -> list[tuple[int | None, str, str, str]]:
    """What the transaction will write into the access log."""
    waiting: list[AccessLog] = uow.session.info.get("access log", [])
    return [(e.account_id, e.action, e.target, e.address) for e in waiting]


def counters(uow: UnitOfWork) -> dict[str, tuple[int, datetime | None]]:
    uow.flush()
    rows = uow.session.scalars(select(SignInAttempts))
    return {r.place: (r.failures, r.blocked_until) for r in rows}


def sign_in(uow: UnitOfWork, username: str = "user1", fits: str = "x", **more: Any) -> Account | None:
    return accounts.authenticate(uow, username, more.pop("address", HERE), fits=fits, **more)


def test_authenticate__the_account_and_an_entry_in_the_log(uow: UnitOfWork) -> None:
    found = sign_in(uow)
    assert found is not None and found.id == 1
    assert logged(uow) == [(1, "sign_in", "", HERE)]
    assert counters(uow) == {f"address {HERE}": (0, None), "strangers": (0, None)}


@pytest.mark.parametrize(
    ("username", "more", "who"),
    [
        ("user1", {"fits": ""}, 1), ("user1", {"fits": "y"}, 1), ("user1", {"vouched": False}, 1),
        ("nobody", {}, None), ("nobody", {"vouched": True}, None), ("closed", {}, 2),
    ],
)  # fmt: skip
def test_authenticate__a_failure_is_counted_and_logged(
    uow: UnitOfWork, username: str, more: dict[str, Any], who: int | None
) -> None:
    few_rows.stored(uow, account(2, "window_clerk", username="closed", is_active=False))
    assert sign_in(uow, username, **more) is None
    assert logged(uow) == [(who, "sign_in_failed", "", HERE)]
    assert counters(uow) == {f"address {HERE}": (1, None), "strangers": (1, None)}


def test_authenticate__an_account_that_nobody_confirmed(uow: UnitOfWork) -> None:
    few_rows.stored(uow, account(2, "window_clerk", awaits_confirmation=True))
    with pytest.raises(AccountUnconfirmed):
        sign_in(uow, "user2")
    assert sign_in(uow, "user2", fits="") is None, "a wrong password does not say that it is there"


@pytest.mark.parametrize(
    ("expires", "vouched", "is_refused"),
    [
        (NOW - timedelta(seconds=1), None, True),
        (NOW, None, False),
        (NOW + timedelta(days=1), None, False),
        (NOW - timedelta(days=1), True, False),  # the directory's password, which does not expire here
        (None, None, False),
    ],
)
def test_authenticate__a_one_time_password_that_expired(
    uow: UnitOfWork, expires: datetime | None, vouched: bool | None, is_refused: bool
) -> None:
    few_rows.stored(uow, account(2, "window_clerk", password_expires_at=expires))
    if is_refused:
        with pytest.raises(PasswordExpired):
            sign_in(uow, "user2", vouched=vouched)
    else:
        assert sign_in(uow, "user2", vouched=vouched) is not None


def test_authenticate__the_password_alone_resets_no_counter_of_a_second_factor(uow: UnitOfWork) -> None:
    sign_in(uow, fits="")
    sign_in(uow, "user2", fits="")
    few_rows.stored(uow, app())
    sign_in(uow)
    assert counters(uow)["strangers"] == (1, None)
    assert [r.failures for r in uow.session.scalars(select(SignInAttempts))] == [1, 1, 1, 1]
    factors.drop_all(uow, 1)
    sign_in(uow)
    mine = select(SignInAttempts).where(SignInAttempts.name_mark == mark_of("user1"))
    assert [r.failures for r in uow.session.scalars(mine)] == [0, 0]


def test_fitting__the_stored_hash_of_the_right_password(uow: UnitOfWork) -> None:
    one = account(7, password_hash=accounts.hash_password("three geese"))
    assert accounts.fitting(one, "three geese") == one.password_hash
    assert accounts.fitting(one, "two geese") == ""
    assert accounts.fitting(None, "no such account") == "", "the password of nobody opens nothing"
    assert accounts.fitting(account(8, password_hash="no hash"), "three geese") == ""
    assert accounts.still_fits(one, one.password_hash)
    assert not accounts.still_fits(one, "another hash")
    assert not accounts.still_fits(account(9, password_hash=""), "")


def test_signs_in_elsewhere__all_but_the_roles_that_keep_a_password() -> None:
    plain = replace(
        from_environment(), provider=None, directory=None, local_password_roles=frozenset({"administrator"})
    )
    clerk, administrator = account(1, "window_clerk"), account(2, "administrator", "auditor")
    assert not accounts.signs_in_elsewhere(plain, clerk)
    for elsewhere in (
        replace(plain, provider=Provider("https://i.example", "yimen", "s")),
        replace(plain, directory=Directory("ldaps://d.example", "dc=example")),
    ):
        assert accounts.signs_in_elsewhere(elsewhere, clerk)
        assert not accounts.signs_in_elsewhere(elsewhere, administrator)


def test_unlock__by_name_and_only_of_somebody(uow: UnitOfWork) -> None:
    for _ in range(5):
        sign_in(uow, fits="")
    with pytest.raises(SignInDelayed):
        sign_in(uow)
    accounts.unlock(uow, "user1")
    assert sign_in(uow) is not None
    with pytest.raises(NotFound):
        accounts.unlock(uow, "nobody")


@pytest.mark.parametrize(
    ("failures", "minutes"),
    # 30 s, doubled with each failure from the fifth on: 30, 60, 120, 240, 480, then 15 min at most; started minutes count
    [(4, None), (5, 1), (6, 1), (7, 2), (8, 4), (9, 8), (10, 15), (11, 15), (30, 15)],
)
def test_delay__grows_with_every_failure(uow: UnitOfWork, failures: int, minutes: int | None) -> None:
    place = f"address {HERE}"
    few_rows.stored(
        uow, SignInAttempts(name_mark=mark_of("user1"), place=place, failures=failures - 1, last_at=NOW)
    )
    sign_in(uow, fits="")
    if minutes is None:
        assert sign_in(uow) is not None
        return
    with pytest.raises(SignInDelayed) as delayed:
        sign_in(uow)
    assert f"请 {minutes} 分钟后再试" in delayed.value.message
    seconds = min(30 * 2 ** (failures - 5), 15 * 60)
    assert counters(uow)[place] == (failures, NOW + timedelta(seconds=seconds))


def test_delay__is_over_at_its_end(uow: UnitOfWork) -> None:
    for _ in range(5):
        sign_in(uow, fits="")
    uow.now = NOW + timedelta(seconds=29)
    with pytest.raises(SignInDelayed) as delayed:
        sign_in(uow)
    assert "请 1 分钟后再试" in delayed.value.message
    uow.now = NOW + timedelta(seconds=30)
    assert sign_in(uow) is not None


def test_failures__are_forgotten_after_an_hour_without_one(uow: UnitOfWork) -> None:
    for hours, expected in ((0, 1), (1, 2), (2, 3), (3.01, 1)):
        uow.now = NOW + timedelta(hours=hours)
        sign_in(uow, fits="")
        assert counters(uow)[f"address {HERE}"][0] == expected


def test_failures__old_counters_are_deleted_with_the_next_failure(uow: UnitOfWork) -> None:
    old = [
        SignInAttempts(name_mark="someone", place="address 1", failures=1, last_at=NOW - timedelta(hours=1)),
        SignInAttempts(
            name_mark="someone", place="address 2", failures=1, last_at=NOW - timedelta(minutes=61)
        ),
    ]
    few_rows.stored(uow, *old)
    sign_in(uow, fits="")
    assert set(counters(uow)) == {"address 1", f"address {HERE}", "strangers"}


def test_places__of_a_stranger_of_a_known_address_and_of_a_known_browser(uow: UnitOfWork) -> None:
    few_rows.stored(uow, signed_in(address=HERE))
    sign_in(uow, fits="", address=ELSEWHERE)
    assert set(counters(uow)) == {f"address {ELSEWHERE}", "strangers"}
    sign_in(uow, fits="", address=HERE)
    assert counters(uow)["strangers"] == (1, None), "whoever comes from a known address delays no stranger"
    sign_in(uow, fits="", address=ELSEWHERE, browser=BROWSER)
    assert counters(uow)[f"browser {marks.hashed(BROWSER)}"] == (1, None)
    assert counters(uow)[f"address {ELSEWHERE}"] == (1, None)
    sign_in(uow, fits="", address=ELSEWHERE, browser=OTHER_BROWSER)
    assert counters(uow)[f"address {ELSEWHERE}"] == (2, None)


def test_places__a_sign_in_without_its_second_factor_makes_nothing_known(uow: UnitOfWork) -> None:
    few_rows.stored(uow, signed_in(awaits="factor"), signed_in(mark="other", account_id=2))
    sign_in(uow, fits="", address=HERE, browser=BROWSER)
    assert set(counters(uow)) == {f"address {HERE}", "strangers"}


def test_strangers__are_slow_together_after_thirty_failures(uow: UnitOfWork) -> None:
    few_rows.stored(uow, signed_in(address=HERE))
    for n in range(30):
        sign_in(uow, fits="", address=f"198.51.100.{n}")
    with pytest.raises(SignInDelayed):
        sign_in(uow, address=ELSEWHERE)
    assert sign_in(uow, address=HERE) is not None, (
        "from where the account has signed in before it is not slow"
    )


def test_demand_over__before_the_password_is_looked_at(uow: UnitOfWork) -> None:
    few_rows.stored(uow, signed_in())
    one = accounts.by_id(uow.session, 1)

    def ask(browser: str = "", address: str = ELSEWHERE) -> bool:
        return sign_in_attempts.demand_over(uow.session, "user1", one, address, browser, uow.now)

    assert ask(BROWSER) is True
    assert ask() is False
    for _ in range(5):
        sign_in(uow, fits="", address=ELSEWHERE)
    uow.flush()
    with pytest.raises(SignInDelayed):
        ask()
    assert ask(BROWSER) is True, "a browser that the account knows has a counter of its own"
    assert not sign_in_attempts.demand_over(uow.session, "other", None, ELSEWHERE, "", uow.now)


def test_left__how_many_attempts_before_a_delay(uow: UnitOfWork) -> None:
    few_rows.stored(uow, signed_in())
    assert sign_in_attempts.left(uow.session, "user1", ELSEWHERE, "") == 5
    for n in range(6):
        if n < 5:
            sign_in(uow, fits="", address=ELSEWHERE)
            uow.flush()
        assert sign_in_attempts.left(uow.session, "user1", ELSEWHERE, "") == max(4 - n, 0)
    assert sign_in_attempts.left(uow.session, "user1", ELSEWHERE, BROWSER) == 5
    assert sign_in_attempts.left(uow.session, "nobody", ELSEWHERE, "") == 5


def test_known_browser__its_hash_if_the_account_signed_in_with_it(uow: UnitOfWork) -> None:
    few_rows.stored(uow, signed_in(), signed_in(mark="without", browser=""))
    assert sign_in_attempts.known_browser(uow.session, "user1", BROWSER) == marks.hashed(BROWSER)
    assert sign_in_attempts.known_browser(uow.session, "user1", OTHER_BROWSER) == ""
    assert sign_in_attempts.known_browser(uow.session, "user1", "") == ""
    assert sign_in_attempts.known_browser(uow.session, "nobody", BROWSER) == ""


def test_waiting__who_is_delayed_and_until_when_at_most(uow: UnitOfWork) -> None:
    def blocked(name: str, place: str, minutes: int) -> SignInAttempts:
        until = NOW + timedelta(minutes=minutes)
        return SignInAttempts(
            name_mark=mark_of(name), place=place, failures=9, last_at=NOW, blocked_until=until
        )

    few_rows.stored(
        uow, blocked("user1", "a", 3), blocked("user1", "b", 8), blocked("user1", "c", 2), blocked("user2", "a", 0),
        blocked("somebody", "a", 5),
    )  # fmt: skip
    found = sign_in_attempts.waiting(uow.session, ["user1", "user2"], NOW)
    assert found == {"user1": NOW + timedelta(minutes=8)}
