"""Whoever decides sees first what was computed; deviating needs a reason; letters say what the decision says."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from processes.cases.models import Case
from processes.cli import main as cli
from processes.decisions.models import Deviation
from processes.engine import state as states
from processes.errors import FormInvalid
from processes.office.cases.start import StartCase
from processes.office.steps.complete import CompleteTask
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person

ARITHMETIC = "2 × 768 − 1,019.60 = 516.40 → 517"
"""工资 15,000 − 就业成本 2,764.80 = 12,235.20，月 1,019.60；2 × 768 − 1,019.60 = 516.40。"""


def richer() -> dict[str, Any]:
    """工资 60,000 − 2,764.80 = 57,235.20；人均月 57,235.20 ÷ 24 = 2,384.80，高于 768 × 1.5 = 1,152。"""
    raw = copy.deepcopy(cases.HOUSEHOLD)
    raw["members"][0]["income"]["wages"] = 60000
    return raw


def given(stage: Stage, number: str, task: str, **data: Any) -> None:
    item = cases.item_at(stage, number, task)
    command = CompleteTask(item.id, item.version, data, str(uuid4()))
    stage.office.perform(command, stage.actor(item.role, cases.VILLAGE))


def paper(stage: Stage, kind: str) -> dict[str, Any]:
    with stage.database.reading("") as session:
        query = select(IssuedPaper).where(IssuedPaper.kind == kind).order_by(IssuedPaper.id.desc())
        found = session.scalars(query).first()
        return {} if found is None else found.contract


@pytest.mark.parametrize(
    ("task", "who"), [("township_opinion", "township_leader"), ("county_decision", "county_leader")]
)
def test_the_card_stands_before_the_form_without_a_click(stage: Stage, task: str, who: str) -> None:
    number = cases.a_case(stage, task)
    item = cases.item_at(stage, number, task)
    page = Person(stage, who).get(f"/cases/{number}/tasks/{item.id}").text
    card = page[page.index('id="decision"') : page.index('id="form"')]
    assert "测算：符合条件" in card and ARITHMETIC in card and "517.00 元/月" in card
    assert "2 人，保障 2 人" in card and "张建国" in card and "李秀英" in card
    # 12,235.20 ÷ 24 = 509.80
    assert "509.80 元，标准 768.00 元" in card
    assert "没有其他待遇" in card and "之后家庭情况没有变化" in card
    assert "项参数未经县级确认" in card


def test_the_card_of_a_relief_tells_the_level_and_what_was_paid_before(whole_stage: Stage) -> None:
    stage = whole_stage
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    household = cases.a_household(stage)
    clerk = stage.actor("window_clerk", cases.VILLAGE)

    def reported(day: str, event: str) -> str:
        form = {
            "event": event, "event_on": day, "persons": 2, "description": "困难", "phone": "13800000001",
            "bank_account": "",
        }  # fmt: skip
        return str(
            stage.office.perform(StartCase("temporary_relief", household, form, str(uuid4())), clerk).case
        )

    first = reported("2026-03-01", "other")
    second = reported("2026-03-02", "accident")
    item = cases.open_items(stage, second)[0]
    page = Person(stage, "county_leader").get(f"/cases/{second}/tasks/{item.id}").text
    card = page[page.index('id="decision"') : page.index('id="form"')]
    # 768 × 2 人 × 2 个月 = 3,072 > 2,024；限额 768 × 2 × 12 = 18,432
    assert "768 × 2 × 2 = 3,072.00，不超过本年剩余限额 18,432.00" in card
    assert (
        "超过乡镇审批额度，由县级审批（乡镇审批额度 2,024 元/次，未确认）" in card
        and "《社会救助暂行办法》第四十七条" in card
    )
    assert first in card and "办理中" in card


def test_refusing_an_eligible_household_needs_a_reason_that_the_next_level_sees_and_that_is_counted(
    stage: Stage,
) -> None:
    number = cases.a_case(stage, "township_opinion")
    with pytest.raises(FormInvalid) as refused:
        given(stage, number, "township_opinion", opinion="disagree", statement="不同意")
    assert list(refused.value.fields) == ["deviation_reason"]
    given(
        stage, number, "township_opinion", opinion="disagree", statement="不同意", deviation_reason="邻里反映另有收入"
    )  # fmt: skip
    cases.complete(stage, cases.item_at(stage, number, "county_check"))
    item = cases.item_at(stage, number, "county_decision")
    page = Person(stage, "county_leader").get(f"/cases/{number}/tasks/{item.id}").text
    assert "偏离测算" in page and "邻里反映另有收入" in page
    with stage.database.reading("") as session:
        kept = session.scalars(select(Deviation)).one()
    assert (kept.title, kept.computed, kept.decided) == ("乡镇审核意见", "可以给予，517.00 元", "不同意")
    assert "乡镇审核意见" in Person(stage, "supervisor").get("/oversight").text


def test_agreeing_for_a_household_that_does_not_meet_the_rules_needs_a_reason(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion", raw=richer())
    with pytest.raises(FormInvalid) as refused:
        given(stage, number, "township_opinion", opinion="agree", statement="同意")
    assert "不予给予" in refused.value.fields["deviation_reason"][0]


def test_a_refusal_says_the_reason_article_and_rules_of_the_decision(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion", raw=richer())
    given(stage, number, "township_opinion", opinion="disagree", statement="超过标准")
    cases.complete(stage, cases.item_at(stage, number, "county_check"))
    given(
        stage, number, "county_decision", decision="refuse", statement="不同意", refusal_reason="随便写的理由",
        refusal_article="《社会救助暂行办法》第九十九条",
    )  # fmt: skip
    letter = paper(stage, "refusal_notice")
    assert letter["fields"]["reason"] == "人均收入不低于低保边缘家庭标准"
    assert letter["fields"]["article"] == "《社会救助暂行办法》第九条"
    assert [rule["title"] for rule in letter["decision"]["failed"]] == ["人均月收入低于标准"]
    assert (
        letter["decision"]["failed"][0]["sentence"]
        == "核定家庭年收入 57,235.20 ＜ 低保标准 768 × 共同生活的家庭成员 2 × 收入核算月数 12"
    )
    assert letter["decision"]["deviations"] == [] and letter["decision"]["earlier"] == []


def test_the_same_card_stands_on_the_case_page_the_form_and_the_letter(stage: Stage) -> None:
    number = cases.a_case(stage, "serve_confirmation")
    assert ARITHMETIC in Person(stage, "county_leader").get(f"/cases/{number}").text
    # The faces of papers have no U+2212: their minus sign is the full-width one.
    for kind in ("approval_form", "confirmation_notice"):
        assert paper(stage, kind)["decision"]["arithmetic"] == ARITHMETIC.replace("−", "－")


def test_lines_are_explained_and_the_decision_comes_out_the_same(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    page = Person(stage, "county_leader").get(f"/cases/{number}/explain").text
    assert "结果与留存的完全一致" in page
    assert (
        "张建国：工资性收入 15,000 × 就业成本扣减比例 0.2、就业成本每人扣减上限 2,764.80 取较小 = 2,764.80"
        in page
    )
    assert "建议值（就业成本扣减规定）" in page and "未确认" in page
    plain = Person(stage, "county_leader").get(f"/cases/{number}").text
    assert "计算过程" in plain
    # Formulas as they are written are for whoever changes them.
    supervisor = Person(stage, "supervisor")
    for address in (f"/cases/{number}", f"/cases/{number}/explain"):
        assert "公式（流程管理员）" in supervisor.get(address).text
        assert "公式" not in Person(stage, "county_leader").get(address).text


def test_a_decision_that_does_not_come_out_the_same_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = cases.a_case(stage, "county_decision")
    monkeypatch.setattr(cli, "open_office", lambda: stage.office)
    same = CliRunner().invoke(cli.main, ["explain", number])
    assert same.exit_code == 0, same.output
    assert ARITHMETIC in same.output and "复算 保障金额计算：一致" in same.output
    raw = states._codec.decompressor
    with stage.database.unit_of_work() as uow:
        case = uow.session.scalars(select(Case).where(Case.number == number)).one()
        document = raw.decompress(case.state)
        assert b'"monthly":{"~n":"517"}' in document
        document = document.replace(b'"monthly":{"~n":"517"}', b'"monthly":{"~n":"617"}')
        case.state = states._codec.compressor.compress(document)
        uow.commit()
    other = CliRunner().invoke(cli.main, ["explain", number])
    assert other.exit_code == 1 and "不一致" in other.output
