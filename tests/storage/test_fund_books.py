"""The book of a petty fund, judged with few rows: balances, the ledger of a month, what is open, what the check finds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from processes.access.models import Division
from processes.errors import NotFound, ParameterMissing
from processes.policy import values
from processes.releases import publish
from processes.relief import fund_actions, fund_queries, fund_rules, seals
from processes.relief.fund_models import Fund, FundEntry, FundMonth, FundPosting, ReliefPayment
from processes.relief.fund_queries import Level
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import COUNTY, NOW, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE

D = Decimal
FEBRUARY, MARCH = date(2026, 2, 10), date(2026, 3, 2)


@pytest.fixture
def uow() -> Iterator[UnitOfWork]:
    """The fund of a township and its book.

    February: 1000.00 come in, 300.00 are advanced.  March: 200.00 of them are accounted for, 50.00 come back, and an entry
    waits.  Cash: 1000 − 300 + 50 = 750; advanced: 300 − 200 − 50 = 50; spent: 200.
    """
    with few_rows.unit_of_work() as made:
        fund = Fund(
            id=1, township=TOWNSHIP, division=TOWNSHIP, cash=D(750), advanced=D(50), entries_count=4, head=""
        )  # fmt: skip
        few_rows.stored(
            made, fund, entry(1, "top_up", "1000.00", FEBRUARY, 1), entry(2, "advance", "300.00", FEBRUARY, 2),
            entry(3, "settlement", "200.00", date(2026, 3, 1), 3), entry(4, "refund", "50.00", date(2026, 3, 31), 4),
            entry(5, "top_up", "9.00", MARCH, None),
        )  # fmt: skip
        yield made


def entry(entry_id: int, kind: str, amount: str, on: date, serial: int | None, **more: Any) -> FundEntry:
    """An entry of the fund: posted with its number, or waiting without one."""
    case: dict[str, Any] = {} if kind == "top_up" else {"case_id": 1, "case_number": "LS-1", "question": "q"}
    moves = fund_rules.postings(kind, D(amount)) if serial else {}
    plain: dict[str, Any] = {
        "id": entry_id, "fund_id": 1, "division": TOWNSHIP, "kind": kind, "booked_on": on, "amount": D(amount),
        "memo": f"事由{entry_id}", "status": "posted" if serial else "waiting", "serial": serial, "entered_by_id": 1,
        "entered_by": "甲", "entered_at": NOW, "confirmed_by": "乙" if serial else "", **case,
    }  # fmt: skip
    return FundEntry(**(plain | more), postings=[FundPosting(account=a, amount=m) for a, m in moves.items()])


def month(of: str, digest: str) -> FundMonth:
    return FundMonth(
        fund_id=1, month=of, opening_cash=D(0), closing_cash=D(0), closing_advanced=D(0), last_serial=0, digest=digest,
        closed_at=NOW, closed_by="甲",
    )  # fmt: skip


def the_fund(uow: UnitOfWork) -> Fund:
    return uow.session.get_one(Fund, 1)


def test_funds__by_township(uow: UnitOfWork) -> None:
    other = Fund(
        township="340199100", division="340199100", cash=D(0), advanced=D(0), entries_count=0, head=""
    )
    few_rows.stored(uow, other)
    assert [f.township for f in fund_queries.funds(uow.session)] == ["340199100", TOWNSHIP]
    assert fund_queries.fund_of(uow.session, TOWNSHIP).id == 1
    assert fund_queries.fund_or_none(uow.session, "340199100") is other
    assert fund_queries.fund_or_none(uow.session, OTHER_TOWNSHIP) is None
    with pytest.raises(NotFound):
        fund_queries.fund_of(uow.session, OTHER_TOWNSHIP)


def test_locked_fund__is_made_for_a_township_only(uow: UnitOfWork) -> None:
    few_rows.stored(uow, Division(code=OTHER_TOWNSHIP, name="镇", full_name="县镇"))
    fund = fund_actions.locked_fund(uow, OTHER_TOWNSHIP)
    assert (fund.township, fund.division, fund.cash, fund.advanced, fund.entries_count, fund.head) == (
        OTHER_TOWNSHIP, OTHER_TOWNSHIP, 0, 0, 0, "",
    )  # fmt: skip
    assert fund_actions.locked_fund(uow, OTHER_TOWNSHIP) is fund
    for place in ("340199109", COUNTY, VILLAGE):
        with pytest.raises(NotFound):
            fund_actions.locked_fund(uow, place)


def test_statement__opening_lines_and_closing(uow: UnitOfWork) -> None:
    said = fund_queries.statement(uow.session, the_fund(uow), "2026-03")
    assert (said.township, said.month, said.opening_cash, said.closing_cash, said.closing_advanced) == (
        TOWNSHIP, "2026-03", D(700), D(750), D(50),
    )  # fmt: skip
    assert (said.last_serial, said.is_closed) == (4, False)
    settled, refund = said.lines
    assert (settled.serial, settled.booked_on, settled.kind, settled.memo, settled.case_number) == (
        3, date(2026, 3, 1), "settlement", "事由3", "LS-1",
    )  # fmt: skip
    assert (settled.incoming, settled.outgoing, settled.settled, settled.cash) == (0, 0, D(200), D(700))
    assert (refund.incoming, refund.outgoing, refund.settled, refund.cash) == (D(50), 0, 0, D(750))
    assert (refund.entered_by, refund.confirmed_by) == ("甲", "乙")
    content = [
        TOWNSHIP, "2026-03", "700.00", "750.00", "50.00",
        [
            [3, date(2026, 3, 1), "settlement", "事由3", "LS-1", "0", "0", "200.00", "700.00", "甲", "乙"],
            [4, date(2026, 3, 31), "refund", "事由4", "LS-1", "50.00", "0", "0", "750.00", "甲", "乙"],
        ],
    ]  # fmt: skip
    assert said.digest == hashlib.sha256(values.dumps(content)).hexdigest(), (
        "as it stands under printed books"
    )


def test_statement__of_the_first_month_and_of_one_without_entries(uow: UnitOfWork) -> None:
    said = fund_queries.statement(uow.session, the_fund(uow), "2026-02")
    assert (said.opening_cash, said.closing_cash, said.closing_advanced, said.last_serial) == (
        0,
        D(700),
        D(300),
        2,
    )
    assert [(n.incoming, n.outgoing, n.cash) for n in said.lines] == [
        (D(1000), 0, D(1000)), (0, D(300), D(700)),
    ]  # fmt: skip
    empty = fund_queries.statement(uow.session, the_fund(uow), "2026-04")
    assert (empty.opening_cash, empty.closing_cash, empty.closing_advanced, empty.lines, empty.last_serial) == (
        D(750), D(750), D(50), (), 0,
    )  # fmt: skip
    assert fund_queries.statement(uow.session, the_fund(uow), "2025-12").opening_cash == 0


CHANGES: list[dict[str, Any]] = [
    {"memo": "x"}, {"serial": 9}, {"booked_on": date(2026, 3, 3)}, {"case_number": "LS-2"}, {"entered_by": "丙"},
    {"confirmed_by": "丙"}, {"kind": "return"},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_statement__its_hash_covers_every_line(uow: UnitOfWork, change: dict[str, Any]) -> None:
    before = fund_queries.statement(uow.session, the_fund(uow), "2026-03").digest
    row = uow.session.get_one(FundEntry, 4)
    for name, value in change.items():
        setattr(row, name, value)
    uow.flush()
    uow.session.expire_all()
    assert fund_queries.statement(uow.session, the_fund(uow), "2026-03").digest != before


def test_statement__its_hash_covers_amounts_and_balances(uow: UnitOfWork) -> None:
    before = fund_queries.statement(uow.session, the_fund(uow), "2026-03").digest
    assert len(before) == 64
    first, second = uow.session.get_one(FundEntry, 4).postings
    first.amount, second.amount = D(-51), D(51)
    uow.flush()
    assert fund_queries.statement(uow.session, the_fund(uow), "2026-03").digest != before
    first.amount, second.amount = D(-50), D(50)
    for posting in uow.session.get_one(FundEntry, 1).postings:
        posting.amount *= 2
    uow.flush()
    assert fund_queries.statement(uow.session, the_fund(uow), "2026-03").digest != before, "the opening"


def test_statement__is_closed_up_to_the_last_closed_month(uow: UnitOfWork) -> None:
    few_rows.stored(uow, month("2026-02", "x"), month("2026-01", "x"))
    for of, is_closed in (("2026-01", True), ("2026-02", True), ("2026-03", False)):
        assert fund_queries.statement(uow.session, the_fund(uow), of).is_closed is is_closed
    assert fund_queries.last_closed(uow.session, 1) == "2026-02"
    assert fund_queries.last_closed(uow.session, 2) == ""
    closed = fund_queries.closed_month(uow.session, 1, "2026-01")
    assert closed is not None and closed.month == "2026-01"
    assert fund_queries.closed_month(uow.session, 1, "2026-03") is None
    assert fund_queries.closed_month(uow.session, 2, "2026-01") is None


def test_entries__posted_ones_of_a_month_by_number(uow: UnitOfWork) -> None:
    few_rows.stored(
        uow, entry(6, "top_up", "1.00", MARCH, 1, fund_id=2), entry(7, "top_up", "1.00", MARCH, 7)
    )
    assert [e.id for e in fund_queries.entries(uow.session, 1, "2026-03")] == [3, 4, 7]
    assert [e.id for e in fund_queries.waiting(uow.session, 1)] == [5]
    assert fund_queries.waiting(uow.session, 2) == []


def test_reversed_ids__also_what_is_about_to_be(uow: UnitOfWork) -> None:
    few_rows.stored(
        uow, entry(6, "reversal", "9.00", MARCH, None, reverses_id=1),
        entry(7, "reversal", "9.00", MARCH, None, reverses_id=5, fund_id=2),
    )  # fmt: skip
    assert fund_queries.reversed_ids(uow.session, 1) == {1}


def test_outstanding__what_a_case_has_to_account_for(uow: UnitOfWork) -> None:
    few_rows.stored(uow, entry(6, "advance", "70.00", MARCH, 5, case_id=2))
    assert fund_queries.outstanding(uow.session, 1) == D(50)  # 300 − 200 − 50
    assert fund_queries.outstanding(uow.session, 2) == D(70)
    assert fund_queries.outstanding(uow.session, 3) == 0


def audited(uow: UnitOfWork) -> list[str]:
    uow.flush()
    uow.session.expire_all()
    return fund_queries.audit(uow.session)


def test_audit__a_book_that_balances(uow: UnitOfWork) -> None:
    digest = fund_queries.statement(uow.session, the_fund(uow), "2026-02").digest
    few_rows.stored(uow, month("2026-02", digest))
    # another fund with half a yuan in cash, nothing advanced and nothing spent
    other = Fund(
        id=2,
        township=OTHER_TOWNSHIP,
        division=OTHER_TOWNSHIP,
        cash=D("0.50"),
        advanced=D(0),
        entries_count=1,
        head="",
    )
    few_rows.stored(uow, other, entry(6, "top_up", "0.50", MARCH, 1, fund_id=2))
    assert audited(uow) == []


def test_audit__postings_that_do_not_balance(uow: UnitOfWork) -> None:
    uow.session.get_one(FundEntry, 1).postings[1].amount += D("0.01")
    assert audited(uow) == [
        "记录 1 借贷不平", f"{TOWNSHIP} 各账户合计不为零", f"{TOWNSHIP} 余额与台账不符",
    ]  # fmt: skip


def test_audit__postings_of_what_waits_and_none_of_what_is_posted(uow: UnitOfWork) -> None:
    uow.session.get_one(FundEntry, 5).status = "posted"
    uow.session.get_one(FundEntry, 4).status = "waiting"
    found = audited(uow)
    assert found[:2] == ["记录 4 借贷不平", "记录 5 借贷不平"]


@pytest.mark.parametrize("change", [{"cash": D("750.01")}, {"advanced": D("49.99")}])
def test_audit__a_fund_that_says_something_else(uow: UnitOfWork, change: dict[str, Decimal]) -> None:
    for name, value in change.items():
        setattr(the_fund(uow), name, value)
    assert audited(uow) == [f"{TOWNSHIP} 余额与台账不符"]


@pytest.mark.parametrize(
    ("kind", "amount", "cash", "advanced"),
    # 750 − 750.01 in cash; 50 − 50.01 advanced; spent 200 − 200.01
    [
        ("return", "750.01", "-0.01", "50"),
        ("settlement", "50.01", "750", "-0.01"),
        ("unspent", "200.01", "750", "250.01"),
    ],
)
def test_audit__nothing_is_negative(
    uow: UnitOfWork, kind: str, amount: str, cash: str, advanced: str
) -> None:
    row = entry(6, "settlement" if kind == "unspent" else kind, amount, MARCH, 5)
    if kind == "unspent":
        for posting in row.postings:
            posting.amount = -posting.amount
    few_rows.stored(uow, row)
    fund = the_fund(uow)
    fund.cash, fund.advanced, fund.entries_count = D(cash), D(advanced), 5
    assert audited(uow) == [f"{TOWNSHIP} 出现负数"]


def test_audit__a_closed_month_that_was_changed(uow: UnitOfWork) -> None:
    few_rows.stored(uow, month("2026-02", "another"))
    assert audited(uow) == [f"{TOWNSHIP} 2026-02 结账后被改动"]


@pytest.mark.parametrize("count", [3, 5])
def test_audit__numbers_without_a_gap(uow: UnitOfWork, count: int) -> None:
    the_fund(uow).entries_count = count
    assert audited(uow) == [f"{TOWNSHIP} 台账编号不连续"]


def test_of_household__relief_that_it_has_the_latest_first(uow: UnitOfWork) -> None:
    def relief(relief_id: int, on: date, **more: Any) -> ReliefPayment:
        plain: dict[str, Any] = {
            "id": relief_id, "case_id": relief_id, "household_id": 10, "division": VILLAGE, "event": "fire",
            "amount": D(1), "granted_on": on, "source": "fund", "question": "q", "status": "standing", "refunded": D(0),
        }  # fmt: skip
        return ReliefPayment(**(plain | more))

    few_rows.stored(
        uow, relief(1, MARCH), relief(2, FEBRUARY), relief(3, MARCH), relief(4, MARCH, status="withdrawn"),
        relief(5, MARCH, household_id=20),
    )  # fmt: skip
    assert [r.id for r in fund_queries.of_household(uow.session, 10)] == [3, 1, 2]
    paid = fund_queries.payment_of_case(uow.session, 2)
    assert paid is not None and paid.id == 2
    assert fund_queries.payment_of_case(uow.session, 4) is None


class Policy:
    """The values of one release."""

    def __init__(self, **values: Any) -> None:
        self.values = values
        self.asked: list[Any] = []

    def value(self, name: str, on: date, division: str) -> Any:
        self.asked.append((name, on, division))
        if name not in self.values:
            raise ParameterMissing(name=name, on=on)
        return self.values[name]


class Published:
    """A release with its policy, in place of one that was published."""

    def __init__(self, **values: Any) -> None:
        self.id, self.policy = self, Policy(**{k.replace("_", ".", 1): v for k, v in values.items()})


def level_of(monkeypatch: pytest.MonkeyPatch, *releases: Published) -> Level | None:
    here: Any = object()
    monkeypatch.setattr(publish, "published_programmes", lambda session: releases if session is here else ())
    monkeypatch.setattr(
        publish, "open_release", lambda session, release: release if session is here else None
    )
    return fund_queries.level(here, MARCH, TOWNSHIP)


def test_level__of_the_first_release_that_has_both_values(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Published(fund_float=D(20000), fund_low_share=D("0.2"))
    found = level_of(
        monkeypatch, Published(fund_float=D(1)), Published(fund_float=D(1), fund_low_share="x"), whole
    )
    assert found == Level(D(20000), D("0.2"))
    assert found.low == D(4000)  # 20 000 × 0.2
    assert whole.policy.asked == [("fund.float", MARCH, TOWNSHIP), ("fund.low_share", MARCH, TOWNSHIP)]
    assert level_of(monkeypatch, Published(fund_float="x", fund_low_share=D(1))) is None
    assert level_of(monkeypatch) is None


def test_seals__an_older_entry_is_compared_by_less(uow: UnitOfWork) -> None:
    row = uow.session.get_one(FundEntry, 2)
    row.digest = seals.of_entry_v1("before", TOWNSHIP, row)
    assert seals.is_of_entry("before", TOWNSHIP, row)
    row.entered_by_id = 7
    assert seals.is_of_entry("before", TOWNSHIP, row), "older ones do not say by which account"
    row.digest = seals.of_entry("before", TOWNSHIP, row)
    assert len(row.digest) == 64 and row.digest.startswith("2.")
    for change in (
        {"entered_by_id": 8},
        {"entered_at": NOW + timedelta(seconds=1)},
        {"amount": D(1)},
        {"case_id": 9},
    ):
        ((name, value),) = change.items()
        kept = getattr(row, name)
        setattr(row, name, value)
        assert not seals.is_of_entry("before", TOWNSHIP, row)
        setattr(row, name, kept)
    assert not seals.is_of_entry("other", TOWNSHIP, row)
    assert not seals.is_of_entry("before", OTHER_TOWNSHIP, row)
