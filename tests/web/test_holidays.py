"""The page of holiday notices: at the field, by two people, with what would move."""

from __future__ import annotations

from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person
from tests.builders.holidays import OFF_2027, WORKED_2027

FORM = {
    "year": "2027", "document_number": "国办发明电[2026]8号", "days_off": OFF_2027, "worked_weekends": WORKED_2027,
}  # fmt: skip


def test_holidays__told_at_the_field_then_two_people_with_what_moves(stage: Stage) -> None:
    number = cases.a_case(stage, at="compare_economy", on="2026-12-14T09:00")
    one, other = Person(stage, "supervisor"), Person(stage, "supervisor2")
    wrong = one.post("/holidays", FORM | {"days_off": "2027-13-01 元旦", "year": "明年"})
    assert wrong.status_code == 422
    assert "2027-13-01 元旦</textarea>" in wrong.text
    assert "没有这一天" in wrong.text
    assert "应为整数" in wrong.text
    assert "国办发明电[2026]8号" in wrong.text
    assert "的法定假日未列入" in one.post("/holidays", FORM | {"days_off": "2027-01-01"}).text
    assert one.post("/holidays", FORM).status_code == 302
    mine = one.get("/holidays").text
    assert "须由另一人确认" in mine
    assert "确认生效" not in mine
    page = other.get("/holidays").text
    assert number in page
    assert "2027-01-25" in page
    assert "2027-01-26" in page
    assert one.post("/holidays/1/confirm", {}).status_code == 403
    assert other.post("/holidays/1/confirm", {}).status_code == 302
    assert "2027年1月1日至3日" in Person(stage, "window_clerk").get("/holidays").text
    assert other.post("/holidays/1/undo", {"reason": "录错"}).status_code == 302
    assert other.post("/holidays/1/undo/decide", {"accept": "yes"}).status_code == 403
    assert one.post("/holidays/1/undo/decide", {"accept": "yes"}).status_code == 302
    assert "已撤销" in one.get("/holidays").text


def test_holidays__who_only_reads_decides_nothing_and_administrators_see_no_cases(stage: Stage) -> None:
    number = cases.a_case(stage, on="2026-12-14T09:00")
    Person(stage, "supervisor").post("/holidays", FORM)
    clerk = Person(stage, "window_clerk")
    assert "确认生效" not in clerk.get("/holidays").text
    for path in ("", "/1/confirm", "/1/reject", "/1/undo", "/1/undo/decide"):
        assert clerk.post(f"/holidays{path}", FORM | {"reason": "x"}).status_code == 403
    admin = Person(stage, "administrator")
    page = admin.get("/holidays").text
    assert "确认生效" in page
    assert number not in page
    assert admin.post("/holidays/1/reject", {"reason": "与原件不符"}).status_code == 302
    assert "与原件不符" in admin.get("/holidays").text
