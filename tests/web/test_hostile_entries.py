"""Entries that no reader can take: told at the field or as not found, never a defect."""

from __future__ import annotations

from typing import Any

import pytest

from processes.rehearsal.registering import household_form
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person

BIG = 2**63


@pytest.fixture
def clerk(stage: Stage) -> Person:
    stage.set_clock(cases.noon())
    return Person(stage, "window_clerk")


@pytest.mark.parametrize(
    "path",
    ["/cases?page=²", "/worklist?page=①", "/cases?page=" + "9" * 30, "/worklist?queue=office&page=0", f"/load/cases?page={BIG}",
     "/load/cases?township=abc", "/load/cases?township=²", "/households?q=%00", "/households?q=%ED%A0%80", "/payments?month=²-1",
     "/households?q=_", "/cases?q=%25", "/households/x/history?on=²", "/cases?since=0001-01-01", "/cases?until=9999-12-31"],
)  # fmt: skip
def test_addresses__give_a_page_or_a_sentence(clerk: Person, path: str) -> None:
    assert clerk.get(path).status_code in (200, 404, 422)


@pytest.mark.parametrize("path", [f"/cases/x/tasks/{BIG}", "/households/%00", f"/papers/{BIG}"])
def test_what_no_row_can_have__is_no_page(clerk: Person, path: str) -> None:
    assert clerk.get(path).status_code == 404


def test_a_row_that_cannot_be__is_not_found(clerk: Person) -> None:
    for number in (BIG, 10**40):
        assert clerk.post(f"/people/{number}/reveal", {}).status_code == 404
        assert clerk.post(f"/differences/{number}/resolve", {"accept": "1", "reason": "x"}).status_code == 404


def raw(clerk: Person, path: str, text: str) -> Any:
    return clerk.client.post(
        path, data=text.encode(), content_type="application/json",
        headers={"X-CSRFToken": clerk.csrf, "X-Requested-With": "fetch"},
    )  # fmt: skip


@pytest.mark.parametrize(
    "number",
    ["1e999999", "Infinity", "NaN", "-1e999999", str(10**30), '"²"', '"②"', "true", "[]", "null", "9" * 5000],
)
def test_numbers_that_are_none(clerk: Person, number: str) -> None:
    line = f'{{"kind": "wages", "amount": {number}, "member": 0}}'
    person = f'{{"name": "张三", "relation": "本人", "id_number": "无", "sex": "男", "estimated_age": {number}, "person_id": {number}}}'
    form = f'{{"division": "{cases.VILLAGE}", "address": "一组", "members": [{person}], "incomes": [{line}]}}'
    for body in (f'{{"form": {form}, "version": 0}}', f'{{"form": {form}, "version": {number}}}'):
        assert raw(clerk, "/households/save", body).status_code == 422
    kept = raw(
        clerk,
        "/unsaved",
        f'{{"sheet": "a", "place": "/households/new", "data": {{"n": {number}}}, "base": 0, "seen": 0}}',
    )
    assert kept.status_code in (200, 422)


def test_half_a_character_and_nul__are_told_at_the_field(clerk: Person) -> None:
    form = household_form(cases.HOUSEHOLD, cases.VILLAGE)
    form["members"][1]["name"] = "李\ud800"
    answer = clerk.send("/households/save", {"form": form, "version": 0})
    assert answer.status_code == 422
    assert answer.json["fields"] == {"members.1.name": ["含有无法识别的字符，请删除后重新输入"]}
    form["members"][1]["name"], form["address"] = "李秀英", "一组\x00"
    assert list(clerk.send("/households/save", {"form": form, "version": 0}).json["fields"]) == ["address"]
    assert clerk.send("/households/save", {"form": {"members": ["x", 1]}, "version": 0}).status_code == 422
    assert clerk.post("/sign-in", {"username": "a\x00", "password": "b"}).status_code == 422


def test_signs_of_patterns__are_looked_for_as_they_are(clerk: Person, stage: Stage) -> None:
    cases.a_case(stage)
    for word in ("_", "%25", "张%25", "_建国"):
        assert "张建国" not in clerk.get(f"/households?q={word}").text
    for word in ("_", "%25", "张%25"):
        assert "张建国" not in clerk.get(f"/cases?q={word}").text
    assert "张建国" in clerk.get("/households?q=%E5%BC%A0 %E5%BB%BA").text  # a blank between, as it is pasted


def test_a_surname_with_two_readings__is_found_by_both(clerk: Person, stage: Stage) -> None:
    household = {"members": [{"name": "单建国", "relation": "本人", "birth": "1960-01-09", "sex": "男"}]}
    cases.a_case(stage, raw=household)
    for word in ("sjg", "djg", "SJG"):
        assert "单建国" in clerk.get(f"/cases?q={word}").text
        assert "单建国" in clerk.get(f"/worklist?queue=office&q={word}").text


def test_an_account__is_digits(clerk: Person, stage: Stage) -> None:
    number = cases.a_household(stage)
    path = f"/households/{number}/apply/minimum_living_allowance"
    for typed in ("张三的卡", "621700987654321O"):
        answer = clerk.send(path, {"data": cases.APPLICATION | {"bank_account": typed}, "token": typed})
        assert list(answer.json["fields"]) == ["bank_account"]
    answer = clerk.send(
        path, {"data": cases.APPLICATION | {"bank_account": "６２１７ 0098 7654 3210"}, "token": "t"}
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["x" * 5_000, "..", "9" * 400])
def test_a_programme_in_an_address__is_no_path(stage: Stage, name: str) -> None:
    assert Person(stage, "supervisor").post(f"/studio/open/{name}", {}).status_code == 404
