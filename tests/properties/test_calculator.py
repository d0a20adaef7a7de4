"""Random families: tables and sheets against an independent calculator, to the cent.

250 a run, 10,000 a night (`HYPOTHESIS_PROFILE=nightly`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processes.engine import sheets, tables
from processes.engine.facts import Facts
from processes.people import queries as people
from processes.people.forms import DISABILITY_KINDS, WORK_ABILITIES
from processes.people.models import Expense, Household, Income, Membership, Person, Property
from processes.releases import bundle as bundles
from processes.releases.bundle import Bundle
from processes.storage import keyring
from tests.builders.nightly import NIGHTLY
from tests.conftest import CONTENT
from tests.properties import calculator as calc
from tests.properties.calculator import Family, Member

RUNS = 10_000 if NIGHTLY else 250
ALLOWANCE = bundles.read_folder(CONTENT / "minimum_living_allowance")
RELIEF = bundles.read_folder(CONTENT / "temporary_relief")
PLACE = "340199101201"
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31)) | st.sampled_from(
    [date(2026, 6, 30), date(2026, 7, 1), date(2025, 1, 1), date(2028, 2, 29)]
)
YEAR_OF_DISPOSABLE = 2026
INCOMES = {
    "wages": "wages", "business": "business", "property": "rents", "transfer": "transfer", "exempt": "exempt",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def keys(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tells of people is sealed as soon as a row is given it."""
    keyring.use(keyring.open_keyring(tmp_path_factory.mktemp("keys")))


def yuan(most: int) -> st.SearchStrategy[Fraction]:
    """Amounts in whole cents, nothing among them often."""
    cents = st.integers(1, most * 100).map(lambda c: Fraction(c, 100))
    return st.just(Fraction(0)) | cents | st.integers(1, most).map(Fraction)


def gain_or_loss() -> st.SearchStrategy[Fraction]:
    """What a business brings in a year; one in some loses money."""
    return yuan(9_000) | yuan(9_000) | yuan(9_000).map(lambda amount: -amount)


@st.composite
def members(draw: st.DrawFn, number: int, day: date) -> Member:
    kind = draw(st.sampled_from(DISABILITY_KINDS))
    # Around the birthdays that count, and anywhere else.
    years = draw(st.sampled_from([18, 70]) | st.integers(1, 95))
    turned = date(day.year - years, day.month, min(day.day, 28))
    born = date.fromordinal(turned.toordinal() + draw(st.integers(-2, 2)))
    return Member(
        number, born, kind, draw(st.integers(1, 4)) if kind else 0, draw(st.booleans()), draw(st.booleans()),
        draw(st.sampled_from(sorted(WORK_ABILITIES))), draw(yuan(30_000)), draw(gain_or_loss()),
        draw(yuan(3_000)), draw(yuan(6_000)), draw(yuan(5_000)), draw(yuan(9_000)), draw(yuan(12_000)),
    )  # fmt: skip


@st.composite
def families(draw: st.DrawFn) -> tuple[Family, date]:
    """Families anywhere; half of them at a bound: a cent below, at it, a cent above."""
    day = draw(DAYS)
    count = draw(st.integers(1, 6))
    found = [draw(members(n, day)) for n in range(1, count + 1)]
    level, cent = calc.standard(day), Fraction(draw(st.sampled_from([-1, 0, 1])), 100)
    factor = draw(st.sampled_from([None, None, Fraction(1), Fraction(3, 2)]))
    if factor is not None:
        target = factor * level * calc.MONTHS * count + cent
        first = found[0]
        found = [Member(m.number, m.born_on, m.kind, m.grade, m.grave, False, m.ability) for m in found]
        found[0] = Member(
            1, first.born_on, first.kind, first.grade, first.grave, False, first.ability, business=target
        )
    deposits = draw(st.one_of(yuan(60_000), st.just(24 * level * count + cent)))
    rarely = st.sampled_from([0, 0, 0, 1])
    family = Family(
        tuple(found), max(deposits, Fraction(0)), draw(rarely), draw(st.sampled_from([0, 1, 1, 2])),
        draw(rarely), draw(st.sampled_from([False, False, False, True])),
    )  # fmt: skip
    return family, day


