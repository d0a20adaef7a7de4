"""Relief asked for and given, compared by person: the same event, splitting, the township's limit, the year's ceiling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from processes.cases.models import Case, WorkItem
from processes.people.models import PersonMerge
from processes.relief import claims
from processes.relief.claim_models import ReliefClaim, ReliefClaimPerson
from processes.relief.claim_rules import Terms
from processes.relief.claims import Event, Findings
from processes.relief.fund_models import ReliefPayment
from processes.storage.unit_of_work import UnitOfWork
from tests.builders import few_rows
from tests.builders.few_rows import NOW, VILLAGE, case_of

D = Decimal
TODAY = date(2026, 3, 2)
FIRE = Event("fire", date(2026, 2, 27))
TERMS = Terms(same_event_months=12, split_days=30, limit=D(2000))
HEAD, WIFE, STRANGER = 1, 2, 3


@pytest.fixture
def uow() -> Iterator[UnitOfWork]:
    """Households 10 and 20 of the same couple, 30 of a stranger; the cases 1, 2 and 3 are theirs."""
    with few_rows.unit_of_work() as made:
        few_rows.stored(
            made, *(few_rows.person(i) for i in (HEAD, WIFE, STRANGER)), *few_rows.household(10, HEAD, WIFE),
            *few_rows.household(20, WIFE, HEAD), *few_rows.household(30, STRANGER),
            *(case_of(i, number=f"LS-{i}") for i in (1, 2, 3)),
        )  # fmt: skip
        yield made


def earlier(
    uow: UnitOfWork, *people: tuple[int, bool], amount: str = "500", given: str = "", on: date = date(2026, 2, 20),
    **more: Any,
) -> None:  # fmt: skip
    """An earlier claim of case 1 for its people, each concerned or not; paid if an amount was given."""
    plain: dict[str, Any] = {
        "case_id": 1, "division": VILLAGE, "event": "fire", "is_bills": False, "from_on": date(2026, 2, 18),
        "until_on": date(2026, 2, 19), "amount": D(amount), "asked_on": on, "seen": [],
    }  # fmt: skip
    persons = [
        ReliefClaimPerson(person_id=p, is_concerned=c) for p, c in people or ((HEAD, True), (WIFE, True))
    ]
    few_rows.stored(uow, ReliefClaim(**(plain | more), people=persons))
    if given:
        paid(uow, given, on)


def paid(uow: UnitOfWork, amount: str, on: date, **more: Any) -> None:
    plain: dict[str, Any] = {
        "case_id": 1, "household_id": 10, "division": VILLAGE, "event": "fire", "amount": D(amount), "granted_on": on,
        "source": "fund", "question": "pay#1", "status": "standing", "refunded": D(0),
    }  # fmt: skip
    few_rows.stored(uow, ReliefPayment(**(plain | more)))


def ask(
    uow: UnitOfWork, amount: str = "700", event: Event = FIRE, case_id: int = 2, terms: Terms = TERMS
) -> Findings:
    return claims.ask(uow, uow.session.get_one(Case, case_id), [], event, D(amount), terms)


def claim_of(uow: UnitOfWork, case_id: int = 2) -> ReliefClaim:
    return uow.session.scalars(select(ReliefClaim).where(ReliefClaim.case_id == case_id)).one()


def step(item_id: int, role: str = "county_leader", status: str = "done") -> WorkItem:
    return WorkItem(id=item_id, role=role, status=status)


def object_(
    uow: UnitOfWork, items: Sequence[WorkItem] = (), reason: str = "", amount: str = "700", ceiling: str | None = None,
    terms: Terms = TERMS,
) -> tuple[str, list[str]]:  # fmt: skip
    case = uow.session.get_one(Case, 2)
    limit = None if ceiling is None else D(ceiling)
    return claims.objection(uow, case, items, FIRE, D(amount), terms, reason, limit)


def test_ask__stores_what_the_case_asks_for(uow: UnitOfWork) -> None:
    assert ask(uow) == Findings((), (), D(0), 0)
    row = claim_of(uow)
    assert (row.division, row.event, row.is_bills, row.amount, row.asked_on) == (
        VILLAGE,
        "fire",
        False,
        D(700),
        TODAY,
    )
    assert (row.from_on, row.until_on, row.seen, row.seen_until) == (date(2026, 2, 27), TODAY, [], 0)
    assert [(p.person_id, p.is_concerned) for p in row.people] == [(HEAD, True), (WIFE, True)]


def test_ask__an_event_that_is_still_to_come_lasts_its_day(uow: UnitOfWork) -> None:
    ask(uow, event=Event("fire", date(2026, 3, 4)))
    row = claim_of(uow)
    assert (row.from_on, row.until_on) == (date(2026, 3, 4), date(2026, 3, 4))


def test_ask__again_replaces_what_was_asked(uow: UnitOfWork) -> None:
    ask(uow)
    uow.now = NOW + timedelta(days=5)
    bills = (date(2026, 1, 1), date(2026, 1, 31))
    ask(uow, "800", Event("expenditure", None, bills, (WIFE,)))
    row = claim_of(uow)
    assert (row.event, row.is_bills, row.amount, row.from_on, row.until_on) == (
        "expenditure",
        True,
        D(800),
        *bills,
    )
    assert row.asked_on == TODAY, "the day of the first request stays"
    assert [(p.person_id, p.is_concerned) for p in row.people] == [(HEAD, False), (WIFE, True)]
    ask(uow, event=Event("fire", None, None, (STRANGER,)))
    assert (row.from_on, row.until_on, row.is_bills) == (None, None, False)
    assert [(p.person_id, p.is_concerned) for p in row.people] == [
        (HEAD, False),
        (WIFE, False),
        (STRANGER, True),
    ]


def test_ask__remembers_what_it_showed_and_until_which_step(uow: UnitOfWork) -> None:
    earlier(uow, given="500")
    items = [step(4), step(9), WorkItem(role="investigator", status="open")]
    case = uow.session.get_one(Case, 2)
    found = claims.ask(uow, case, items, FIRE, D(700), TERMS)
    assert found.numbers == ["LS-1"]
    assert (claim_of(uow).seen, claim_of(uow).seen_until) == (["LS-1"], 9)


def test_found__paid_relief_of_the_same_people(uow: UnitOfWork) -> None:
    earlier(uow, given="500")
    found = ask(uow)
    assert [(a.case_number, a.amount, a.given_on, a.event, a.is_bills, a.is_concerned) for a in found.same] == [
        ("LS-1", D(500), date(2026, 2, 20), "fire", False, True),
    ]  # fmt: skip
    (one,) = found.same
    assert (one.from_on, one.until_on, one.asked_on) == (
        date(2026, 2, 18),
        date(2026, 2, 19),
        date(2026, 2, 20),
    )
    assert (found.together, found.year_total, found.year_count) == ((), D(500), 1)  # 500 + 700 ≤ 2000


def test_found__what_is_asked_for_and_not_decided(uow: UnitOfWork) -> None:
    earlier(uow, amount="600")
    found = ask(uow)
    assert [(a.case_number, a.amount, a.given_on) for a in found.same] == [("LS-1", D(600), None)]
    assert (found.year_total, found.year_count) == (0, 0)


def test_found__what_the_household_kept_of_it_counts(uow: UnitOfWork) -> None:
    earlier(uow)
    paid(uow, "500", date(2026, 2, 20), refunded=D("120"))
    assert ask(uow).year_total == D(380)  # 500 − 120


@pytest.mark.parametrize("refunded", ["500", "0"])
def test_found__nothing_of_what_was_given_back_or_taken_back(uow: UnitOfWork, refunded: str) -> None:
    earlier(uow)
    uow.session.get_one(Case, 1).status = "closed"
    withdrawn = "withdrawn" if refunded == "0" else "standing"
    paid(uow, "500", date(2026, 2, 20), refunded=D(refunded), status=withdrawn)
    assert ask(uow) == Findings((), (), D(0), 0)


def test_found__no_claim_of_a_closed_case_that_was_not_paid(uow: UnitOfWork) -> None:
    earlier(uow)
    uow.session.get_one(Case, 1).status = "closed"
    uow.flush()
    assert ask(uow).same == ()
    paid(uow, "500", date(2026, 2, 20))
    assert len(ask(uow).same) == 1, "what was paid counts when its case is closed"


def test_found__a_later_claim_waits_for_the_earlier_one(uow: UnitOfWork) -> None:
    ask(uow)
    assert [a.case_number for a in ask(uow, case_id=1).same] == ["LS-2"]
    assert ask(uow).same == ()


def test_found__nothing_of_strangers_or_of_the_case_itself(uow: UnitOfWork) -> None:
    earlier(uow, given="500")
    assert ask(uow, case_id=3) == Findings((), (), D(0), 0)
    assert ask(uow, case_id=1) == Findings((), (), D(0), 0)


def test_found__the_rows_under_which_a_person_was_also_registered(uow: UnitOfWork) -> None:
    earlier(uow, (HEAD, True), given="500")
    merged = PersonMerge(provisional_id=STRANGER, person_id=HEAD, reason="查明", at=NOW, by="职员1")
    few_rows.stored(uow, merged)
    assert [a.case_number for a in ask(uow, case_id=3).same] == ["LS-1"]


@pytest.mark.parametrize(
    ("concerned", "mine", "is_same"),
    [
        (((HEAD, True), (WIFE, False)), (HEAD,), True), (((HEAD, False), (WIFE, True)), (HEAD,), False),
        (((HEAD, False), (WIFE, True)), (), True),
    ],
)  # fmt: skip
def test_found__the_same_event_only_of_a_person_concerned_in_both(
    uow: UnitOfWork, concerned: tuple[tuple[int, bool], ...], mine: tuple[int, ...], is_same: bool
) -> None:
    earlier(uow, *concerned, given="500")
    found = ask(uow, event=Event("fire", date(2026, 2, 27), None, mine))
    assert bool(found.same) is is_same
    assert found.year_total == D(500), "for the year's ceiling the household counts"


def test_found__within_the_months_before_today(uow: UnitOfWork) -> None:
    # twelve months before 2 March 2026: after 2 March 2025
    earlier(uow, given="500", on=date(2025, 3, 2))
    assert ask(uow).same == ()
    uow.session.scalars(select(ReliefPayment)).one().granted_on = date(2025, 3, 3)
    uow.flush()
    found = ask(uow)
    assert len(found.same) == 1
    assert (found.year_total, found.year_count) == (0, 0), "of another calendar year"


@pytest.mark.parametrize(("first", "is_same"), [(date(2026, 1, 31), True), (date(2026, 2, 1), False)])
def test_found__bills_of_periods_that_overlap(uow: UnitOfWork, first: date, is_same: bool) -> None:
    earlier(uow, given="500", event="expenditure", is_bills=True, from_on=first, until_on=date(2026, 2, 10))
    bills = Event("expenditure", None, (date(2026, 1, 1), date(2026, 1, 31)))
    assert bool(ask(uow, event=bills).same) is is_same


def test_found__of_nobody_who_is_concerned(uow: UnitOfWork) -> None:
    earlier(uow, (HEAD, False), given="0.50")
    found = ask(uow)
    assert (found.same, found.year_total) == ((), D("0.50"))


def test_found__each_claim_with_its_own_payment(uow: UnitOfWork) -> None:
    earlier(uow, given="500")
    paid(uow, "300", date(2026, 2, 20), case_id=3, household_id=30)
    found = ask(uow)
    assert (found.year_total, found.year_count) == (D(500), 1)


def test_found__together_more_than_the_limit(uow: UnitOfWork) -> None:
    earlier(uow, given="500")
    assert [a.case_number for a in ask(uow, "1500.01").together] == ["LS-1"]  # 500 + 1500.01 > 2000
    assert ask(uow, "1500.00").together == ()
    assert ask(uow, "1500.01", terms=Terms(12, 30, None)).together == ()


def test_objection__none(uow: UnitOfWork) -> None:
    assert object_(uow) == ("", [])
    assert claim_of(uow).amount == D(700), "asked for now if it was not before"


def test_objection__the_same_event_is_decided_by_the_county_with_a_reason(uow: UnitOfWork) -> None:
    earlier(uow, given="500")
    refusal = ("same_event", ["LS-1"])
    assert object_(uow) == refusal
    case = uow.session.get_one(Case, 2)
    claims.ask(uow, case, [step(4)], FIRE, D(700), TERMS)
    assert object_(uow, [step(5)], "伤情反复") == ("", [])
    for items, reason in (
        ([step(4)], "伤情反复"),  # decided before the check
        ([step(5)], "  "),
        ([step(5, "township_leader")], "伤情反复"),
        ([step(5, status="open")], "伤情反复"),
        ([], "伤情反复"),
    ):
        assert object_(uow, items, reason) == refusal


def test_objection__what_the_deciding_person_did_not_see(uow: UnitOfWork) -> None:
    ask(uow)
    earlier(uow, given="500")
    assert object_(uow, [step(5)], "伤情反复") == ("same_event", ["LS-1"])


def test_objection__splitting(uow: UnitOfWork) -> None:
    earlier(uow, given="500", event="illness")
    assert object_(uow, amount="1500.01") == ("split", ["LS-1"])
    assert object_(uow, amount="1500.00") == ("", [])
    ask(uow, "1500.01")
    assert object_(uow, [step(5)], "确有困难", "1500.01") == ("", [])


def test_objection__more_than_the_township_may(uow: UnitOfWork) -> None:
    assert object_(uow, amount="2000.00") == ("", [])
    assert object_(uow, amount="2000.01") == ("limit", [])
    ask(uow, "2000.01")
    assert object_(uow, [step(5)], "", "2000.01") == ("", [])
    assert object_(uow, amount="2000.01", terms=Terms(12, 30, None)) == ("", [])


def test_objection__more_than_the_year_allows(uow: UnitOfWork) -> None:
    earlier(uow, given="500", event="illness")
    assert object_(uow, ceiling="1200") == ("", [])  # 500 + 700
    assert object_(uow, ceiling="1199.99") == ("ceiling", [])
    assert object_(uow, [step(5)], "确有困难", ceiling="1199.99") == ("ceiling", []), "nobody decides that"
