"""The database goes away, the disk is full, a task of the worker has a defect: people are told, the rest goes on."""

from __future__ import annotations

import os
from uuid import uuid4

import pytest
from sqlalchemy import event, select, text

from processes.cases.models import Case
from processes.errors import DatabaseBusy, DatabaseUnreachable
from processes.office import Office
from processes.office.cases.comments import AddComment
from processes.office.steps.complete import CompleteTask
from processes.office.studio.drafts import AskRehearsal, OpenDraft
from processes.papers.models import IssuedPaper
from processes.rehearsal import reports
from processes.rehearsal.stage import Stage
from processes.releases import drafts
from processes.storage import engines
from processes.storage.unit_of_work import Database, current_instant
from processes.worker import heartbeat, jobs, loop
from tests.builders import cases
from tests.builders.desks import Person
from tests.builders.outages import away


@pytest.mark.parametrize("any_stage", ["postgresql"], indirect=True)
def test_the_database_is_away__the_clerk_is_told_and_the_same_click_does_it_later(any_stage: Stage) -> None:
    number = cases.a_case(any_stage)
    item = cases.item_at(any_stage, number, "check_papers")
    clerk = Person(any_stage, "window_clerk")
    assert clerk.get("/").status_code == 200
    work = loop.Worker(any_stage.office)
    body = {"version": item.version, "data": {"decision": "accept"}, "token": str(uuid4())}
    address = f"/cases/{number}/tasks/{item.id}/complete"
    with away(any_stage):
        page = clerk.get("/")
        assert page.status_code == 503
        assert "数据库暂时不能使用" in page.text
        answer = clerk.send(address, body)
        assert (answer.status_code, answer.json["code"]) == (503, "database_unreachable")
        work.go_round()
    assert clerk.send(address, body).status_code == 200
    assert "check_papers" in cases.done_tasks(any_stage, number)
    work.go_round()


def test_the_disk_is_full__nothing_is_half_written(stage: Stage) -> None:
    number = cases.a_case(stage)
    clerk = stage.actor("window_clerk", cases.VILLAGE)

    def no_more_pages(connection: object, *_told: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")

    stage.database.engine.dispose()
    event.listen(stage.database.engine, "connect", no_more_pages)
    with pytest.raises(DatabaseUnreachable):
        for n in range(200):
            stage.office.perform(AddComment(number, f"第 {n} 句" + "长" * 290), clerk)
    event.remove(stage.database.engine, "connect", no_more_pages)
    stage.database.engine.dispose()
    with stage.database.reading("") as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    stage.office.perform(AddComment(number, "又有地方了"), clerk)


def test_a_task_with_a_defect__rests_and_the_others_go_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []

    def broken(_office: Office) -> None:
        done.append("broken")
        raise KeyError("张建国")

    def sound(_office: Office) -> None:
        done.append("sound")

    monkeypatch.setattr(loop, "IN_TURN", ((broken, 1), (sound, 1)))
    monkeypatch.setattr(loop, "BESIDE", ())
    work = loop.Worker(stage.office)
    for _ in range(loop.REST_AFTER_DEFECT + 1):
        work.go_round()
    assert done.count("sound") == loop.REST_AFTER_DEFECT + 1
    assert done.count("broken") == 2, "once, and once more after its rest"
    said = capsys.readouterr().out
    assert "KeyError" in said
    assert "张建国" not in said


def test_a_rehearsal_with_a_defect__is_shown_to_the_supervisor_and_not_begun_for_ever(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    author, person = stage.actor("supervisor", "340199"), Person(stage, "supervisor")
    draft = int(stage.office.perform(OpenDraft("minimum_living_allowance"), author).draft)
    stage.office.perform(AskRehearsal(draft), author)

    def broken(*_given: object) -> None:
        raise KeyError("steps")

    monkeypatch.setattr(reports, "rehearse", broken)
    assert jobs.rehearse_drafts(stage.office) == 1
    assert jobs.rehearse_drafts(stage.office) == 0
    with stage.database.reading("") as session:
        incident = drafts.one(session, draft).rehearsal["incident"]
    assert f"演练没有完成：系统出现故障（编号 {incident}）" in person.get(f"/studio/{draft}").text


def test_without_a_worker__who_waits_for_a_paper_is_told_why(stage: Stage) -> None:
    number = cases.a_case(stage, at="compare_economy")
    clerk, leader = Person(stage, "window_clerk"), Person(stage, "supervisor")
    with stage.database.reading("") as session:
        code = session.scalars(select(IssuedPaper.code)).first()
    assert code, number
    waiting, oversight = f"/papers/{code}.pdf", "/oversight"
    assert "后台任务没有运行，文书暂时不能生成" in clerk.get(waiting).text
    assert "后台任务没有运行" in leader.get(oversight).text
    heartbeat.beat(stage.office.settings)
    assert "文书正在生成，完成后自动打开" in clerk.get(waiting).text
    assert "后台任务没有运行" not in leader.get(oversight).text
    long_ago = (current_instant() - heartbeat.SILENT_AFTER * 2).timestamp()
    os.utime(stage.office.settings.var / "worker.alive", (long_ago, long_ago))
    assert "后台任务没有运行" in leader.get(oversight).text


def test_a_lock_that_nobody_gives_up__makes_the_others_wait_so_long_and_no_longer(
    any_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = cases.a_case(any_stage)
    item = cases.item_at(any_stage, number, "check_papers")
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    command = CompleteTask(item.id, item.version, {"decision": "accept"}, str(uuid4()))
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 300)
    url = any_stage.database.engine.url.render_as_string(hide_password=False)
    impatient = Office(any_stage.office.settings, Database(url, any_stage.clock))
    with any_stage.database.unit_of_work() as held:
        held.session.execute(select(Case).where(Case.number == number).with_for_update())
        with pytest.raises(DatabaseBusy):
            impatient.perform(command, clerk)
    assert impatient.perform(command, clerk).status == "open"
    impatient.database.close()