def exact(value: Fraction | int) -> Decimal:
    """A fraction of whole cents as the register holds it."""
    return Decimal(Fraction(value).numerator) / Decimal(Fraction(value).denominator)


def registered(family: Family) -> Household:
    """The family as rows of the register."""
    household = Household(address="", category="", property_exemption="残疾代步" if family.exempted else "")
    for m in family.members:
        person = Person(
            id=m.number, birth_on=m.born_on, disability_kind=m.kind, disability_grade=m.grade,
            grave_illness=m.grave, is_student=m.student, work_ability=m.ability,
        )  # fmt: skip
        household.members.append(Membership(person_id=m.number, person=person, relation="其他"))
        for kind, told in INCOMES.items():
            line = Income(person_id=m.number, kind=kind, annual_amount=exact(getattr(m, told)))
            household.incomes.append(line)
        for kind in ("medical", "tuition"):
            cost = Expense(person_id=m.number, kind=kind, annual_amount=exact(getattr(m, kind)))
            household.expenses.append(cost)
    for kind in ("deposits", "cars", "dwellings", "companies"):
        household.properties.append(Property(kind=kind, quantity=exact(getattr(family, kind))))
    return household


def facts_of(bundle: Bundle, day: date) -> Facts:
    now = datetime.combine(day, time(4), UTC)
    return Facts(now, lambda name, on: bundle.policy.value(name, on, PLACE))


def reckoned(bundle: Bundle, data: dict[str, Any], day: date, process: str, *names: str) -> dict[str, Any]:
    """The data with what these sheets and tables of a programme make of it, one after the other."""
    definition, facts = bundle.definition(process), facts_of(bundle, day)
    known = {"accepted_on": day, **data}
    for name in names:
        if name in definition.sheets:
            known[name] = sheets.compute(definition.sheets[name], known, facts).values
        else:
            known[name] = tables.decide(definition.tables[name], known, facts).outputs
    return known


@given(families())
@settings(max_examples=RUNS)
def test_the_allowance_is_what_the_calculator_says(drawn: tuple[Family, date]) -> None:
    family, day = drawn
    data = {"household": people.facts(registered(family), day)}
    got = reckoned(ALLOWANCE, data, day, "apply", "means", "eligibility", "grade", "entitlement")
    wanted = calc.allowance(family, day)
    assert got["eligibility"]["result"] == wanted.result
    assert {int(i) for i in got["entitlement"]["covered_ids"]} == set(wanted.covered)
    assert got["entitlement"]["monthly"] == wanted.monthly
    assert (got["grade"]["grade"], got["grade"]["review_months"]) == (wanted.grade, wanted.review_months)


def _relief(
    kind: str, household: dict[str, Any], application: dict[str, Any], total: Fraction, day: date
) -> dict[str, Any]:
    data = {
        "household": household, "application": application,
        "application_kind": kind, "emergency_amount": {}, "expenditure_amount": {},
        "earlier": {"year_total": exact(total), "same_event": False, "split": False},
    }  # fmt: skip
    first = ("event_months", "emergency_amount") if kind == "emergency" else ("expenditure_amount",)
    return reckoned(RELIEF, data, day, kind, *first, "relief_grant", "approval_level")


def totals(day: date, count: int) -> st.SearchStrategy[Fraction]:
    """What was given this year already, often nothing and often close to the year's ceiling."""
    ceiling = 12 * calc.standard(day) * count
    return st.sampled_from([Fraction(0), ceiling - 100, ceiling, ceiling + 1]) | yuan(60_000)


