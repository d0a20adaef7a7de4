"""One way to read what people type: the same entry means the same everywhere, what is stored is canonical."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processes.errors import IdNumberInvalid, Unreadable
from processes.people import identity
from processes.people.id_number import compose
from processes.policy import reading
from processes.policy.initials import initials, other_initials

TODAY = date(2026, 3, 2)
NUMBER = compose("340199", date(1956, 4, 15), 12)
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("1000", "1000"), ("１０００", "1000"), ("1,234.50", "1234.50"), ("1，234．50", "1234.50"),
        (" 350.5 元", "350.5"), ("￥12", "12"), ("12.300", "12.3"), ("-0", "0"), (Decimal("0.10"), "0.10"), (7, "7"),
    ],
)  # fmt: skip
def test_money__is_read_in_one_way(typed: Any, stored: str) -> None:
    assert str(reading.money(typed)) == stored


@pytest.mark.parametrize(
    "typed",
    ["1e5", "1E5", "1_000", "12,34", "Infinity", "NaN", "1e999999", Decimal("1E+999999"), Decimal("Infinity"), "②", "²",
     "１２③", "", None, True, "-1", "1.005", "100000000", "九百", [], {}, "\ud800", "1\x00"],
)  # fmt: skip
def test_money__what_is_refused_says_why(typed: Any) -> None:
    with pytest.raises(Unreadable) as caught:
        reading.money(typed)
    assert caught.value.reason


@pytest.mark.parametrize("typed", ["②", "²", "٣", "1.5", "-1", str(2**63), "1e2", "", "十"])
def test_whole__plain_digits_within_a_row_only(typed: str) -> None:
    with pytest.raises(Unreadable):
        reading.whole(typed)
    assert reading.whole("１２") == 12


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张 三", "张三"), ("　张三\u200b\t", "张三"), ("\ufeff张三\u202e", "张三"), ("买买提・艾力", "买买提·艾力"),
        ("Nguyễn  Thị  Hoa", "Nguyễn Thị Hoa"), ("Nguye\u0302\u0303n", "Nguyễn"), ("Ａｎｎａ", "Anna"), ("𠮷田", "𠮷田"),
        ("不详（自称老王）", "不详（自称老王）"),
    ],
)  # fmt: skip
def test_name__is_stored_in_one_form(typed: str, stored: str) -> None:
    assert reading.name(typed) == stored


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "……", "123", "\ud83d", "张\x00三", "张" * 61])
def test_name__what_is_none(typed: str) -> None:
    with pytest.raises(Unreadable):
        reading.name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-03-02",
        "2026/3/2",
        "2026.3.2",
        "2026年3月2日",
        "20260302",
        "２０２６－０３－０２",
        " 2026-03-02 ",
    ],
)
def test_day__as_people_write_it(typed: str) -> None:
    assert reading.day(typed) == date(2026, 3, 2)


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "02/03/2026", "2026-W10-1", "明天", "", "2026-3", "²026-03-02"]
)
def test_day__what_is_none(typed: str) -> None:
    with pytest.raises(Unreadable):
        reading.day(typed)


def test_account__digits_only() -> None:
    assert reading.account("6217 0098 7654 3210") == "6217009876543210"
    assert reading.account("６２１７00987654-3210") == "6217009876543210"
    for typed in ("张三的卡", "621700987654321O", "6217", "", "²217009876543210"):
        with pytest.raises(Unreadable):
            reading.account(typed)


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER, NUMBER.translate(WIDE), f"{NUMBER[:6]} {NUMBER[6:14]}\t{NUMBER[14:]}", f"\u200b{NUMBER}\u2060\n",
        f"{NUMBER[:17]}".translate(WIDE) + NUMBER[17].lower(),
    ],
)  # fmt: skip
def test_an_id_number__is_one_number_however_it_is_pasted(typed: str) -> None:
    assert identity.read(identity.ID_CARD, typed, TODAY).number == NUMBER


def test_identity__which_document_it_is() -> None:
    def said(document: str, number: str) -> tuple[str, str]:
        found = identity.read(document, number, TODAY)
        return found.document, found.number

    permit, foreign = compose("810000", date(1980, 5, 1), 101), compose("911156", date(1980, 5, 1), 101)
    assert said(identity.ID_CARD, permit) == (identity.RESIDENCE_PERMIT, permit)
    assert said(identity.ID_CARD, foreign) == (identity.FOREIGN_CARD, foreign)
    assert said(identity.FOREIGN_CARD, "vnm110080010101") == (identity.FOREIGN_CARD, "VNM110080010101")
    assert said(identity.OTHER, "c 123-4567") == (identity.OTHER, "C123-4567")
    assert said(identity.ID_CARD, "无") == (identity.NONE, "")
    with pytest.raises(IdNumberInvalid, match="15 位身份证号自 2013 年起已停止使用"):
        identity.read(identity.ID_CARD, "340199560415012", TODAY)
    with pytest.raises(IdNumberInvalid, match="证件类型"):
        identity.read(identity.ID_CARD, "VNM110080010101", TODAY)


def test_search_word__as_names_are_stored() -> None:
    assert reading.search_word("　张 三\u200b ") == "张三"
    assert reading.search_word("１２３Ｘ") == "123X"
    assert reading.search_word("\ud800\x00张") == "张"
    assert len(reading.search_word("张" * 500)) == reading.LONGEST_SEARCH


@pytest.mark.parametrize(
    ("name", "first", "other"),
    [
        ("曾小红", "zxh", "cxh"), ("单建国", "sjg", "djg"), ("仇英", "qy", "cy"), ("解放", "xf", "jf"), ("查良", "zl", "cl"),
        ("翟天", "zt", "dt"), ("覃江", "qj", "tj"), ("区明", "om", "qm"), ("张建国", "zjg", ""),
    ],
)  # fmt: skip
def test_initials__of_surnames_with_a_second_reading(name: str, first: str, other: str) -> None:
    assert (initials(name), other_initials(name)) == (first, other)


@given(st.one_of(st.text(), st.integers(), st.decimals(), st.none(), st.booleans(), st.lists(st.integers())))
@pytest.mark.parametrize(
    "how",
    [reading.text, reading.name, reading.whole, reading.number, reading.money, reading.day, reading.account, reading.phone],
)  # fmt: skip
def test_no_entry_at_all__is_anything_but_read_or_refused(how: Callable[[Any], Any], entry: Any) -> None:
    try:
        found = how(entry)
    except Unreadable:
        return
    if isinstance(found, str):
        assert how(found) == found  # what is stored reads as itself
        assert not reading.broken(found)
    if isinstance(found, Decimal):
        assert "E" not in str(found)
        assert how(str(found)) == found


def test_a_month__of_a_year_that_anything_may_be_of() -> None:
    assert str(reading.month("2026-3")) == str(reading.month(" ２０２６年３月 ")) == "2026-03"
    for typed in (
        "9999-12",
        "0001-01",
        "2026-13",
        "2026-00",
        "2026",
        "2026-03-01",
        "",
        "\x00",
        None,
        "-1-3",
        "²-3",
    ):
        with pytest.raises(Unreadable):
            reading.month(typed)
