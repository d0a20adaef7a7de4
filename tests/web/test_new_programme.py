"""A supervisor begins a programme in the studio, and a second one publishes it, as it was made."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select

from processes.cases.models import Case
from processes.errors import DutySeparation, FormInvalid, RuleBroken
from processes.office.cases.start import StartCase
from processes.office.steps.complete import CompleteTask
from processes.office.studio.drafts import (
    ApproveDraft,
    AskRehearsal,
    AskSimulation,
    BeginProgramme,
    DiscardDraft,
    ProposeDraft,
)
from processes.rehearsal.stage import Stage
from processes.releases import drafts, publish
from processes.releases.models import Draft
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person

NAMES = {"name": "student_aid", "title": "助学救助", "code": "ZX"}


def _begun(stage: Stage) -> int:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    answer = Person(stage, "supervisor").post("/studio/new", NAMES)
    assert answer.status_code == 302
    return int(answer.headers["Location"].rsplit("/", 1)[1])


@pytest.mark.slow
def test_two_supervisors_publish_it_as_it_is__and_a_case_goes_through(stage: Stage) -> None:
    draft = _begun(stage)
    first, second = (stage.actor(w, "340199") for w in ("supervisor", "supervisor#2"))
    page = Person(stage, "supervisor").get(f"/studio/{draft}").text
    assert "student_aid.bpmn" in page
    for part in ("changes", "record"):
        assert Person(stage, "supervisor").get(f"/studio/{draft}/{part}").status_code == 200
    office = stage.office
    with pytest.raises(RuleBroken) as told:
        office.perform(AskSimulation(draft, date(2026, 3, 2)), first)
    assert "不用模拟" in told.value.message
    office.perform(AskRehearsal(draft), first)
    assert jobs.rehearse_drafts(office) == 1
    with stage.database.reading("") as session:
        run = drafts.one(session, draft).rehearsal
    assert (run["state"], run["failed"]) == ("done", [])
    office.perform(ProposeDraft(draft, "新建助学救助", date(2026, 3, 2)), first)
    with pytest.raises(DutySeparation):
        office.perform(ApproveDraft(draft), first)
    made = office.perform(ApproveDraft(draft), second)
    assert (made.programme, made.number) == ("student_aid", 1)

    household = cases.a_household(stage)
    clerk, leader = (stage.actor(w, cases.VILLAGE) for w in ("window_clerk", "township_leader"))
    application = {"reason": "学费困难", "persons": 1, "phone": "13800000001"}
    number = str(office.perform(StartCase("student_aid", household, application), clerk).case)
    for actor, answers in (
        (clerk, {"decision": "accept", "statement": "材料齐全"}),
        (leader, {"decision": "approve", "statement": "同意"}),
    ):
        (item,) = cases.open_items(stage, number)
        office.perform(CompleteTask(item.id, item.version, answers), actor)
    assert "-ZX-" in number
    assert cases.outcome(stage, number) == "granted"
    with stage.database.reading("") as session:
        assert session.scalars(select(Case.programme_title).where(Case.number == number)).one() == "助学救助"


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"name": "minimum_living_allowance"}, "name", "已由“最低生活保障”使用"),
        ({"name": "Student"}, "name", "标识由小写字母"),
        ({"title": "最低生活保障"}, "title", "已有名为“最低生活保障”的项目"),
        ({"title": "Aid"}, "title", "名称应为中文"),
        ({"code": "DB"}, "code", "代码“DB”已由“最低生活保障”使用"),
        ({"code": "z"}, "code", "代码为二至六个大写字母"),
    ],
)
def test_what_is_wrong_is_told_at_its_field__and_what_was_typed_stays(
    stage: Stage, said: dict[str, str], field: str, sentence: str
) -> None:
    typed = {**NAMES, **said}
    answer = Person(stage, "supervisor").post("/studio/new", typed)
    assert answer.status_code == 422
    assert f'id="new-{field}-fault">' in answer.text
    assert sentence in answer.text
    for value in typed.values():
        assert f'value="{value}"' in answer.text
    with stage.database.reading("") as session:
        assert session.scalar(select(Draft)) is None


def test_a_draft_under_way_keeps_its_names__until_it_is_given_up(stage: Stage) -> None:
    draft = _begun(stage)
    supervisor = stage.actor("supervisor#2", "340199")
    with pytest.raises(FormInvalid) as told:
        stage.office.perform(BeginProgramme(**NAMES), supervisor)
    assert set(told.value.fields) == {"name", "title", "code"}
    stage.office.perform(DiscardDraft(draft), supervisor)
    assert stage.office.perform(BeginProgramme(**NAMES), supervisor).draft != draft


def test_what_is_shared_comes_from_the_release_published_last(stage: Stage) -> None:
    draft = _begun(stage)
    with stage.database.reading("") as session:
        files = drafts.bundle_of(drafts.one(session, draft)).files
        newest = publish.open_release(session, publish.published_programmes(session)[0].id).files
    shared = {n: raw for n, raw in newest.items() if n.startswith("common/")}
    assert shared
    assert {n: raw for n, raw in files.items() if n.startswith("common/")} == shared
