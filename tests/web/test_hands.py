"""Assignment and participants at the desk: each action with its event, its notice and its limits."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from processes.access.models import Account
from processes.cases.colleague_models import Participant
from processes.cases.models import WorkItem
from processes.office.steps.countersign import CosignTask
from processes.office.steps.send_back import ReturnTask
from processes.papers.models import IssuedPaper
from processes.rehearsal.stage import Stage
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person, colleague, confirm_absences

OPINION = cases.ANSWERS["township_opinion"]


def _id(stage: Stage, username: str) -> int:
    with stage.database.reading("") as session:
        return session.scalars(select(Account.id).where(Account.username == username)).one()


def _item(stage: Stage, number: str) -> WorkItem:
    return cases.open_items(stage, number)[0]


def _done(stage: Stage, task: str) -> WorkItem:
    with stage.database.reading("") as session:
        query = select(WorkItem).where(WorkItem.task == task, WorkItem.status == "done")
        return session.scalars(query.order_by(WorkItem.id.desc()).limit(1)).one()


def _post(stage: Stage, who: Person, number: str, act: str, **form: Any) -> Any:
    item = _item(stage, number)
    return who.post(f"/cases/{number}/tasks/{item.id}/{act}", {"version": str(item.version), **form})


def _complete(stage: Stage, who: Person, number: str, data: dict[str, Any], **more: Any) -> Any:
    item = _item(stage, number)
    body = {"version": item.version, "data": data, "token": str(uuid4()), **more}
    return who.send(f"/cases/{number}/tasks/{item.id}/complete", body)


def _asked(stage: Stage) -> list[Participant]:
    with stage.database.reading("") as session:
        return list(
            session.scalars(select(Participant).where(Participant.kind != "second").order_by(Participant.id))
        )


def test_a_delegated_step_comes_back_filled_in(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk, helper = Person(stage, "window_clerk"), Person(stage, "t1_investigator")
    _post(stage, clerk, number, "claim")
    to = str(_id(stage, "t1_investigator"))
    assert _post(stage, clerk, number, "delegate", to=to, reason="请先核对材料").status_code == 302
    assert "委派您办理" in helper.get("/notices").text
    assert number in helper.get("/worklist?queue=mine").text
    item = _item(stage, number)
    page = helper.get(f"/cases/{number}/tasks/{item.id}").text
    assert "填好后请交回" in page
    refused = _complete(stage, helper, number, {"decision": "accept"})
    assert "由委派人办结" in refused.json["message"]
    helper.send(
        f"/cases/{number}/tasks/{item.id}/draft",
        {"version": item.version, "draft_version": item.draft_version, "data": {"decision": "accept"}},
    )
    assert _post(stage, helper, number, "hand-back", note="材料齐全").status_code == 302
    assert "已交回" in clerk.get("/worklist?queue=mine").text
    assert _item(stage, number).draft == {"decision": "accept"}
    assert _complete(stage, clerk, number, {"decision": "accept"}).status_code == 200
    told = clerk.get(f"/cases/{number}").text
    assert "委派给" in told
    assert "交回" in told


def test_whoever_prepared_it_counts_as_having_done_it(stage: Stage) -> None:
    """Also who handed it back without a word of the draft."""
    number = cases.a_case(stage, "township_opinion")
    leader, county = Person(stage, "township_leader"), Person(stage, "county_leader")
    _post(stage, leader, number, "claim")
    to = str(_id(stage, "county_leader"))
    assert _post(stage, leader, number, "delegate", to=to, reason="请先看").status_code == 302
    assert _post(stage, county, number, "hand-back", note="已看").status_code == 302
    assert _complete(stage, leader, number, OPINION).status_code == 200
    assert _done(stage, "township_opinion").preparers in (None, [_id(stage, "t1_leader")])
    cases.walk(stage, number, "county_decision")
    refused = _complete(stage, county, number, cases.ANSWERS["county_decision"])
    assert refused.status_code == 403, refused.text
    assert "乡镇审核" in refused.json["message"]


def test_who_investigated_does_not_draft_the_opinion(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    leader = Person(stage, "township_leader")
    _post(stage, leader, number, "claim")
    refused = _post(stage, leader, number, "delegate", to=str(_id(stage, "t1_investigator")), reason="起草")
    assert refused.status_code >= 400, "who investigated does not draft the opinion"
    assert "入户调查" in refused.text


def test_a_delegated_step_is_recalled(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk = Person(stage, "window_clerk")
    _post(stage, clerk, number, "claim")
    _post(stage, clerk, number, "delegate", to=str(_id(stage, "t1_leader")), reason="看看")
    assert "收回委派" in clerk.get(f"/cases/{number}").text
    assert _post(stage, clerk, number, "recall").status_code == 302
    assert _item(stage, number).claimed_by_id == _id(stage, "t1_clerk")


def test_a_substitute_acts_in_the_name_of_somebody_away(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    second = colleague(stage, "county_leader", "county_leader2", "罗副局")
    leader, deputy = Person(stage, "county_leader"), Person(stage, "county_leader2")
    today = date(2026, 3, 10)
    form = {
        "substitute": str(second), "from_on": today.isoformat(), "until_on": "2026-03-12",
        "reason": "出差",
    }  # fmt: skip
    assert number not in deputy.get("/worklist?queue=standing_in").text
    _post(stage, leader, number, "claim")
    assert leader.post("/absences", form).status_code == 302
    assert number not in deputy.get("/worklist?queue=standing_in").text, "not before the office has confirmed"
    confirm_absences(stage)
    assert "请您在" in deputy.get("/notices").text
    assert number in deputy.get("/worklist?queue=standing_in").text
    _post(stage, deputy, number, "claim")
    refused = _complete(stage, deputy, number, cases.ANSWERS["county_decision"])
    assert refused.status_code == 200, refused.text
    jobs.make_papers(stage.office)
    with stage.database.reading("") as session:
        form_paper = session.scalars(select(IssuedPaper).where(IssuedPaper.kind == "approval_form")).one()
    opinions = form_paper.contract["opinions"]
    assert opinions[-1]["by"] == "罗副局（代韩局长）", "the paper shows who acted for whom"
    assert "（代韩局长）" in leader.get(f"/cases/{number}").text


def test_a_substitute_does_not_decide_what_he_must_not(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    leader = Person(stage, "county_leader")
    form = {
        "substitute": str(_id(stage, "t1_leader")), "from_on": "2026-03-10", "until_on": "2026-03-12",
    }  # fmt: skip
    refused = leader.post("/absences", form)
    assert "代办人应为" in refused.text, "a township's person does not cover the county"
    assert "结束日期" in leader.post(
        "/absences", {"substitute": str(_id(stage, "supervisor")), "from_on": "2026-03-10", "until_on": "2026-03-01"}
    ).text  # fmt: skip
    # The county's clerk checked the case: for the decision he may stand in only where no rule speaks against it.
    clerk = Person(stage, "t1_clerk")
    away = {
        "substitute": str(_id(stage, "t1_investigator")),
        "from_on": "2026-03-10",
        "until_on": "2026-03-12",
    }
    assert "同级别" in Person(stage, "township_leader").post("/absences", away).text
    long = {"substitute": str(_id(stage, "t1_leader2")), "from_on": "2026-03-10", "until_on": "2026-04-09"}
    # 22 days of March from the 10th and 9 of April: 31 days.
    assert "不超过 30 天" in Person(stage, "township_leader").post("/absences", long).text
    other = cases.a_case(stage, "township_opinion", raw=cases.OTHER_HOUSEHOLD)
    stage.set_clock(stage.clock.now.replace(month=3, day=10))
    investigator = Person(stage, "t1_investigator")
    _post(stage, investigator, other, "claim")
    refused = _complete(stage, investigator, other, OPINION)
    assert "入户调查" in refused.json["message"]
    assert number in clerk.get("/cases").text


def test_countersigning_before_the_step_is_finished(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk = Person(stage, "window_clerk")
    _post(stage, clerk, number, "claim")
    signers = [str(_id(stage, u)) for u in ("t1_leader", "t1_investigator")]
    asked = _post(stage, clerk, number, "cosign", to=signers, mode="all", question="材料是否齐全")
    assert asked.status_code == 302
    assert "会签尚未完成" in _complete(stage, clerk, number, {"decision": "accept"}).json["message"]
    leader, investigator = Person(stage, "township_leader"), Person(stage, "t1_investigator")
    assert "材料是否齐全" in leader.get("/worklist?queue=asked").text
    first, second = _asked(stage)
    assert leader.post(f"/involvements/{second.id}", {"verdict": "agree"}).status_code >= 400, (
        "not his to give"
    )
    assert leader.post(f"/involvements/{first.id}", {"verdict": "agree", "said": "齐全"}).status_code == 302
    assert "请写明理由" in investigator.post(f"/involvements/{second.id}", {"verdict": "object"}).text
    assert investigator.post(f"/involvements/{second.id}", {"verdict": "agree"}).status_code == 302
    assert "会签已通过" in clerk.get("/notices").text
    assert _complete(stage, clerk, number, {"decision": "accept"}).status_code == 200
    told = clerk.get(f"/cases/{number}").text
    assert "会签通过" in told
    assert "齐全" in told


def test_countersigning_after_what_was_submitted(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    leader = Person(stage, "township_leader")
    _post(stage, leader, number, "claim")
    signers = [_id(stage, "county_clerk"), _id(stage, "county_leader")]
    held = _complete(stage, leader, number, OPINION, signers=signers, mode="order", quorum=0)
    assert held.status_code == 200, held.text
    item = _item(stage, number)
    assert (item.task, item.cosigning) == ("township_opinion", "after")
    assert "会签结束前不能" in _post(stage, leader, number, "release").text
    first, second = _asked(stage)
    assert (first.status, second.status) == ("waiting", "later")
    too_early = Person(stage, "county_leader").post(f"/involvements/{second.id}", {"verdict": "agree"})
    assert "尚未轮到" in too_early.text
    Person(stage, "county_clerk").post(f"/involvements/{first.id}", {"verdict": "agree"})
    Person(stage, "county_leader").post(f"/involvements/{second.id}", {"verdict": "agree"})
    with stage.database.reading("") as session:
        done = session.get_one(WorkItem, item.id)
        assert done.status == "done"
        assert done.completed_by_id == _id(stage, "t1_leader"), "it is the leader's opinion"
    assert _item(stage, number).task == "post_notice"


def test_an_objection_gives_the_step_back(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    leader = Person(stage, "township_leader")
    _post(stage, leader, number, "claim")
    _complete(stage, leader, number, OPINION, signers=[_id(stage, "county_clerk")], mode="all", quorum=0)
    Person(stage, "county_clerk").post(
        f"/involvements/{_asked(stage)[0].id}", {"verdict": "object", "said": "人均收入算错"}
    )
    item = _item(stage, number)
    assert (item.task, item.cosigning, item.held) == ("township_opinion", "", None)
    assert item.draft is not None
    assert item.draft["statement"] == OPINION["statement"], "what was typed is still there"
    assert "人均收入算错" in leader.get("/worklist?queue=returned").text


def test_signers_come_and_go(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk = Person(stage, "window_clerk")
    _post(stage, clerk, number, "claim")
    _post(stage, clerk, number, "cosign", to=[str(_id(stage, "t1_leader"))], mode="all")
    _post(stage, clerk, number, "cosign", to=[str(_id(stage, "t1_investigator"))], mode="any")
    first, second = _asked(stage)
    assert first.round == second.round
    assert second.mode == "all", "the way of signing stays"
    _post(stage, clerk, number, "remove-signer", involvement=str(first.id))
    Person(stage, "t1_investigator").post(f"/involvements/{second.id}", {"verdict": "agree"})
    assert "已经表态" in _post(stage, clerk, number, "remove-signer", involvement=str(second.id)).text
    assert _complete(stage, clerk, number, {"decision": "accept"}).status_code == 200


def test_asking_and_copying_leave_the_step_where_it_is(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk, leader = Person(stage, "window_clerk"), Person(stage, "township_leader")
    _post(stage, clerk, number, "claim")
    _post(stage, clerk, number, "ask", to=str(_id(stage, "t1_leader")), question="这户是否住在本村？")
    _post(stage, clerk, number, "copy", to=[str(_id(stage, "county_clerk"))], note="请知悉")
    question, copy = _asked(stage)
    assert "是否住在本村" in leader.get("/worklist?queue=asked").text
    assert "请写明理由" in leader.post(f"/involvements/{question.id}", {"said": ""}).text
    leader.post(f"/involvements/{question.id}", {"said": "住在东村"})
    assert "住在东村" in clerk.get("/notices").text
    assert "未阅" in clerk.get(f"/cases/{number}").text
    Person(stage, "county_clerk").post(f"/involvements/{copy.id}", {})
    assert "已阅" in clerk.get(f"/cases/{number}").text
    assert _item(stage, number).claimed_by_id == _id(stage, "t1_clerk")
    elsewhere = _post(stage, clerk, number, "ask", to=str(_id(stage, "t2_leader")), question="?")
    assert "管辖范围不包括" in elsewhere.text


def test_urging_is_limited_and_escalates(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    clerk, leader = Person(stage, "window_clerk"), Person(stage, "township_leader")
    assert _post(stage, clerk, number, "urge", word="申请人来问").status_code == 302
    assert "申请人来问" in leader.get("/notices").text
    assert "4 小时内不能重复催办" in _post(stage, clerk, number, "urge").text
    for _ in range(2):
        stage.move("5 hours")
        assert _post(stage, clerk, number, "urge").status_code == 302
    assert "多次催办未办" in Person(stage, "supervisor").get("/notices").text
    assert "催办 3 次" in leader.get("/worklist?queue=office").text


def test_remarks_tell_whoever_is_named(stage: Stage) -> None:
    number = cases.a_case(stage, "check_papers")
    clerk = Person(stage, "window_clerk")
    said = clerk.post(f"/cases/{number}/comments", {"text": "@赵分管 这户情况特殊，请关注 @查无此人"})
    assert said.status_code == 302
    assert "这户情况特殊" in clerk.get(f"/cases/{number}").text
    assert "提到您" in Person(stage, "township_leader").get("/notices").text
    assert "请写明理由" in clerk.post(f"/cases/{number}/comments", {"text": " "}).text
    assert Person(stage, "t2_clerk").post(f"/cases/{number}/comments", {"text": "x"}).status_code == 404
    auditor = Person(stage, "auditor")
    assert auditor.post(f"/cases/{number}/comments", {"text": "x"}).status_code == 403
    page = auditor.get(f"/cases/{number}").text
    assert "请关注" in page
    assert "催办附言" not in page


def test_what_a_substitute_did_he_signs(stage: Stage) -> None:
    number = cases.a_case(stage, "county_decision")
    second = colleague(stage, "county_leader", "county_leader2", "罗副局")
    leader, deputy = Person(stage, "county_leader"), Person(stage, "county_leader2")
    away = {"substitute": str(second), "from_on": "2026-03-10", "until_on": "2026-03-12"}
    _post(stage, leader, number, "claim")
    leader.post("/absences", away)
    confirm_absences(stage)
    _post(stage, deputy, number, "claim")
    _complete(stage, deputy, number, cases.ANSWERS["county_decision"])
    jobs.make_papers(stage.office)
    with stage.database.reading("") as session:
        code = session.scalars(select(IssuedPaper.code).where(IssuedPaper.kind == "approval_form")).one()
    for n, role in enumerate(("township_leader", "county_clerk")):
        assert Person(stage, role).post(f"/papers/{code}/sign", {"signed": str(n)}).status_code == 302
    assert Person(stage, "county_clerk").post(f"/papers/{code}/sign", {"signed": "2"}).status_code >= 400
    assert deputy.post(f"/papers/{code}/sign", {"signed": "2"}).status_code == 302
    assert "罗副局（代韩局长）" in leader.get(f"/cases/{number}").text


def test_a_step_that_is_withdrawn_asks_nobody_any_more(stage: Stage) -> None:
    number = cases.a_case(stage, "compare_economy")
    visit = cases.item_at(stage, number, "investigate_household")
    compare = cases.item_at(stage, number, "compare_economy")
    ask = CosignTask(visit.id, visit.version, (_id(stage, "t1_clerk"),), "all", 0, "请看")
    stage.office.perform(ask, stage.actor("investigator", cases.VILLAGE))
    with stage.database.reading("") as session:
        checked = session.scalars(select(WorkItem).where(WorkItem.task == "check_papers")).one()
    back = ReturnTask(compare.id, compare.version, checked.ref, "材料不全", str(uuid4()))
    stage.office.perform(back, stage.actor("comparison_officer", cases.VILLAGE))
    (row,) = _asked(stage)
    assert row.status == "removed"
    answer = Person(stage, "window_clerk").post(f"/involvements/{row.id}", {"verdict": "agree"})
    assert "不再需要会签" in answer.text
