"""Releases on the desk: put one back, take cases along, files of a draft; heat map and moving a case."""

from __future__ import annotations

import io
import re
from datetime import datetime

import pytest

from processes.errors import Invalid, NotFound, PermissionMissing, RuleBroken, StaleDraft
from processes.office.steps.claim import ClaimTask
from processes.office.studio.drafts import (
    AddDraftFile,
    ApproveDraft,
    DropDraftFile,
    OpenDraft,
    ProposeDraft,
    SaveDraftFile,
)
from processes.office.studio.migrating import PlanMigration, RunMigration
from processes.rehearsal.stage import Stage
from processes.releases import drafts, publish
from processes.releases.bundle import Bundle
from processes.worker import jobs
from tests.builders import cases, releases
from tests.builders.desks import Person

PROGRAMME = "minimum_living_allowance"


def _draft(stage: Stage) -> int:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    supervisor = stage.actor("supervisor", "340199")
    return int(stage.office.perform(OpenDraft(PROGRAMME), supervisor).draft)


def test_an_earlier_release_is_put_back_by_publishing_it_again(stage: Stage, allowance: Bundle) -> None:
    releases.put_in_force(stage, releases.second_signature(allowance))
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    answer = Person(stage, "supervisor").post(f"/releases/{PROGRAMME}/restore", {"number": "1"})
    draft_id = int(answer.location.rsplit("/", 1)[1])
    with stage.database.reading("") as session:
        draft = drafts.one(session, draft_id)
        assert drafts.bundle_of(draft).digest == allowance.digest
        assert draft.note == "恢复第 1 版的内容"
    one, other = stage.actor("supervisor", "340199"), stage.actor("supervisor#2", "340199")
    stage.office.perform(ProposeDraft(draft_id, draft.note, datetime(2026, 3, 3).date()), one)
    published = stage.office.perform(ApproveDraft(draft_id), other)
    assert published.number == 3
    with stage.database.reading("") as session:
        again = publish.open_release(
            session, publish.current_id(session, PROGRAMME, datetime(2026, 3, 3).date())
        )
    assert again.digest == allowance.digest


def test_a_release_is_never_published_for_a_day_on_which_another_holds(
    stage: Stage, allowance: Bundle
) -> None:
    """A draft that waited beyond its day holds from its approval; a day before the newest release's is refused."""
    releases.put_in_force(stage, releases.second_signature(allowance))
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    one, other = stage.actor("supervisor", "340199"), stage.actor("supervisor#2", "340199")
    answer = Person(stage, "supervisor").post(f"/releases/{PROGRAMME}/restore", {"number": "1"})
    restored = int(answer.location.rsplit("/", 1)[1])
    stage.office.perform(ProposeDraft(restored, "恢复", datetime(2026, 3, 3).date()), one)
    stage.set_clock(datetime(2026, 3, 10, 9, 0))
    stage.office.perform(ApproveDraft(restored), other)
    with stage.database.reading("") as session:
        third = publish.numbered(session, PROGRAMME, 3)
        assert str(third.effective_from) == "2026-03-10"
    with (
        pytest.raises(RuleBroken, match="第 3 版自 2026年3月10日起生效"),
        stage.database.unit_of_work() as uow,
    ):
        early = datetime(2026, 3, 9).date()
        publish.publish(uow, releases.second_signature(allowance), "某人", early, "倒填")


def test_putting_back_does_not_write_over_an_open_draft(stage: Stage, allowance: Bundle) -> None:
    releases.put_in_force(stage, releases.second_signature(allowance))
    _draft(stage)
    answer = Person(stage, "supervisor").post(f"/releases/{PROGRAMME}/restore", {"number": "1"})
    assert answer.status_code == 409 or "还有没有发布的草稿" in answer.text
    assert "还有没有发布的草稿" in answer.text


def test_one_batch_at_a_time_and_only_for_supervisors(stage: Stage, allowance: Bundle) -> None:
    cases.a_case(stage)
    number = releases.put_in_force(stage, releases.second_signature(allowance))
    supervisor = stage.actor("supervisor", "340199")
    with pytest.raises(PermissionMissing):
        stage.office.perform(PlanMigration(PROGRAMME, 1, number), stage.actor("county_leader", "340199"))
    with pytest.raises(RuleBroken, match="另一个版本"):
        stage.office.perform(PlanMigration(PROGRAMME, 1, 1), supervisor)
    batch = stage.office.perform(PlanMigration(PROGRAMME, 1, number), supervisor).batch
    with pytest.raises(RuleBroken, match="还没有结束"):
        stage.office.perform(PlanMigration(PROGRAMME, 1, number), supervisor)
    with pytest.raises(RuleBroken, match="正在检查"):
        stage.office.perform(RunMigration(batch, "早了"), stage.actor("supervisor#2", "340199"))
    desk = Person(stage, "supervisor")
    assert re.search(r"正在检查\s+0/1", desk.get(f"/migrations/{batch}").text)
    jobs.migrate_cases(stage.office)
    assert "可直接迁移 1" in desk.get(f"/migrations/{batch}").text
    desk.post(f"/migrations/{batch}/drop", {})
    assert "已放弃" in desk.get(f"/releases/{PROGRAMME}").text
    assert stage.office.perform(PlanMigration(PROGRAMME, 1, number), supervisor).batch != batch


