"""The page 政策参数: what counts, where it is used, two people, messages at the field."""

from __future__ import annotations

import html
import re
from typing import Any

from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person
from tests.storage.test_parameters import enter, propose

NEW = {
    "name": "allowance.standard",
    "value": "900",
    "since": "2026-09-01",
    "division": "",
    "source": "民发〔2026〕8号",
}


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def test_the_page_shows_value__source__state__and_where_it_is_used(whole_stage: Stage) -> None:
    page = text_of(Person(whole_stage, "auditor").get("/parameters"))
    assert "812.00 元/人/月 2026-07-01" in page
    assert "建议值（低保标准调整） 未确认" in page
    assert "最低生活保障：计算表“家庭经济状况测算”的“低保标准”" in page
    assert "时限“全程办理时限”" in page and "待办按优先级排序" in page
    assert "没有流程使用" not in page
    assert "提出新的取值" not in page and "没有待确认的取值" in page


def test_one_proposes__another_sees_what_changes_and_confirms(whole_stage: Stage) -> None:
    cases.a_case(whole_stage, at="check_papers", on="2026-08-20T09:00")
    first, second = Person(whole_stage, "supervisor"), Person(whole_stage, "county_leader")
    assert first.post("/parameters", NEW).status_code == 302
    own = first.get("/parameters").text
    assert "待确认（1）" in own and "/parameters/withdraw" in own and "/parameters/confirm" not in own
    page = text_of(second.get("/parameters"))
    assert "812.00 元/人/月 未确认 900 元/人/月 民发〔2026〕8号 许督查" in page
    assert "最低生活保障、一门受理登记、临时救助；在办 1 件" in page
    value = re.search(r'name="value" value="(\d+)"', second.get("/parameters").text)
    assert value is not None
    assert first.post("/parameters/confirm", {"value": value.group(1)}).status_code == 403
    assert second.post("/parameters/confirm", {"value": value.group(1)}).status_code == 302
    after = text_of(first.get("/parameters"))
    assert "900 元/人/月 2026-09-01（尚未生效） 民发〔2026〕8号 已确认（" in after
    assert "自 2026-09-01 起 900，民发〔2026〕8号，现行；许督查" in after


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    answer = Person(stage, "supervisor").post("/parameters", NEW | {"value": "9OO", "since": "2026年9月31日"})
    assert answer.status_code == 422
    page = answer.text
    assert re.search(r'value="9OO"[^>]*aria-describedby="value-fault"', page)
    assert "应为数字" in page and "没有这一天" in page
    assert 'value="民发〔2026〕8号"' in page
    far = Person(stage, "supervisor").post("/parameters", NEW | {"value": "90000"})
    assert far.status_code == 422 and "相差很大" in far.text
    assert (
        Person(stage, "supervisor")
        .post("/parameters", NEW | {"value": "90000", "confirmed": "yes"})
        .status_code
        == 302
    )
    again = Person(stage, "county_clerk").post("/parameters", NEW)
    assert again.status_code == 409 and "已有一项待确认" in again.text and 'value="900"' in again.text


def test_who_may_not(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    waiting = propose(stage, "900", "2026-09-01")
    for role in ("window_clerk", "township_leader", "auditor", "comparison_officer"):
        person = Person(stage, role)
        assert person.post("/parameters", NEW).status_code == 403
        for act in ("confirm", "reject", "withdraw"):
            assert (
                person.post(f"/parameters/{act}", {"value": str(waiting), "reason": "x"}).status_code == 403
            )
    clerk = Person(stage, "county_clerk")
    assert clerk.post("/parameters/confirm", {"value": str(waiting)}).status_code == 403
    assert clerk.post("/parameters/withdraw", {"value": str(waiting)}).status_code == 409
    leader = Person(stage, "county_leader")
    assert leader.post("/parameters/reject", {"value": str(waiting), "reason": "文号不对"}).status_code == 302
    assert "已退回（文号不对）" in leader.get("/parameters").text


def test_a_suggested_value_is_put_forward_as_it_is(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    clerk = Person(stage, "county_clerk")
    form = re.search(r'adopt">.*?name="value" value="(\d+)"', clerk.get("/parameters").text, re.S)
    assert form is not None
    refused = clerk.post("/parameters/adopt", {"value": form.group(1), "source": " "})
    assert refused.status_code == 422 and "文号" in refused.text
    assert (
        clerk.post("/parameters/adopt", {"value": form.group(1), "source": "民发〔2026〕8号"}).status_code
        == 302
    )
    assert "待确认（1）" in clerk.get("/parameters").text


def test_the_supervisor_is_told(stage: Stage) -> None:
    stage.set_clock(cases.noon())
    propose(stage, "900", "2026-09-01", "county_clerk")
    assert (
        "低保标准自 2026-09-01 起为 900 元/人/月，请确认" in Person(stage, "supervisor").get("/notices").text
    )


def test_the_page_of_a_case_says_what_the_book_says_now(stage: Stage) -> None:
    number = cases.a_case(stage, at="township_opinion", on="2026-08-20T09:00")
    enter(stage, "900", "2026-08-01")
    page = text_of(Person(stage, "county_leader").get(f"/cases/{number}/explain"))
    assert "结果与留存的完全一致" in page
    assert "参数簿现在的取值与测算时不同，本办件保留测算时的取值" in page
    assert (
        "办件用的是 812.00 元/人/月（建议值（低保标准调整）），参数簿现为 900 元/人/月（县政府文件）" in page
    )
    assert "留存 617.60，重算 800" in page
    assert "低保标准 812 元/人/月，自 2026-07-01 起，建议值（低保标准调整） 未确认" in page
