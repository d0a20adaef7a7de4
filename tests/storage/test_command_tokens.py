"""Tokens of commands go after a month, in pieces; until then a repetition gets the first result."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from processes.access import command_tokens
from processes.access.models import CommandToken
from processes.compound.sweeping import sweep
from processes.rehearsal.stage import Stage
from tests.builders import cases

MONDAY = datetime(2026, 3, 2, 9, 0)


def _kept(stage: Stage) -> int:
    with stage.database.reading("") as session:
        return session.scalar(select(func.count()).select_from(CommandToken)) or 0


def test_a_token_goes_after_thirty_days__and_not_before(any_stage: Stage) -> None:
    any_stage.set_clock(MONDAY)
    cases.a_case(any_stage)
    with any_stage.database.unit_of_work() as uow:
        uow.add(CommandToken(token="provider x", account_id=None, at=uow.now, result={}))
        uow.commit()
    before = _kept(any_stage)
    assert before >= 2
    any_stage.set_clock(MONDAY + timedelta(days=30))
    sweep(any_stage.office)
    assert _kept(any_stage) == before
    any_stage.set_clock(MONDAY + timedelta(days=30, minutes=1))
    sweep(any_stage.office)
    assert _kept(any_stage) == 0


def test_many_go_in_pieces__the_oldest_first(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_tokens, "AT_ONCE", 2)
    stage.set_clock(MONDAY + timedelta(days=40))
    with stage.database.unit_of_work() as uow:
        for days in (35, 34, 33, 29):  # three of them older than 30 days
            at = uow.now - timedelta(days=days)
            uow.add(CommandToken(token=f"{days}", account_id=None, at=at, result={}))
        uow.commit()
    left = []
    for _ in range(3):
        sweep(stage.office)
        with stage.database.reading("") as session:
            left.append(sorted(session.scalars(select(CommandToken.token))))
    assert left == [["29", "33"], ["29"], ["29"]]  # 4 − 2 = 2, 2 − 1 = 1, and nothing more is due