@given(st.data(), DAYS, st.integers(1, 7), st.integers(1, 9), st.sampled_from(sorted(calc.RELIEF_MONTHS)))
@settings(max_examples=RUNS)
def test_emergency_relief_is_what_the_calculator_says(
    data: st.DataObject, day: date, count: int, asked: int, event: str
) -> None:
    total = data.draw(totals(day, count))
    household = {"members": [{"id": Decimal(n)} for n in range(count)]}
    got = _relief("emergency", household, {"event": event, "persons": Decimal(asked)}, total, day)
    amount, level = calc.emergency(event, asked, count, total, day)
    assert got["relief_grant"]["amount"] == exact(amount)
    assert got["approval_level"]["level"] == level


@st.composite
def burdened(draw: st.DrawFn) -> tuple[Family, date]:
    """Families from 2026 on, many at the bound of income: a cent below, at it, a cent above."""
    family, day = draw(families().filter(lambda drawn: drawn[1].year >= YEAR_OF_DISPOSABLE))
    edge = draw(st.sampled_from([None, None, -1, 0, 1]))
    if edge is None:
        return family, day
    first, *others = family.members
    rest = sum((m.income for m in others), Fraction(0)) + first.income - max(first.business, Fraction(0))
    target = calc.DISPOSABLE * len(family.members) + Fraction(edge, 100) - rest
    # Others may earn more than the bound already: then this one's business brings nothing.
    return replace(family, members=(replace(first, business=max(target, Fraction(0))), *others)), day


@given(st.data(), burdened())
@settings(max_examples=RUNS)
def test_expenditure_relief_is_what_the_calculator_says(
    data: st.DataObject, drawn: tuple[Family, date]
) -> None:
    family, day = drawn
    count = len(family.members)
    borne = 3 * calc.standard(day) * count
    # Half of what is above, down to ten yuan: twenty yuan of bills are a step; 4,048 reach the township's limit.
    edges = [borne, borne + 20, borne + Fraction(1999, 100), borne + 4048, borne + 4060, borne + 4059]
    paid = data.draw(st.sampled_from(edges) | yuan(90_000))
    total = data.draw(totals(day, count))
    household = people.facts(registered(family), day)
    got = _relief("expenditure", household, {"self_paid": exact(paid)}, total, day)
    amount, level = calc.expenditure(paid, family, total, day)
    assert got["relief_grant"]["amount"] == exact(amount)
    assert got["approval_level"]["level"] == level


def test_the_calculator_itself_by_hand() -> None:
    """Three people, wages 15,000: 15,000 − 2,764.80 = 12,235.20; 2,304 − 1,019.60 + 153.60 = 1,438."""
    born = [date(1978, 6, 15), date(1980, 2, 20), date(2012, 9, 1)]
    parents = Member(1, born[0], wages=Fraction(15_000)), Member(2, born[1], ability="hindered")
    family = Family(
        (*parents, Member(3, born[2], student=True, ability="none")), Fraction(8_000), dwellings=1
    )
    got = calc.allowance(family, date(2026, 3, 2))
    assert (got.result, got.monthly, got.grade) == ("household", 1438, "C")
    # Fire, three people: 768 × 3 × 3 = 6,912; bills of 10,000: half of 10,000 − 6,912 = 1,544, down to 1,540
    assert calc.emergency("fire", 3, 3, Fraction(0), date(2026, 3, 2)) == (Fraction(6912), "county")
    day = date(2026, 3, 2)
    assert calc.expenditure(Fraction(10_000), family, Fraction(0), day) == (Fraction(1540), "township")
    # 64,800 are 3 × 21,600: not below; one cent less is
    for wages, amount in ((Fraction(64_800), 0), (Fraction(64_800) - Fraction(1, 100), 1540)):
        rich = replace(family, members=(replace(family.members[0], wages=wages), *family.members[1:]))
        assert calc.expenditure(Fraction(10_000), rich, Fraction(0), day)[0] == amount
    # A loss of 5,000 counts as nothing: the same 1,438
    losing = (family.members[0], replace(family.members[1], business=Fraction(-5_000)), family.members[2])
    assert calc.allowance(replace(family, members=losing), day).monthly == 1438
