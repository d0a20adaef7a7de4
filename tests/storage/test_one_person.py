"""Accounts of one natural person, declared and taken back: what counts as one, and since when."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from processes.access import persons
from processes.access.models import AccountChange, Division
from processes.access.status import ChangeVerdict
from processes.relief import fund_actions
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import NOW


def untied(*together: int, **more: object) -> AccountChange:
    """Accounts that two administrators separated a day ago."""
    plain: dict[str, object] = {
        "account_id": together[0], "roles": [], "division": few_rows.TOWNSHIP, "unties": True, "together": list(together),
        "reason": "录错", "asked_by": "甲", "asked_at": NOW - timedelta(days=2), "verdict": ChangeVerdict.CONFIRMED,
        "decided_at": NOW - timedelta(days=1),
    }  # fmt: skip
    return AccountChange(**(plain | more))


def people(uow: UnitOfWork) -> None:
    """1, 2 and 3 are one person, 4 and 5 another, 6 is alone."""
    of = {1: None, 2: 1, 3: 1, 4: None, 5: 4, 6: None}
    few_rows.stored(uow, *(few_rows.account(i, "window_clerk", person_id=person) for i, person in of.items()))


@pytest.mark.parametrize(
    ("account", "theirs"),
    [(1, {1, 2, 3}), (2, {1, 2, 3}), (5, {4, 5}), (4, {4, 5}), (6, {6}), (99, {99}), (None, set())],
)
def test_accounts_of__every_account_of_the_person(account: int | None, theirs: set[int]) -> None:
    with few_rows.unit_of_work() as uow:
        people(uow)
        assert persons.accounts_of(uow.session, account) == theirs


def test_accounts_of__who_was_one_person_since() -> None:
    with few_rows.unit_of_work() as uow:
        people(uow)
        few_rows.stored(uow, untied(6, 4, 5))
        assert persons.accounts_of(uow.session, 6) == {4, 5, 6}, "at any time"
        assert persons.accounts_of(uow.session, 6, NOW - timedelta(days=2)) == {4, 5, 6}
        assert persons.accounts_of(uow.session, 6, NOW - timedelta(days=1)) == {6}, (
            "begun after it was taken back"
        )
        assert persons.accounts_of(uow.session, 1) == {1, 2, 3}, "of others nothing is said"


def test_accounts_of__groups_that_join_through_each_other() -> None:
    with few_rows.unit_of_work() as uow:
        few_rows.stored(uow, *(few_rows.account(i, "window_clerk") for i in range(1, 7)))
        few_rows.stored(uow, untied(3, 4), untied(1, 2), untied(5, 6), untied(2, 3))
        # 1 was one with 2, 2 with 3, 3 with 4; 5 and 6 have nothing to do with them
        assert persons.accounts_of(uow.session, 1) == {1, 2, 3, 4}
        assert persons.accounts_of(uow.session, 6) == {5, 6}


@pytest.mark.parametrize(
    "more",
    [
        {"unties": False},
        {"verdict": ChangeVerdict.WAITING},
        {"verdict": ChangeVerdict.REFUSED},
        {"together": None, "account_id": 2},
    ],
)
def test_accounts_of__only_what_was_confirmed_counts(more: dict[str, object]) -> None:
    with few_rows.unit_of_work() as uow:
        few_rows.stored(
            uow,
            few_rows.account(1, "window_clerk"),
            few_rows.account(2, "window_clerk"),
            untied(1, 2, **more),
        )
        assert persons.accounts_of(uow.session, 1) == {1}


@pytest.mark.parametrize(
    ("account", "others", "is_one"),
    [
        (2, (1,), True), (1, (6, 3), True), (1, (1,), True), (1, (4, 6), False), (1, (None,), False), (1, (), False),
        (None, (1,), False), (None, (None,), False), (1, (None, 2), True), (99, (99,), True),
    ],
)  # fmt: skip
def test_is_one_of__by_person_and_never_for_the_program(
    account: int | None, others: tuple[int | None, ...], is_one: bool
) -> None:
    with few_rows.unit_of_work() as uow:
        people(uow)
        assert persons.is_one_of(uow.session, account, others) is is_one


def test_a_fund_entry_of_an_account_that_is_theirs_no_more_may_be_confirmed() -> None:
    with few_rows.unit_of_work() as uow:
        people(uow)
        few_rows.stored(uow, untied(1, 6), Division(code=few_rows.TOWNSHIP, name="镇", full_name="县镇"))
        one, other = (few_rows.actor(i, "finance_officer") for i in (1, 6))
        entry = fund_actions.enter(uow, one, few_rows.TOWNSHIP, "top_up", Decimal(1), "拨付")
        uow.flush()
        assert fund_actions.confirm(uow, other, entry.id).status == "posted"


def test_is_one_of__asks_for_the_time_since() -> None:
    with few_rows.unit_of_work() as uow:
        people(uow)
        few_rows.stored(uow, untied(6, 4, 5))
        assert persons.is_one_of(uow.session, 6, (5,), NOW - timedelta(days=2))
        assert not persons.is_one_of(uow.session, 6, (5,), NOW)