def test_files_are_added_and_dropped_with_proper_names(stage: Stage) -> None:
    draft = _draft(stage)
    supervisor = stage.actor("supervisor", "340199")
    desk = Person(stage, "supervisor")
    assert desk.post(f"/studio/{draft}/files", {"name": "forms/third_opinion.form"}).status_code == 302
    assert "third_opinion" in desk.get(f"/studio/{draft}").text
    for name in ("../x.form", "forms/Second.form", "common/forms/x.form", "programme.toml", "x.py"):
        with pytest.raises(Invalid):
            stage.office.perform(AddDraftFile(draft, name, ""), supervisor)
    with pytest.raises(Invalid, match="已有"):
        stage.office.perform(AddDraftFile(draft, "forms/third_opinion.form", ""), supervisor)
    with pytest.raises(NotFound):
        stage.office.perform(DropDraftFile(draft, "programme.toml"), supervisor)
    stage.office.perform(DropDraftFile(draft, "forms/third_opinion.form"), supervisor)
    assert "third_opinion.form</a>" not in desk.get(f"/studio/{draft}").text


@pytest.mark.parametrize(
    ("name", "before"),
    [("apply.bpmn", "check_papers.decision == 'accept'"), ("apply.bpmn", "today()"), ("grade.dmn", "means.has_able"),
     ("apply.bpmn", "due('comparison')"), ("apply.bpmn", "'acceptance'")],
)  # fmt: skip
def test_a_file_with_python_in_it_is_not_let_in(
    stage: Stage, allowance: Bundle, name: str, before: str
) -> None:
    draft = _draft(stage)
    text = allowance.files[name].decode()
    assert before in text
    evil = text.replace(before, "__import__('os')", 1).replace("minimum_living", "other_living").encode()
    sent = {"name": f"imported{name[name.index('.') :]}", "file": (io.BytesIO(evil), name)}
    answer = Person(stage, "supervisor").post(f"/studio/{draft}/files", sent)
    assert "文件没有导入" in answer.text
    with stage.database.reading("") as session:
        assert not any(n.startswith("imported") for n in drafts.bundle_of(drafts.one(session, draft)).files)


def test_two_people_change_different_files_at_once(stage: Stage) -> None:
    draft = _draft(stage)
    one, other = stage.actor("supervisor", "340199"), stage.actor("supervisor#2", "340199")
    with stage.database.reading("") as session:
        files = drafts.bundle_of(drafts.one(session, draft)).files
    seen = {n: drafts.mark(files[n]) for n in ("CHANGES.md", "documents.toml")}
    stage.office.perform(SaveDraftFile(draft, 1, "CHANGES.md", "一", seen["CHANGES.md"]), one)
    text = files["documents.toml"].decode() + "\n# 备注\n"
    stage.office.perform(SaveDraftFile(draft, 1, "documents.toml", text, seen["documents.toml"]), other)
    with pytest.raises(StaleDraft):
        stage.office.perform(SaveDraftFile(draft, 1, "CHANGES.md", "二", seen["CHANGES.md"]), other)
    with stage.database.reading("") as session:
        kept = drafts.bundle_of(drafts.one(session, draft)).files
    assert kept["CHANGES.md"] == "一".encode()
    assert kept["documents.toml"].endswith("# 备注\n".encode())


def test_heat_counts_by_hand(stage: Stage) -> None:
    """受理审查 3 月 2 日 9 时转来，3 日 9 时办结：1.0 天；另一件还没办，期限 3 月 4 日，到 6 日已超期。"""
    first = cases.a_case(stage)
    cases.a_case(stage, raw=cases.OTHER_HOUSEHOLD)
    stage.move("1 day")
    cases.complete(stage, cases.item_at(stage, first, "check_papers"))
    stage.move("3 days")
    desk = Person(stage, "supervisor")
    answer = desk.get(f"/oversight/heat/{PROGRAMME}/figures?days=30").json
    step = next(s for s in answer["steps"] if s["task"] == "check_papers")
    assert step == {
        "task": "check_papers",
        "opens": "check_papers",
        "title": "受理审查",
        "done": 1,
        "open": 1,
        "late": 1,
        "days": 1.0,
        "share": 0.5,
    }
    page = desk.get(f"/oversight/heat/{PROGRAMME}/cases?task=check_papers&kind=overdue").text
    assert "周大海" in page
    assert "张建国" not in page
    assert desk.get(f"/oversight/heat/{PROGRAMME}/cases?task=check_papers&kind=x").status_code == 404


