"""The county's book over what releases suggest: precedence, what a publication brings, what may be entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from processes.errors import FormInvalid, ParameterMissing
from processes.parameters import planting, rules
from processes.policy.parameters import DatedValue, Parameter, PolicyBook, Scalar, kind_of, read, written

COUNTY, TOWN = "340199", "340199101"
NAME = "allowance.standard"


def dated(value: str, since: str, division: str = "", confirmed: bool = False) -> DatedValue:
    return DatedValue(Decimal(value), date.fromisoformat(since), division, "文件", confirmed)


def policy(*values: DatedValue, name: str = NAME, unit: str = "元/人/月") -> PolicyBook:
    return PolicyBook({name: Parameter(name, "低保标准", unit, values)})


SHIPPED = policy(dated("768", "2025-01-01"), dated("812", "2026-07-01"))


def at(book: PolicyBook, day: str, division: str = TOWN) -> Scalar:
    return book.value(NAME, date.fromisoformat(day), division)


def test_the_most_specific_place_counts__then_the_latest_day() -> None:
    book = SHIPPED.under(
        {NAME: (dated("768", "2025-01-01"), dated("900", "2026-09-01"), dated("950", "2026-03-01", TOWN))}
    )
    assert at(book, "2026-02-28") == 768
    assert at(book, "2026-03-01") == 950  # the township's own value
    assert at(book, "2026-10-01") == 950  # stays above the later one of the county
    assert (
        at(book, "2026-08-31", "340199102") == 768
    )  # 812 is no more than a suggestion and the book says 768
    assert at(book, "2026-09-01", "340199102") == 900


def test_a_suggestion_speaks_for_the_days_before_everything_in_the_book_only() -> None:
    book = SHIPPED.under({NAME: (dated("900", "2026-09-01"),)})
    assert (at(book, "2026-06-30"), at(book, "2026-07-01"), at(book, "2026-09-01")) == (768, 812, 900)
    later = SHIPPED.under({NAME: (dated("700", "2026-01-01"),)})
    assert (at(later, "2025-12-31"), at(later, "2026-07-01")) == (768, 700)


def test_a_book_adds_no_parameter_that_a_release_does_not_name() -> None:
    book = PolicyBook().under({NAME: (dated("900", "2026-09-01"),)})
    with pytest.raises(ParameterMissing):
        at(book, "2026-10-01")


@pytest.mark.parametrize(
    "value", [Decimal("768.00"), Decimal("1E+3"), True, False, "文字", (Decimal("0.1"), Decimal(2))]
)
def test_a_value_comes_back_from_its_text(value: Scalar) -> None:
    again = read(written(value), kind_of(value))
    assert (again, kind_of(again)) == (value, kind_of(value))
    assert "E" not in written(value)


def said(changes: list[planting.Change]) -> list[tuple[str, str | None, bool]]:
    return [(str(c.place[2]), None if c.value is None else f"{c.value.value}", c.waits) for c in changes]


STANDING = {NAME: (dated("768", "2025-01-01"), dated("812", "2026-07-01"))}
RAISED = policy(dated("768", "2025-01-01"), dated("812", "2026-07-01"), dated("900", "2026-09-01"))


def test_the_first_publication_plants_what_the_book_does_not_know() -> None:
    assert said(planting.changes({}, None, SHIPPED)) == [
        ("2025-01-01", "768", False),
        ("2026-07-01", "812", False),
    ]
    assert planting.changes(STANDING, None, policy(dated("700", "2025-06-01"))) == []


def test_a_publication_brings_its_differences_only() -> None:
    assert said(planting.changes(STANDING, SHIPPED, RAISED)) == [("2026-09-01", "900", False)]
    raised = planting.after(STANDING, planting.changes(STANDING, SHIPPED, RAISED))
    # another programme's draft that was begun on the old values and leaves them as they were
    assert planting.changes(raised, SHIPPED, SHIPPED) == []
    # its own copy of the same change is none any more
    assert planting.changes(raised, SHIPPED, RAISED) == []
    corrected = policy(dated("768", "2025-01-01"), dated("820", "2026-07-01"))
    now = planting.after(STANDING, planting.changes(STANDING, SHIPPED, corrected))
    assert planting.changes(now, SHIPPED, SHIPPED) == []  # a draft with the old 812 does not bring it back


def test_a_publication_that_takes_a_suggestion_back__takes_out_its_own_only() -> None:
    raised = planting.after(STANDING, planting.changes(STANDING, SHIPPED, RAISED))
    assert said(planting.changes(raised, RAISED, SHIPPED)) == [("2026-09-01", None, False)]
    county = {NAME: (*STANDING[NAME], dated("901", "2026-09-01"))}
    assert planting.changes(county, RAISED, SHIPPED) == []


def test_what_people_confirmed_is_not_moved_by_a_publication__it_waits() -> None:
    county = {NAME: (dated("770", "2025-01-01", confirmed=True), dated("812", "2026-07-01"))}
    planned = planting.changes(county, SHIPPED, RAISED)
    assert said(planned) == [("2026-09-01", "900", True)]
    assert planting.after(county, planned) == county
    assert planting.changes(county, SHIPPED, policy(dated("812", "2026-07-01"))) == []


TODAY = date(2026, 8, 20)


def entry(raw: dict[str, Any], unit: str = "元/人/月", before: str | None = "812") -> rules.Entry:
    parameter = policy(dated("812", "2026-07-01"), unit=unit).parameters[NAME]
    told = {"value": "900", "since": "2026-09-01", "source": "民发〔2026〕1号", **raw}
    return rules.entry(parameter, told, None if before is None else Decimal(before), TODAY, {COUNTY, TOWN})


def test_an_entry_is_read_as_people_write_it() -> None:
    found = entry({"value": "１，０５６．５０", "since": "2026年9月1日", "division": " 340199101 "})
    assert (found.value, found.since, found.division) == (Decimal("1056.50"), date(2026, 9, 1), TOWN)


@pytest.mark.parametrize(
    ("raw", "unit", "field", "sentence"),
    [
        ({"value": "1e5"}, "元/人/月", "value", "科学记数法"),
        ({"value": "-1"}, "元/人/月", "value", "不能小于 0"),
        ({"value": "8.125"}, "元/人/月", "value", "最多保留 2 位小数"),
        ({"value": ""}, "元/人/月", "value", "请填写取值"),
        ({"value": "100000000"}, "元/人/月", "value", "数值过大"),
        ({"since": "2025-08-18"}, "元/人/月", "since", "一年以前"),
        ({"value": "20.5"}, "个工作日", "value", "应为整数"),
        ({"value": "20"}, "比例", "value", "0 至 1 之间"),
        ({"value": "9000"}, "元/人/月", "value", "相差很大"),
        ({"value": "90"}, "元/人/月", "value", "相差很大"),
        ({"since": "2026-02-30"}, "元/人/月", "since", "没有这一天"),
        ({"since": "2036-01-01"}, "元/人/月", "since", "今后三年以内"),
        ({"source": " "}, "元/人/月", "source", "文号"),
        ({"division": "110101"}, "元/人/月", "division", "没有这个区划代码"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    raw: dict[str, str], unit: str, field: str, sentence: str
) -> None:
    with pytest.raises(FormInvalid) as refused:
        entry(raw, unit)
    assert list(refused.value.fields) == [field]
    assert sentence in refused.value.fields[field][0]


def test_the_whole_county_has_one_way_to_be_written() -> None:
    """Values for the county's own code would hide later ones for everywhere."""
    assert entry({"division": COUNTY}).division == ""


def test_what_would_stop_computations__is_refused_whoever_looked_twice() -> None:
    parameter = replace(policy(dated("1", "2026-07-01"), unit="元").parameters[NAME], minimum=Decimal("0.01"))
    told = {"value": "0", "since": "2026-09-01", "source": "民发〔2026〕1号", "confirmed": True}
    with pytest.raises(FormInvalid) as refused:
        rules.entry(parameter, told, Decimal(1), TODAY, set())
    assert refused.value.fields == {"value": ["不能小于 0.01"]}


def test_what_is_unusual_is_taken_when_it_was_looked_at_twice() -> None:
    assert entry({"value": "9000", "confirmed": True}).value == 9000
    assert entry({"value": "9000"}, before=None).value == 9000
