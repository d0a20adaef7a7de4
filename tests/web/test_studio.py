"""The studio on the server: drafts, lint, rehearsal, differences, and a second person who publishes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pikepdf
import pytest
from sqlalchemy import select, update

from processes.access.models import AccessLog, Account
from processes.access.scope import Actor
from processes.cases.models import Case
from processes.demo import filling
from processes.errors import (
    BundleInvalid,
    DutySeparation,
    NotFound,
    PermissionMissing,
    RuleBroken,
    StaleDraft,
)
from processes.office.county.parameters import ConfirmParameter
from processes.office.studio.drafts import (
    ApproveDraft,
    AskRehearsal,
    AskSimulation,
    DiscardDraft,
    NoteRehearsal,
    OpenDraft,
    ProposeDraft,
    SaveDraftFile,
)
from processes.parameters.models import ParameterValue
from processes.policy.calendar import civil_date
from processes.rehearsal.stage import Stage
from processes.releases import compare, drafts, publish
from processes.releases.bundle import Bundle
from processes.releases.models import Release
from processes.settings import Settings
from processes.verbs.registry import office_for_lint
from processes.worker import jobs
from tests.builders import cases, releases, stages
from tests.builders.desks import Person
from tests.conftest import CONTENT

ROW = '{ value = "812.00", from = 2026-07-01, division = "", source = "建议值（低保标准调整）", confirmed = false },'
RAISED = (
    ROW
    + '\n  { value = "850.00", from = 2027-01-01, division = "", source = "县政府〔2026〕9号", confirmed = true },'
)


def supervisor(stage: Stage, who: str = "supervisor") -> Actor:
    return stage.actor(who, "340199")


def opened(stage: Stage) -> int:
    stage.set_clock(datetime(2026, 3, 2, 9, 0))
    return int(stage.office.perform(OpenDraft("minimum_living_allowance"), supervisor(stage)).draft)


def text_of(stage: Stage, draft: int, name: str) -> str:
    with stage.database.reading("") as session:
        return drafts.bundle_of(drafts.one(session, draft)).files[name].decode()


def save(stage: Stage, draft: int, name: str, text: str, version: int = 1) -> int:
    command = SaveDraftFile(draft, version, name, text)
    return int(stage.office.perform(command, supervisor(stage)).version)


@pytest.fixture
def small_stage(settings_here: Settings, allowance: Bundle, tmp_path: Path) -> Iterator[Stage]:
    """An office whose content folder has 低保 alone, with as many scenarios as publishing needs."""
    content = tmp_path / "bpmn"
    content.mkdir()
    for name in ("clauses.toml", "common", "minimum_living_allowance"):
        (content / name).symlink_to(CONTENT / name)
    settings = replace(settings_here, content=content)
    made = stages.on_sqlite(settings, tmp_path / "stage.sqlite", releases.few_scenarios(allowance))
    yield made
    made.close()


@pytest.mark.slow
def test_raise_the_standard__rehearse__propose__a_second_person_publishes(small_stage: Stage) -> None:
    stage = small_stage
    running = cases.a_case(stage)
    draft = opened(stage)
    policy = text_of(stage, draft, "common/policy.toml")
    assert ROW in policy
    save(stage, draft, "common/policy.toml", policy.replace(ROW, RAISED))
    office = stage.office
    propose = ProposeDraft(draft, "2027 年标准", date(2026, 4, 1))
    with pytest.raises(RuleBroken, match="rule_broken"):
        office.perform(propose, supervisor(stage))  # not rehearsed yet
    office.perform(AskRehearsal(draft), supervisor(stage))
    assert jobs.rehearse_drafts(office) == 1
    assert jobs.rehearse_drafts(office) == 0
    with pytest.raises(RuleBroken) as fault:
        office.perform(propose, supervisor(stage))  # money would change: not without a simulation
    assert "模拟" in fault.value.message
    office.perform(AskSimulation(draft, date(2027, 1, 1)), supervisor(stage))
    assert jobs.simulate_drafts(office) == 1
    page = Person(stage, "supervisor").get(f"/studio/{draft}").text
    assert "全部通过" in page
    assert "低保标准 自 2027-01-01：850.00（县政府〔2026〕9号）" in page
    assert "待您审批发布" not in Person(stage, "supervisor2").get("/").text
    office.perform(propose, supervisor(stage))
    assert "待您审批发布" in Person(stage, "supervisor2").get("/").text
    assert "的流程修改待审批发布" in Person(stage, "supervisor2").get("/notices").text
    assert "待您审批发布" not in Person(stage, "supervisor").get("/").text, (
        "who had a hand in it is not asked"
    )
    with pytest.raises(DutySeparation):
        office.perform(ApproveDraft(draft), supervisor(stage))
    made = office.perform(ApproveDraft(draft), supervisor(stage, "supervisor#2"))
    assert made.number == 2
    with stage.database.reading("") as session:
        case = session.scalars(select(Case).where(Case.number == running)).one()
        assert session.get_one(Release, case.release_id).number == 1  # what is under way stays as it began
        today, later = date(2026, 3, 2), date(2026, 4, 1)
        numbers = [
            session.get_one(Release, publish.current_id(session, "minimum_living_allowance", day)).number
            for day in (today, later)
        ]
        assert numbers == [1, 2]
        newest = publish.open_release(session, publish.current_id(session, "minimum_living_allowance", later))
        assert str(newest.policy.value("allowance.standard", date(2027, 1, 1), "340199")) == "850.00"
    with pytest.raises(RuleBroken):
        office.perform(ApproveDraft(draft), supervisor(stage, "supervisor#2"))
    # Setting up again (an upgrade, a restart) does not put the folder's old content in force.
    filling.found(office, office_for_lint(), lambda said: None)
    with stage.database.reading("") as session:
        query = select(Release.number).where(Release.programme == "minimum_living_allowance")
        assert session.scalars(query.order_by(Release.number)).all() == [1, 2]


def test_simulation__who_gains_and_what_it_costs__and_nothing_is_written(stage: Stage) -> None:
    number = cases.a_case(stage, at="serve_confirmation")
    with stage.database.reading("") as session:
        before = session.scalars(select(Case).where(Case.number == number)).one().state
    draft = opened(stage)
    policy = text_of(stage, draft, "common/policy.toml")
    save(stage, draft, "common/policy.toml", policy.replace(ROW, RAISED))
    stage.office.perform(AskSimulation(draft, date(2027, 1, 1)), supervisor(stage))
    assert jobs.simulate_drafts(stage.office) == 1
    with stage.database.reading("") as session:
        found = drafts.one(session, draft).simulation
        assert session.scalars(select(Case).where(Case.number == number)).one().state == before
    # two people, wages 15000; employment cost: 20 % = 3000, at most 30 % of the standard × 12
    # standard 812: 2923.20; 812 × 2 − (15000 − 2923.20) ÷ 12 = 1624 − 1006.40 = 617.60 → 618
    # standard 850: 3000;    850 × 2 − (15000 − 3000) ÷ 12 = 1700 − 1000 = 700
    assert found["rows"] == [{"number": number, "applicant": "张建国", "before": "618", "after": "700"}]
    (place,) = found["places"]
    assert (place["gain"], place["lose"], place["before"], place["after"]) == (1, 0, "618", "700")


def test_a_failing_scenario_is_named_and_bars_the_proposal(stage: Stage) -> None:
    draft = opened(stage)
    sheet = text_of(stage, draft, "entitlement.sheet.toml")
    save(stage, draft, "entitlement.sheet.toml", sheet.replace("round_up(", "round_down(", 1))
    with stage.database.reading("") as session:
        changed = drafts.bundle_of(drafts.one(session, draft))
        base = publish.open_release(session, drafts.one(session, draft).base_id)
        assert [d.file for d in compare.differences(base, changed)][0] == "entitlement.sheet.toml"
    stage.office.perform(
        NoteRehearsal(
            draft, {"state": "done", "digest": "another", "done": 1, "total": 1, "failed": [], "flows": {}}
        ),
        Actor(None, "系统", frozenset({"system"}), ""),
    )  # a report on other content says nothing of this one
    with pytest.raises(RuleBroken):
        stage.office.perform(ProposeDraft(draft, "x", date(2026, 4, 1)), supervisor(stage))


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("apply.bpmn", "check_papers.decision == 'accept'"),
        ("apply.bpmn", "accepted_on = today()"),
        ("apply.bpmn", "due('comparison')"),
        ("eligibility.dmn", "means.property_ok"),
        ("means.sheet.toml", "count(household.members)"),
    ],
)
def test_python_is_kept_as_text__named__and_never_published(stage: Stage, name: str, place: str) -> None:
    draft = opened(stage)
    evil = text_of(stage, draft, name).replace(
        place, "x = __import__('os')" if place.startswith("accepted") else "__import__('os')"
    )
    save(stage, draft, name, evil)
    assert text_of(stage, draft, name) == evil
    answer = Person(stage, "supervisor").send(f"/studio/{draft}/lint/{name}", {"text": evil})
    assert "expression_refused" in {p["rule"] for p in answer.json["problems"]}
    with pytest.raises(BundleInvalid):
        stage.office.perform(ProposeDraft(draft, "x", date(2026, 4, 1)), supervisor(stage))


def test_two_windows_on_one_draft__the_second_is_told(stage: Stage) -> None:
    draft = opened(stage)
    assert save(stage, draft, "CHANGES.md", "一") == 2
    with pytest.raises(StaleDraft):
        save(stage, draft, "CHANGES.md", "二")
    assert text_of(stage, draft, "CHANGES.md") == "一"
    with pytest.raises(NotFound):
        save(stage, draft, "../settings.py", "x", 2)
    with pytest.raises(PermissionMissing):
        stage.office.perform(OpenDraft("minimum_living_allowance"), stage.actor("county_leader", "340199"))


def test_one_draft_at_a_time__given_up_and_begun_again(stage: Stage) -> None:
    draft = opened(stage)
    assert opened(stage) == draft
    stage.office.perform(DiscardDraft(draft), supervisor(stage))
    assert opened(stage) != draft
    with pytest.raises(RuleBroken):
        save(stage, draft, "CHANGES.md", "x")


def test_broken_files_are_kept_and_shown(stage: Stage) -> None:
    draft = opened(stage)
    save(stage, draft, "apply.bpmn", "<not xml")
    desk = Person(stage, "supervisor")
    page = desk.get(f"/studio/{draft}")
    assert page.status_code == 200
    assert "不是有效的 XML" in page.text
    assert desk.get(f"/studio/{draft}/file/grade.dmn").status_code == 200


def test_what_was_asked_of_other_content_is_not_waited_for(stage: Stage) -> None:
    draft = opened(stage)
    stage.office.perform(AskRehearsal(draft), supervisor(stage))
    stage.office.perform(AskSimulation(draft, date(2026, 4, 1)), supervisor(stage))
    save(stage, draft, "CHANGES.md", "改了")
    assert (jobs.rehearse_drafts(stage.office), jobs.simulate_drafts(stage.office)) == (0, 0)
    save(stage, draft, "programme.toml", "kind = 1", 2)
    for command in (AskRehearsal(draft), AskSimulation(draft, date(2026, 4, 1))):
        with pytest.raises(BundleInvalid):
            stage.office.perform(command, supervisor(stage))


def test_a_template_is_previewed_with_a_case_and_with_the_worst(stage: Stage) -> None:
    number = cases.a_case(stage, "serve_confirmation")
    draft = opened(stage)
    desk = Person(stage, "supervisor")
    address = f"/studio/{draft}/preview/papers/approval_form.html"
    usual, worst = desk.get(f"{address}?case={number}"), desk.get(f"{address}?worst=1")
    assert usual.mimetype == worst.mimetype == "application/pdf"
    pages = [len(pikepdf.open(io.BytesIO(a.data)).pages) for a in (usual, worst)]
    with stage.database.reading("") as session:
        read = session.scalars(select(AccessLog.action).where(AccessLog.action == "paper_read")).all()
    assert len(read) == 2, "a preview shows a family's data: it is on record"
    assert pages[0] == 1
    assert pages[1] > 1, "thirty members and long opinions run over the page"
    assert desk.get(f"{address}?case=340199101-DB-2026-99999").status_code == 404
    text = text_of(stage, draft, "papers/approval_form.html").replace("{{ address }}", "{{ adress }}")
    save(stage, draft, "papers/approval_form.html", text)
    assert "adress" in desk.get(address).text


def test_who_changed_a_file_in_between_does_not_publish(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A opens, B changes, A touches a file and proposes: B does not approve, and the page says why."""
    monkeypatch.setattr(drafts, "_demand_sound", lambda *_: None)
    draft = opened(stage)
    name, notes = "forms/application.form", "CHANGES.md"
    theirs = SaveDraftFile(draft, 1, name, text_of(stage, draft, name) + " ")
    stage.office.perform(theirs, supervisor(stage, "supervisor#2"))
    save(stage, draft, notes, text_of(stage, draft, notes) + "\n", 2)
    stage.office.perform(ProposeDraft(draft, "演练", date(2026, 4, 1)), supervisor(stage))
    with pytest.raises(DutySeparation):
        stage.office.perform(ApproveDraft(draft), supervisor(stage, "supervisor#2"))
    with stage.database.reading("") as session:
        told = {file: [row.name for row in rows] for file, rows in drafts.changes(session, draft).items()}
        logged = session.scalars(select(AccessLog.target).where(AccessLog.action == "draft_saved")).all()
    one, other = supervisor(stage).name, supervisor(stage, "supervisor#2").name
    assert told == {"": [one], name: [other], notes: [one]}
    assert logged == [f"minimum_living_allowance/{draft} {n}" for n in (name, notes)]
    page = Person(stage, "supervisor2").get(f"/studio/{draft}").text
    assert "修改人员（均不得审批本草稿）" in page
    assert other in page.split("修改人员")[1]


