"""The case page by tabs and the strip of every step: what whoever works on it sees without looking for it."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from processes.cases.models import Attachment
from processes.coordination import screening
from processes.office.cases.attachments import AddAttachment
from processes.papers import signing
from processes.people import queries as people
from processes.policy.calendar import civil_date
from processes.rehearsal.stage import Stage
from processes.releases import bundle as bundles
from tests.builders import cases, files, reliefs
from tests.builders.desks import Person
from tests.conftest import CONTENT

PANELS = ["overview", "family", "files", "flow", "records"]


def strip(page: str) -> str:
    return page[page.index('id="summary"') : page.index('id="form"')]


def step(stage: Stage, number: str, who: str) -> str:
    item = cases.open_items(stage, number)[0]
    return str(Person(stage, who).get(f"/cases/{number}/tasks/{item.id}").text)


def test_every_part_of_a_case_is_in_a_tab_and_in_view_without_a_script(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    page = Person(stage, "township_leader").get(f"/cases/{number}").text
    assert [p for p in PANELS if f'class="case-panel" id="{p}"' in page] == PANELS
    assert [p for p in PANELS if f'href="#{p}"' in page] == PANELS
    assert "hidden" not in re.findall(r'<div class="case-panel"[^>]*>', page)[0]
    parts = {p: page.index(f'class="case-panel" id="{p}"') for p in PANELS}
    order = [*parts.values(), len(page)]
    where = {
        "decision": "overview", "clocks": "overview", "comments": "overview", "attachments": "files", "diagram": "flow",
    }  # fmt: skip
    for mark, panel in where.items():
        n = PANELS.index(panel)
        assert order[n] < page.index(f'id="{mark}"') < order[n + 1], mark


def test_formulas_are_for_supervisors(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    for who in ("township_leader", "window_clerk", "village_assistant"):
        assert 'class="formula"' not in Person(stage, who).get(f"/cases/{number}").text
    assert 'class="formula"' in Person(stage, "supervisor").get(f"/cases/{number}").text


def test_acceptance_shows_the_materials_and_what_was_declared(stage: Stage) -> None:
    number = cases.a_case(stage)
    page = step(stage, number, "window_clerk")
    for title in ("社会救助申请书", "诚信承诺书", "家庭经济状况核对授权书", "身份证、户口簿", "残疾人证"):
        assert title in page
    assert page.count("未提交") == 7
    assert "张建国（本人）、李秀英（配偶）" in strip(page)
    assert "15,000.00 元/年" in strip(page)


def test_comparison_shows_what_was_declared_and_opinions_what_was_found(stage: Stage) -> None:
    number = cases.a_case(stage, "compare_economy")
    item = cases.item_at(stage, number, "compare_economy")
    page = Person(stage, "comparison_officer").get(f"/cases/{number}/tasks/{item.id}").text
    assert "15,000.00 元/年" in strip(page)
    assert "<details open" in strip(page)
    number = cases.a_case(stage, "township_opinion", raw=cases.person_household("777"))
    page = step(stage, number, "township_leader")
    told = strip(page)
    assert re.search(r"<b>家庭经济状况核对</b>\s*与申报一致", told)
    assert "砖房" in told and "入户调查表" in told and "全程办理时限：" in told


def test_handing_over_says_how_much(whole_stage: Stage) -> None:
    """车祸 1 人：768 × 1 × 2 = 1,536.00，从乡镇备用金。"""
    stage = whole_stage
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    reliefs.money(stage)
    number = reliefs.emergency(stage, cases.a_household(stage, raw=reliefs.FAMILY))
    page = step(stage, number, "township_leader")
    assert "周大海" in page and "1,536.00" in page
    command = reliefs.completing(stage, number, "township_decision", reliefs.APPROVE)
    stage.office.perform(command, stage.actor("township_leader", cases.VILLAGE))
    page = step(stage, number, "window_clerk")
    assert "应发放救助金 1,536.00 元（乡镇备用金" in strip(page)


def sent(stage: Stage, number: str, material: str, *names: str) -> Any:
    body = {"material": material, "file": [(io.BytesIO(files.a_pdf()), name) for name in names]}
    return Person(stage, "window_clerk").post(f"/cases/{number}/attachments/add", body)


def test_files_are_filed_under_a_material_many_at_once_with_a_small_picture(stage: Stage) -> None:
    number = cases.a_case(stage)
    answer = sent(stage, number, "identity", "身份证.pdf", "户口簿.pdf")
    assert json.loads(answer.text) == {"names": ["身份证.pdf", "户口簿.pdf"]}
    with stage.database.reading("") as session:
        kept = session.scalars(select(Attachment).order_by(Attachment.id)).all()
        assert [(a.name, a.material) for a in kept] == [
            ("身份证.pdf", "identity"),
            ("户口簿.pdf", "identity"),
        ]
    clerk = Person(stage, "window_clerk")
    picture = clerk.get(f"/cases/{number}/attachments/{kept[0].id}/preview")
    assert (
        picture.mimetype == "image/jpeg"
        and picture.data.startswith(b"\xff\xd8")
        and len(picture.data) < 40_000
    )
    for page in (clerk.get(f"/cases/{number}").text, step(stage, number, "window_clerk")):
        line = page[page.index('data-material="identity"') : page.index('data-material="evidence"')]
        assert "✓ 已提交" in line and line.count('class="thumb"') == 2
    other = Person(stage, "t2_clerk")
    assert other.get(f"/cases/{number}/attachments/{kept[0].id}/preview").status_code == 404


def test_a_material_that_nobody_asks_for_is_refused(stage: Stage) -> None:
    number = cases.a_case(stage)
    answer = sent(stage, number, "passport", "护照.pdf")
    assert answer.status_code == 422 and "材料清单中没有这一项" in answer.text


def test_the_first_look_has_one_row_a_programme_with_numbers(whole_stage: Stage) -> None:
    """工资 15,000 − 就业成本 2,764.80 = 12,235.20；÷ 2 人 ÷ 12 月 = 509.80 < 768。"""
    stage = whole_stage
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    number = cases.a_household(stage)
    with stage.database.reading("") as session:
        household = people.household_by_number(session, number)
        found = screening.screen(session, household, stage.clock.now, civil_date(stage.clock.now))
    first = next(s for s in found if s.title == "最低生活保障")
    assert first.figures == "人均月收入 509.80 元 < 标准 768.00 元"
    assert [who for who, _ in first.grouped] == [""]
    assert first.need == "basic_living=yes" and "身份证、户口簿" in first.materials
    page = Person(stage, "window_clerk").get(f"/households/{number}/apply/one_window").text
    assert page.count("<td>最低生活保障</td>") == 1
    assert 'data-need="basic_living=yes"' in page
    assert "text-bg-success" not in page[page.index("全户筛查") : page.index('id="schema-data"')]


def test_after_a_registration_the_clerk_goes_on_with_what_it_opened(whole_stage: Stage) -> None:
    stage = whole_stage
    stage.set_clock(datetime.fromisoformat("2026-03-02T09:00"))
    household = cases.a_household(stage)
    data = {
        "source": "counter", "residence": "local", "basic_living": "yes", "cause": "illness", "relative_of_official": "no",
        "urgent": "no", "rigid": "no", "description": "困难", "phone": "13800000001", "consent": True,
        "bank_account": "6217009876543210",
    }  # fmt: skip
    answer = Person(stage, "window_clerk").send(
        f"/households/{household}/apply/one_window", {"data": data, "token": str(uuid4())}
    )
    assert "-DB-2026-" in json.loads(answer.text)["address"]


@pytest.mark.parametrize(
    ("paper", "seal"),
    [("acceptance_notice", "加盖乡镇人民政府印章"), ("confirmation_notice", "加盖县民政局印章")],
)
def test_the_button_of_a_seal_names_the_seal(paper: str, seal: str) -> None:
    rule = bundles.read_folder(CONTENT / "minimum_living_allowance").papers[paper]
    turn = signing.next_of(rule, (), ())
    assert turn is not None and turn.title == seal


def test_a_command_carries_the_material(stage: Stage) -> None:
    number = cases.a_case(stage)
    command = AddAttachment(number, "授权书.pdf", files.a_pdf(), "authorisation")
    stage.office.perform(command, stage.actor("window_clerk", cases.VILLAGE))
    page = Person(stage, "window_clerk").get(f"/cases/{number}").text
    line = page[page.index('data-material="authorisation"') : page.index('data-material="identity"')]
    assert "授权书.pdf" in line


def test_who_edits_a_family_sees_its_members_once(stage: Stage) -> None:
    """The list for reading is folded for who has the fields below it; who only reads has the list alone."""
    number = cases.a_household(stage)
    edits = Person(stage, "window_clerk").get(f"/households/{number}").text
    assert edits.index('<details class="mb-1"') < edits.index("证件号码、身份查明")
    assert '<details class="mb-1" open' not in edits
    assert edits.count('aria-label="家庭成员"') == 1
    reads = Person(stage, "auditor").get(f"/households/{number}").text
    assert "证件号码、身份查明" not in reads
    assert 'aria-label="家庭成员"' not in reads
    assert "<th>关系</th>" in reads
