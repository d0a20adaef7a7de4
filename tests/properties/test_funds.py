"""Laws of the petty fund: whatever happens, in whatever order, at once or cut off, the books balance."""

from __future__ import annotations

import threading
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from processes.errors import FundInsufficient, RuleBroken
from processes.office.command import Command
from processes.office.funds.entries import ConfirmFundEntry, EnterFundEntry
from processes.rehearsal.stage import Stage
from processes.relief import fund_queries, fund_rules
from tests.builders import funds
from tests.builders.nightly import NIGHTLY

OPERATIONS = 20_000 if NIGHTLY else 800
THREADS = 4
LEVEL = Decimal("50000.00")
"""What a fund of the demo county should hold (fund.float)."""


@given(st.sampled_from(sorted(fund_rules.MOVES)), st.decimals("0.01", "999999", places=2))
def test_postings_add_up_to_zero_and_move_the_amount(kind: str, amount: Decimal) -> None:
    moved = fund_rules.postings(kind, amount)
    assert sum(moved.values()) == 0
    assert max(moved.values()) == amount


def test_many_at_once_with_crashes__every_account_balances(any_stage: Stage) -> None:
    team = funds.officers(any_stage)
    done: list[str] = []

    def work(seed: int) -> None:
        random = Random(seed)
        for _ in range(OPERATIONS // THREADS):
            done.append(team.act(random))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == OPERATIONS
    with any_stage.database.reading("") as session:
        assert fund_queries.audit(session) == []
        held = fund_queries.funds(session)
        assert len(held) == len(funds.TOWNSHIPS)
        assert sum(f.entries_count for f in held) > OPERATIONS // 20
    assert {"confirm", "advance", "fund_insufficient"} <= set(done)


class Ledger(RuleBasedStateMachine):
    """One fund against a model that only adds and subtracts."""

    stage: Stage

    @initialize()
    def begin(self) -> None:
        self.team = funds.officers_of(self.stage)
        self.township = funds.TOWNSHIPS[0]
        with self.stage.database.reading("") as session:
            held = [f for f in fund_queries.funds(session) if f.township == self.township]
            self.cash = held[0].cash if held else Decimal(0)

    @rule(amount=st.decimals("0.01", "30000", places=2))
    def top_up(self, amount: Decimal) -> None:
        command = EnterFundEntry(self.township, "top_up", amount, "拨付")
        if self.cash + amount > LEVEL:
            with pytest.raises(RuleBroken):
                self.stage.office.perform(command, self.team.one)
            return
        self.confirm(command)
        self.cash += amount

    @rule(amount=st.decimals("0.01", "5000", places=2))
    def give_back(self, amount: Decimal) -> None:
        command = EnterFundEntry(self.township, "return", amount, "缴回")
        if amount > self.cash:
            with pytest.raises(FundInsufficient):
                self.stage.office.perform(command, self.team.one)
            return
        self.confirm(command)
        self.cash -= amount

    @rule(amount=st.decimals("-5", "0", places=2))
    def nothing_or_less(self, amount: Decimal) -> None:
        with pytest.raises(RuleBroken):
            self.stage.office.perform(EnterFundEntry(self.township, "top_up", amount, "x"), self.team.one)

    def confirm(self, command: Command[Any]) -> None:
        entry = self.stage.office.perform(command, self.team.one).entry
        self.stage.office.perform(ConfirmFundEntry(entry), self.team.other)

    @invariant()
    def the_book_says_what_the_model_says(self) -> None:
        with self.stage.database.reading("") as session:
            assert fund_queries.audit(session) == []
            held = [f.cash for f in fund_queries.funds(session) if f.township == self.township]
        assert sum(held, Decimal(0)) == self.cash


def test_a_fund_follows_its_model(stage: Stage) -> None:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))  # the level holds from 2025
    machine = type("LedgerHere", (Ledger,), {"stage": stage})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=40 if NIGHTLY else 8, stateful_step_count=12)
    )
