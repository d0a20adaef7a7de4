"""Two uses of one code at the same moment: one passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from processes.access import accounts, factors, marks, recovery, sessions, totp
from processes.access.factor_models import SecondFactor
from processes.access.models import Account, SignedIn
from processes.access.scope import Actor, AtDesk, system_actor
from processes.errors import AccountInvalid, RuleBroken, VerificationFailed, YimenError
from processes.office.accounts.changes import AskFactorReset, DecideAccountChange
from processes.office.accounts.sign_in import SignIn
from processes.office.accounts.verifying import Proven, VerifyCode
from processes.rehearsal.county import PASSWORD
from processes.rehearsal.stage import Stage
from processes.storage.unit_of_work import UnitOfWork, current_instant
from tests.builders.desks import colleague
from tests.builders.factors import code
from tests.storage.test_transactions import together

AT_ONCE = 6


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    now = current_instant().replace(second=1, microsecond=0)
    monkeypatch.setattr(sessions, "wall", lambda: now)


def account(stage: Stage, username: str) -> Account:
    with stage.database.reading("") as session:
        return session.scalars(select(Account).where(Account.username == username)).one()


def with_app(stage: Stage) -> tuple[str, str]:
    """The clerk has an app; answers its secret and a recovery code."""
    secret, clerk = totp.new_secret(), account(stage, "t1_clerk").id
    with stage.database.unit_of_work() as uow:
        now = sessions.wall()
        uow.add(SecondFactor(account_id=clerk, kind="totp", secret=secret, added_at=now, confirmed_at=now))
        codes = recovery.make(uow, clerk, now)
        uow.commit()
    return secret, codes[0]


def waiting(stage: Stage) -> Actor:
    """The clerk, who has given the password in a session of its own."""
    begun = stage.office.perform(SignIn("t1_clerk", PASSWORD, "10.0.0.1"), system_actor())
    with stage.database.reading("") as session:
        query = select(SignedIn).where(SignedIn.mark == marks.hashed(begun.session))
        row = session.scalars(query).one()
    here = AtDesk(row.id, row.verified_at, row.proof, row.awaits)
    return replace(accounts.actor_of(account(stage, "t1_clerk")), at_desk=here)


@pytest.mark.parametrize("which", ["app", "recovery"])
def test_of_six_uses_of_one_code_at_once_one_passes(any_stage: Stage, which: str) -> None:
    secret, spare = with_app(any_stage)
    shown = code(secret) if which == "app" else spare
    people = [waiting(any_stage) for _ in range(AT_ONCE)]

    def show(who: Actor) -> Callable[[], object]:
        return lambda: any_stage.office.perform(VerifyCode(shown, "10.0.0.1"), who)

    results = together(*[show(who) for who in people])
    assert [isinstance(r, Proven) for r in results].count(True) == 1
    assert [type(r) for r in results].count(VerificationFailed) >= 1
    assert all(isinstance(r, Proven | YimenError) for r in results), results
    with any_stage.database.reading("") as session:
        assert [r.awaits for r in session.scalars(select(SignedIn))].count("") == 1


def test_two_transactions_with_one_code__the_second_finds_it_used(any_stage: Stage) -> None:
    """Without the lock of the account, by the conditional update alone."""
    secret, _ = with_app(any_stage)
    shown, clerk = code(secret), account(any_stage, "t1_clerk").id
    with any_stage.database.reading("") as session:
        factor = factors.of_account(session, clerk)[0]

    def use(uow: UnitOfWork) -> bool:
        return factors.use_step(uow, factor, shown, sessions.wall())

    found = []
    for _ in range(2):
        with any_stage.database.unit_of_work() as uow:
            found.append(use(uow))
            uow.commit()
    assert found == [True, False]
    earlier = code(secret, -1)
    with any_stage.database.unit_of_work() as uow:
        assert not factors.use_step(uow, factor, earlier, sessions.wall() + timedelta(0))


def test_a_reset_and_a_removal_at_once(any_stage: Stage) -> None:
    with_app(any_stage)
    colleague(any_stage, "admin", "admin2", "钱管理")
    first, second = (accounts.actor_of(account(any_stage, n)) for n in ("admin", "admin2"))
    change = any_stage.office.perform(AskFactorReset("t1_clerk", "手机丢失"), first).change
    decide = DecideAccountChange(change, accept=True)
    results = together(
        lambda: any_stage.office.perform(decide, second), lambda: any_stage.office.perform(decide, second)
    )
    assert sorted(type(r).__name__ for r in results) == ["DecideAccountChangeResult", "RuleBroken"]
    with any_stage.database.reading("") as session:
        assert session.scalars(select(SecondFactor)).all() == []
    with pytest.raises((RuleBroken, AccountInvalid)):
        any_stage.office.perform(AskFactorReset("t1_clerk", "手机丢失"), first)
