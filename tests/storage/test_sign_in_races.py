"""Guesses at the same moment count one after the other."""

from __future__ import annotations

import time

from processes.access.scope import system_actor
from processes.errors import PasswordsBusy, SignInDelayed, SignInRefused
from processes.office.accounts.sign_in import SignIn
from processes.rehearsal.stage import Stage
from tests.storage.test_transactions import together

AT_ONCE, FREE = 12, 5


def test_of_twelve_guesses_at_once_five_are_tried(any_stage: Stage) -> None:
    def guess() -> object:
        while True:
            try:
                return any_stage.office.perform(SignIn("t1_clerk", "wrong", "203.0.113.7"), system_actor())
            except PasswordsBusy:  # not looked at, and not counted
                time.sleep(0.05)

    results = together(*[guess] * AT_ONCE)
    assert [type(r) for r in results].count(SignInRefused) == FREE
    assert [type(r) for r in results].count(SignInDelayed) == AT_ONCE - FREE