def test_a_township_sees_the_heat_of_its_own_cases(stage: Stage) -> None:
    cases.a_case(stage)
    desk = Person(stage, "t2_leader")
    assert desk.get(f"/oversight/heat/{PROGRAMME}/figures").json["steps"] == []


def test_moving_a_case_from_its_page(stage: Stage) -> None:
    number = cases.a_case(stage, "county_check")
    desk = Person(stage, "supervisor")
    page = desk.get(f"/cases/{number}").text
    assert "由“县级审查”移动到" in page
    version = page.split('name="version" value="')[1].split('"')[0]
    sent = {"ref": "apply/county_check#1", "to": "township_opinion", "version": version, "reason": ""}
    assert "请写明理由" in desk.post(f"/cases/{number}/move", sent).text
    assert desk.post(f"/cases/{number}/move", sent | {"reason": "材料有误"}).status_code == 302
    assert "移动办理位置到“乡镇审核意见”：材料有误" in desk.get(f"/cases/{number}").text
    assert Person(stage, "county_clerk").post(f"/cases/{number}/move", sent).status_code == 403


def test_a_release_from_before_scenarios_travelled_gets_them_in_its_draft(
    stage: Stage, allowance: Bundle
) -> None:
    bare = Bundle({n: raw for n, raw in allowance.files.items() if not n.startswith("scenarios/")})
    releases.put_in_force(stage, bare)
    draft = _draft(stage)
    with stage.database.reading("") as session:
        files = drafts.bundle_of(drafts.one(session, draft)).files
    assert sum(n.startswith("scenarios/") for n in files) == sum(
        n.startswith("scenarios/") for n in allowance.files
    )


def test_what_cannot_be_taken_back_lightly__asks_first_and_says_how_many(
    stage: Stage, allowance: Bundle
) -> None:
    draft_id = _draft(stage)
    desk = Person(stage, "supervisor")
    assert "处修改将被放弃，不能恢复。确定放弃吗？" in desk.get(f"/studio/{draft_id}").text
    desk.post(f"/studio/{draft_id}/discard", {})
    cases.a_case(stage)
    cases.a_case(stage, raw=cases.OTHER_HOUSEHOLD)
    number = releases.put_in_force(stage, releases.second_signature(allowance))
    batch = stage.office.perform(
        PlanMigration(PROGRAMME, 1, number), stage.actor("supervisor", "340199")
    ).batch
    jobs.migrate_cases(stage.office)
    assert 'data-confirm="将迁移 2 件，不迁移 0 件。确定执行吗？"' in desk.get(f"/migrations/{batch}").text
    Person(stage, "supervisor2").post(f"/migrations/{batch}/run", {"reason": "新版本"})
    jobs.migrate_cases(stage.office)
    assert 'data-confirm="将把已迁移的 2 件退回第 1 版' in desk.get(f"/migrations/{batch}").text
    # Undone, the page says both why it was run and why it was undone.
    desk.post(f"/migrations/{batch}/undo", {"reason": "另行安排"})
    page = desk.get(f"/migrations/{batch}").text
    assert page.index("新版本") < page.index("撤销理由：另行安排")


def test_a_step_that_is_done__leads_to_the_next_one(stage: Stage) -> None:
    clerk, actor = Person(stage, "window_clerk"), stage.actor("window_clerk", cases.VILLAGE)
    numbers = [cases.a_case(stage), cases.a_case(stage, raw=cases.OTHER_HOUSEHOLD)]
    items = [cases.item_at(stage, n, "check_papers") for n in numbers]
    for item in items:
        stage.office.perform(ClaimTask(item.id, item.version), actor)
    body = {"version": items[0].version + 1, "data": cases.answer(stage, "check_papers"), "token": "t"}
    done = clerk.send(f"/cases/{numbers[0]}/tasks/{items[0].id}/complete", body)
    page = clerk.get(done.json["address"]).text
    assert "“受理审查”已办结。" in page
    assert f'href="/cases/{numbers[1]}/tasks/{items[1].id}">下一件：' in page
    assert "我的待办还有 1 件" in page


def test_a_programme_without_monthly_amounts__is_not_simulated(
    stage: Stage, every_bundle: list[Bundle]
) -> None:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    supervisor = stage.actor("supervisor", "340199")
    for bundle in every_bundle:
        if bundle.id == "temporary_relief":
            releases.put_in_force(stage, bundle)
    draft = stage.office.perform(OpenDraft("temporary_relief"), supervisor).draft
    answer = Person(stage, "supervisor").post(f"/studio/{draft}/simulate", {"on": "2026-03-02"})
    assert answer.status_code == 409
    assert "没有按月发放的金额" in answer.text