def test_only_somebody_who_changed_it_proposes__so_that_somebody_is_left_to_approve(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "_demand_sound", lambda *_: None)
    publish_green(monkeypatch)
    draft = opened(stage)
    save(stage, draft, "CHANGES.md", "一")
    other = supervisor(stage, "supervisor#2")
    with pytest.raises(RuleBroken, match="修改过本草稿的人"):
        stage.office.perform(ProposeDraft(draft, "演练", date(2026, 4, 1)), other)
    # saving what stands there already is no change, and bars nobody
    same = SaveDraftFile(draft, 2, "CHANGES.md", "一")
    assert stage.office.perform(same, other).version == 2
    stage.office.perform(ProposeDraft(draft, "演练", date(2026, 4, 1)), supervisor(stage))
    stage.office.perform(ApproveDraft(draft), other)


def test_a_value_may_not_begin_before_the_release_that_brings_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "_demand_sound", lambda *_: None)
    draft = opened(stage)
    name = "common/policy.toml"
    save(stage, draft, name, text_of(stage, draft, name).replace('value = "768.00"', 'value = "777.00"', 1))
    with pytest.raises(RuleBroken, match="早于流程的生效日期"):
        stage.office.perform(ProposeDraft(draft, "以后生效", date(2026, 12, 1)), supervisor(stage))
    with stage.database.reading("") as session:
        today = civil_date(stage.database.clock())
        assert drafts.one(session, draft).status == "open"
    with pytest.raises(RuleBroken, match="不能早于今天"):
        stage.office.perform(ProposeDraft(draft, "倒填", date(1900, 1, 1)), supervisor(stage))
    stage.office.perform(ProposeDraft(draft, "今天生效", today), supervisor(stage))


