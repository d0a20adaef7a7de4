"""办件 and 待办 are narrowed and taken out as spreadsheets; the home page says what waits; help is for everybody."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from processes.access.models import AccessLog
from processes.access.permissions import Role
from processes.cases import queues
from processes.cases.models import Case, WorkItem
from processes.people.models import Household
from processes.rehearsal import failures, player, scenarios
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person
from tests.conftest import CONTENT
from web import words


def _sheet(content: bytes) -> list[list[object]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_cases_are_narrowed_and_exported_as_text(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")  # registered on 2 March
    clerk = Person(stage, "window_clerk")
    assert number in clerk.get("/cases?programme=minimum_living_allowance&state=open&since=2026-03-02").text
    for none in (
        "programme=referral",
        "state=closed",
        "since=2026-03-03",
        "until=2026-03-01",
        "township=340199102",
    ):
        assert number not in clerk.get(f"/cases?{none}").text, none
    answer = clerk.post("/cases/export?state=open", {})
    told = _sheet(answer.data)
    assert told[0] == ["办件编号", "项目", "申请人", "状态", "区划", "受理登记", "办结"]
    assert told[1][:4] == [number, "最低生活保障", "张建国", "办理中"]
    assert all(isinstance(value, str) for row in told for value in row)
    assert len(_sheet(clerk.post("/cases/export?state=closed", {}).data)) == 1
    with stage.database.reading("") as session:
        logged = session.scalars(select(AccessLog.target).where(AccessLog.action == "list_exported")).all()
    assert logged == ["办件 state=open", "办件 state=closed"]


def test_a_queue_is_exported_as_it_is_narrowed(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    leader = Person(stage, "township_leader")
    told = _sheet(leader.post("/worklist/export?queue=office", {}).data)
    assert [row[3] for row in told] == ["办件编号", number]
    assert told[1][1] == "乡镇审核意见"
    assert len(_sheet(leader.post("/worklist/export?queue=office&programme=referral", {}).data)) == 1


@pytest.mark.parametrize(("category", "title"), [("", "一般"), ("monitored", "监测户")])
def test_a_queue_and_its_export__call_a_category_by_the_same_title(
    stage: Stage, category: str, title: str
) -> None:
    cases.a_case(stage, "township_opinion")
    with stage.database.unit_of_work() as uow:
        uow.session.execute(update(WorkItem).values(category=category))
        uow.commit()
    leader = Person(stage, "township_leader")
    told = _sheet(leader.post("/worklist/export?queue=office", {}).data)
    assert [row[4] for row in told] == ["类别", title]
    assert title in leader.get("/worklist?queue=office").text


@pytest.mark.parametrize("queue", words.QUEUES)
def test_every_tab_of_the_work_list__is_a_queue_or_what_waits_for_an_answer(queue: str) -> None:
    assert queue == "asked" or (queue in queues.QUEUES and queue in words.EMPTY_QUEUES)


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.SYSTEM])
def test_help_is_for_every_role(stage: Stage, role: Role) -> None:
    page = Person(stage, role).get("/help")
    assert page.status_code == 200
    assert "使用帮助" in page.text
    assert "<table>" in page.text


def test_overseers_see_what_is_overdue_in_their_office(stage: Stage) -> None:
    cases.a_case(stage, "county_decision")
    stage.set_clock(datetime(2026, 9, 1, 9))
    page = Person(stage, "county_leader").get("/").text
    assert "<strong>1</strong><span>全县超期</span>" in page


def test_a_failed_rehearsal_is_told_by_cause_in_names_of_steps() -> None:
    titles = {"post_notice": "张贴公示", "mayor_review": "镇长复核", "confirmed": "确认同意"}
    stuck = "第 3 步：环节 post_notice 当前没有待办；待办的环节：mayor_review（scenario_invalid）"
    failed = [
        {"scenario": f"情景{n}", "differences": [stuck, "办理结果应为 confirmed，实际为 None"]}
        for n in range(25)
    ]
    failed.append({"scenario": "另一个", "differences": ["办理结果应为 confirmed，实际为 None（待办：无）"]})
    found = failures.grouped(failed, titles)
    assert found[0].sentence == "25 个情景都停在“镇长复核”"
    assert found[1].sentence == "1 个情景不符：办理结果应为 “确认同意”，实际为 无（待办：无）"
    told = "".join(t for f in found for _, texts in f.scenarios for t in texts)
    assert "应" in told
    assert not [word for word in ("scenario_invalid", "None", "post_notice", "mayor_review") if word in told]


def test_what_follows_by_itself_is_the_systems(stage: Stage) -> None:
    number = cases.a_case(stage, "serve_confirmation")
    page = Person(stage, "county_clerk").get(f"/cases/{number}").text
    assert '<span class="who-did">系统</span> 出具《公示》' in page
    assert '<span class="who-did">赵分管</span> 出具' not in page
    assert '<span class="who-did">赵分管</span> 办结“乡镇审核意见”' in page


def test_a_page_that_is_not_there_is_titled_so(stage: Stage) -> None:
    page = Person(stage, "window_clerk").get("/nothing-here")
    assert page.status_code == 404
    assert "<title>页面不存在" in page.text


def test_departments_and_needs_are_told_by_name(whole_stage: Stage) -> None:
    player.play(whole_stage, scenarios.read(CONTENT / "referral" / "scenarios" / "answered.yaml")[0])
    with whole_stage.database.reading("") as session:
        numbers = {case.programme: case.number for case in session.scalars(select(Case))}
    clerk = Person(whole_stage, "window_clerk")
    told = clerk.get(f"/cases/{numbers['referral']}").text
    assert "承办部门：县医疗保障局" in told
    assert "承办部门：medical" not in told
    asked = clerk.get(f"/cases/{numbers['one_window']}").text
    assert "流浪乞讨：否" in asked
    assert "需要流浪乞讨" not in asked


def test_the_sheet_of_a_household_knows_who_is_not_preset_as_able_to_work(whole_stage: Stage) -> None:
    whole_stage.set_clock(datetime(2026, 3, 2, 9))
    page = Person(whole_stage, "window_clerk").get("/households/new").text
    found = page.replace(" ", "").partition('"ages":')[2][:40]
    assert found.startswith('{"child":16,"elderly":60}'), found


def test_households_are_narrowed_ordered_and_exported(stage: Stage) -> None:
    cases.a_household(stage)  # 张建国 in the first township
    cases.a_household(stage, "340199102201", cases.OTHER_HOUSEHOLD)  # 周大海 in the second
    county = Person(stage, "county_clerk")
    first = county.get("/households?township=340199101").text
    assert "张建国" in first
    assert "周大海" not in first
    for order, names in (("name", ["周大海", "张建国"]), ("-name", ["张建国", "周大海"])):
        told = _sheet(county.post(f"/households/export?order={order}", {}).data)
        assert told[0] == ["档案号", "户主", "人数", "所在地", "住址", "类别", "更新时间"]
        assert [row[1] for row in told[1:]] == sorted(names, reverse=order == "-name")
        assert all(isinstance(value, str) for row in told for value in row)
    clerk = Person(stage, "window_clerk")
    assert [row[1] for row in _sheet(clerk.post("/households/export", {}).data)[1:]] == ["张建国"], "in scope"
    with stage.database.reading("") as session:
        logged = session.scalars(select(AccessLog.target).where(AccessLog.action == "list_exported")).all()
    assert logged == ["家庭 order=name", "家庭 order=-name", "家庭"]


def test_a_file_without_members_is_no_household_of_the_list(stage: Stage) -> None:
    number = cases.a_household(stage)
    with stage.database.unit_of_work() as uow:
        household = uow.session.scalars(select(Household)).one()
        household.members.clear()
        uow.commit()
    assert number not in Person(stage, "window_clerk").get("/households").text


def test_what_is_late_is_narrowed_urged_and_exported(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    stage.set_clock(datetime(2026, 9, 1, 9))
    leader = Person(stage, "township_leader")
    assert number in leader.get("/oversight?days=30").text
    assert number not in leader.get("/oversight?q=无此人").text
    assert number not in leader.get("/oversight?holder=赵分管").text
    assert number in leader.get("/oversight?holder=none").text, "nobody has signed for it"
    item = cases.item_at(stage, number, "township_opinion")
    assert leader.post("/oversight/urge", {"item": item.id}).status_code == 302
    assert "已 1 次" in leader.get("/oversight").text
    told = _sheet(leader.post("/oversight/export?days=30", {}).data)
    assert told[0] == ["截止", "超期天数", "时限", "办件编号", "申请人", "所在环节", "经办人", "区划"]
    assert {(row[3], row[5], row[6]) for row in told[1:]} == {(number, "乡镇审核意见", "未签收")}
    assert len(_sheet(leader.post("/oversight/export?days=900", {}).data)) == 1
    assert Person(stage, "auditor").post("/oversight/urge", {"item": item.id}).status_code == 403


def test_the_access_log_is_exported_and_says_so(stage: Stage) -> None:
    auditor = Person(stage, "auditor")
    told = _sheet(auditor.post("/audit/export?action=sign_in", {}).data)
    assert told[0] == ["时间", "人员", "操作", "对象", "地址"]
    assert {row[2] for row in told[1:]} == {"登录"}
    assert "导出列表" in auditor.get("/audit?action=list_exported").text
    assert Person(stage, "window_clerk").post("/audit/export", {}).status_code == 403


def test_who_comes_second_is_told_by_whom_it_was_signed_for(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    item = cases.item_at(stage, number, "township_opinion")
    address = f"/cases/{number}/tasks/{item.id}/claim"
    assert Person(stage, "township_leader").post(address, {"version": item.version}).status_code == 302
    second = Person(stage, "t1_leader2").send_form(address, {"version": item.version})
    assert second.status_code == 409
    assert second.json["message"] == "该事项已由赵分管签收。"
