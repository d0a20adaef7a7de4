"""What a sign-in leaves open and begins, judged with few rows: second factors, recovery codes, sessions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from processes.access import accounts, factors, marks, recovery, sessions
from processes.access.factor_models import RecoveryCode, SecondFactor
from processes.access.models import Absence, SignedIn
from processes.access.scope import AtDesk
from processes.access.sessions import Proven
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import NOW, TOWNSHIP, account

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


def test_awaited__what_a_password_does_not_prove(uow: UnitOfWork) -> None:
    clerk, demo = account(2, "window_clerk"), account(3, "window_clerk", is_demo=True)
    one = accounts.by_id(uow.session, 1)
    few_rows.stored(uow, clerk, demo, app(account_id=2))
    demanded = ("window_clerk", "auditor")
    assert factors.awaited(uow.session, clerk, ()) == "factor"
    assert factors.awaited(uow.session, one, demanded) == "enrolment"
    assert factors.awaited(uow.session, one, ("auditor",)) == ""
    assert factors.awaited(uow.session, demo, demanded) == "", "a published password needs none"


def test_of_account__what_it_can_use_in_the_order_in_which_it_was_added(uow: UnitOfWork) -> None:
    few_rows.stored(uow, app(id=2), app(id=1), app(id=3, confirmed_at=None), app(id=4, account_id=2))
    assert [f.id for f in factors.of_account(uow.session, 1)] == [1, 2]


def test_use_code__once(uow: UnitOfWork) -> None:
    few_rows.stored(uow, app(id=1), app(id=2, secret="A" * 32))
    code = str(pyotp.HOTP("A" * 32).at(PERIOD))
    assert factors.use_code(uow, 1, code, NOW) == "totp"
    uow.session.expire_all()
    used = uow.session.get_one(SecondFactor, 2)
    assert (used.used_step, used.used_at) == (PERIOD, NOW)
    assert uow.session.get_one(SecondFactor, 1).used_step == 0
    assert factors.use_code(uow, 1, code, NOW) == ""
    assert factors.use_code(uow, 2, str(pyotp.HOTP(SECRET).at(PERIOD)), NOW) == "", "not an app of theirs"


def test_use_step__somebody_used_it_meanwhile(uow: UnitOfWork) -> None:
    few_rows.stored(uow, app(id=1))
    held = uow.session.get_one(SecondFactor, 1)
    code = str(pyotp.HOTP(SECRET).at(PERIOD))
    assert factors.use_step(uow, held, code, NOW) is True
    # What the program holds is older than what the database has: of two uses of one code the second is refused.
    assert held.used_step == 0
    assert factors.use_step(uow, held, code, NOW) is False


def test_use_code__a_passkey_has_no_codes(uow: UnitOfWork) -> None:
    few_rows.stored(uow, app(kind="passkey", secret=None, credential="c"))
    assert factors.use_code(uow, 1, "123456", NOW) == ""


def test_drop_untried_and_drop_all(uow: UnitOfWork) -> None:
    few_rows.stored(uow, app(id=1), app(id=2, confirmed_at=None), app(id=3, account_id=2, confirmed_at=None))
    recovery.make(uow, 1, NOW)
    recovery.make(uow, 2, NOW)
    uow.flush()

    def left() -> list[int]:
        return list(uow.session.scalars(select(SecondFactor.id).order_by(SecondFactor.id)))

    factors.drop_untried(uow, 1)
    assert left() == [1, 3]
    factors.drop_all(uow, 1)
    assert left() == [3]
    assert (recovery.left(uow.session, 1), recovery.left(uow.session, 2)) == (0, 10)


def test_recovery__ten_codes_each_once_and_only_of_the_account(uow: UnitOfWork) -> None:
    codes = recovery.make(uow, 1, NOW)
    uow.flush()
    assert len(set(codes)) == 10
    assert all([len(g) for g in c.split("-")] == [4, 4, 4, 4] for c in codes)
    assert set("".join(codes)) <= set("-23456789ABCDEFGHJKMNPQRSTUVWXYZ")
    assert not recovery.use(uow, 2, codes[0], NOW)
    assert not recovery.use(uow, 1, codes[0][:-1], NOW)
    assert not recovery.use(uow, 1, "A" * 16, NOW)
    assert recovery.use(uow, 1, f" {codes[0].lower()} ", NOW) is True
    assert not recovery.use(uow, 1, codes[0], NOW)
    assert recovery.left(uow.session, 1) == 9
    used = uow.session.scalars(select(RecoveryCode).where(RecoveryCode.used_at.is_not(None))).one()
    assert (used.account_id, used.used_at, used.made_at) == (1, NOW, NOW)
    assert factors.use_code(uow, 1, codes[1], NOW) == "recovery"


def test_recovery__new_codes_make_the_earlier_ones_invalid(uow: UnitOfWork) -> None:
    earlier = recovery.make(uow, 1, NOW)
    uow.flush()
    later = recovery.make(uow, 1, NOW)
    uow.flush()
    assert recovery.left(uow.session, 1) == 10
    assert not recovery.use(uow, 1, earlier[0], NOW)
    assert recovery.use(uow, 1, later[0], NOW)


def test_begin__a_session_under_the_hash_of_its_mark(uow: UnitOfWork) -> None:
    one = accounts.by_id(uow.session, 1)
    one.session_epoch = 3
    made = sessions.begin(uow, one, "a" * 61, "d" * 121, BROWSER, Proven("totp", "", "oidc"))
    uow.flush()
    row = uow.session.scalars(select(SignedIn)).one()
    assert (row.mark, row.account_id, row.epoch, row.began_at, row.seen_at, row.verified_at) == (
        marks.hashed(made.mark), 1, 3, NOW, NOW, NOW,
    )  # fmt: skip
    assert (row.address, row.device, row.browser) == ("a" * 60, "d" * 120, marks.hashed(BROWSER))
    assert (row.proof, row.awaits, row.way) == ("totp", "", "oidc")
    assert made.browser == BROWSER and len(made.mark) == 43


@pytest.mark.parametrize("typed", ["", "b" * 42, "b" * 44, "b" * 42 + "!", "b" * 43 + "\n"])
def test_begin__a_browser_without_a_mark_of_ours_gets_one(uow: UnitOfWork, typed: str) -> None:
    earlier = NOW - timedelta(minutes=5)
    made = sessions.begin(
        uow,
        accounts.by_id(uow.session, 1),
        HERE,
        "",
        typed,
        Proven("password", "factor", verified_at=earlier),
    )
    uow.flush()
    row = uow.session.scalars(select(SignedIn)).one()
    assert made.browser != typed and len(made.browser) == 43 and row.browser == marks.hashed(made.browser)
    assert (row.verified_at, row.awaits, row.way) == (earlier, "factor", "password")


def test_begin__deletes_sessions_that_ended_half_a_year_ago(uow: UnitOfWork) -> None:
    few_rows.stored(
        uow, signed_in(id=1, mark="1", began_at=NOW - timedelta(days=180)),
        signed_in(id=2, mark="2", began_at=NOW - timedelta(days=180, seconds=1)),
        signed_in(id=3, mark="3", account_id=2, began_at=NOW - timedelta(days=300)),
    )  # fmt: skip
    sessions.begin(uow, accounts.by_id(uow.session, 1), HERE, "", "", Proven())
    uow.flush()
    assert sorted(uow.session.scalars(select(SignedIn.id))) == [1, 3, 4]


def found(uow: UnitOfWork, mark: str = "m") -> Any:
    return sessions.find(uow.session, mark, date(2026, 3, 2))


def test_find__the_session_and_its_actor(uow: UnitOfWork) -> None:
    few_rows.stored(
        uow, signed_in(id=5, proof="totp", awaits="enrolment"), account(2, "investigator", must_change_password=True),
        signed_in(id=6, mark=marks.hashed("n"), account_id=2, way="ldap"),
        Absence(
            account_id=2, substitute_id=1, from_on=date(2026, 3, 2), until_on=date(2026, 3, 2), programmes=[], reason="",
            made_at=NOW, made_by="", confirmed_at=NOW,
        ),
    )  # fmt: skip
    row, actor = found(uow)
    assert (row.id, actor.account_id, actor.username, actor.roles) == (5, 1, "user1", {"window_clerk"})
    assert actor.at_desk == AtDesk(5, NOW, "totp", "enrolment", "password")
    assert [s.account_id for s in actor.stands_in] == [2]
    other = found(uow, "n")[1]
    assert other.at_desk.way == "ldap" and not other.must_change_password, "no local password to change"
    assert found(uow, "another") is None


def test_find__a_one_time_password_must_be_changed_first(uow: UnitOfWork) -> None:
    few_rows.stored(
        uow, account(2, "investigator", must_change_password=True), signed_in(account_id=2)
    )  # fmt: skip
    assert found(uow)[1].must_change_password is True


ALIVE: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"seen_at": NOW - timedelta(minutes=29, seconds=59)}, True),
    ({"seen_at": NOW - timedelta(minutes=30)}, False),
    ({"began_at": NOW - timedelta(hours=9, minutes=59)}, True),
    ({"began_at": NOW - timedelta(hours=10)}, False),
    ({"ended_at": NOW}, False),
    ({"epoch": 1}, False),
    ({"account_id": 2}, False),  # an account that was closed
]


@pytest.mark.parametrize(("more", "is_alive"), ALIVE)
def test_find__half_an_hour_idle_ten_hours_in_all(
    uow: UnitOfWork, more: dict[str, Any], is_alive: bool
) -> None:
    few_rows.stored(uow, account(2, is_active=False), signed_in(**more))
    assert (found(uow) is not None) is is_alive
    listed = [r.account_id for who in (1, 2) for r in sessions.of_account(uow.session, who)]
    assert listed == ([1] if is_alive else [])


def test_of_account__the_most_recently_used_first(uow: UnitOfWork) -> None:
    ago = NOW - timedelta(minutes=1)
    few_rows.stored(
        uow, signed_in(id=1, mark="1"), signed_in(id=2, mark="2", seen_at=ago), signed_in(id=3, mark="3")
    )
    assert [r.id for r in sessions.of_account(uow.session, 1)] == [3, 1, 2]


def test_is_due__once_a_minute() -> None:
    with few_rows.unit_of_work():
        for seconds, is_due in ((59, False), (60, True)):
            row = signed_in(seen_at=sessions.wall() - timedelta(seconds=seconds))
            assert sessions.is_due(row) is is_due


def test_actor_of__an_officer_of_a_department_only() -> None:
    officer = accounts.actor_of(account(1, "department_officer", department="housing"))
    assert (officer.account_id, officer.name, officer.roles, officer.division, officer.department) == (
        1, "职员1", {"department_officer"}, TOWNSHIP, "housing",
    )  # fmt: skip
    assert (officer.must_change_password, officer.username) == (False, "user1")
    mixed = accounts.actor_of(
        account(1, "department_officer", "auditor", department="housing", must_change_password=True)
    )
    assert mixed.department is None and mixed.must_change_password