def test_nobody_with_a_hand_in_a_release__confirms_what_it_brought(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writes a value, B proposes after a change of his own, C approves: what waits is for somebody else."""
    monkeypatch.setattr(drafts, "_demand_sound", lambda *_: None)
    publish_green(monkeypatch)
    author, proposer = supervisor(stage), supervisor(stage, "supervisor#2")
    with stage.database.unit_of_work() as uow:
        uow.session.execute(update(Account).where(Account.username == "auditor").values(roles=["supervisor"]))
        uow.session.execute(
            update(ParameterValue)
            .where(ParameterValue.name == "allowance.standard")
            .values(confirmed_by_id=proposer.account_id, confirmed_by=proposer.name)
        )
        uow.commit()
    approver = supervisor(stage, "supervisor#3")
    draft, name = opened(stage), "common/policy.toml"
    save(stage, draft, name, text_of(stage, draft, name).replace('value = "768.00"', 'value = "777.00"', 1))
    stage.office.perform(SaveDraftFile(draft, 2, "CHANGES.md", "二"), proposer)
    today = civil_date(stage.database.clock())
    stage.office.perform(ProposeDraft(draft, "演练", today), proposer)
    stage.office.perform(ApproveDraft(draft), approver)
    with stage.database.reading("") as session:
        waiting = session.scalars(select(ParameterValue).where(ParameterValue.status == "proposed")).one()
    assert waiting.hands == [author.account_id, proposer.account_id, approver.account_id]
    for hand in (author, proposer, approver):
        with pytest.raises(DutySeparation):
            stage.office.perform(ConfirmParameter(waiting.id), hand)


def publish_green(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publishing without the rehearsal that takes minutes."""
    monkeypatch.setattr(publish, "is_green", lambda *_: True)
