"""The box in the bar: a person, a case, a paper; within one's places; looking by a full number is written down."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select

from processes.access.models import AccessLog
from processes.papers.models import IssuedPaper
from processes.people.models import Person as Registered
from processes.policy.initials import further_initials, initials, other_initials
from processes.rehearsal.stage import Stage
from processes.worker import jobs
from tests.builders import cases
from tests.builders.desks import Person


def _found(person: Person, typed: str) -> str:
    answer = person.post("/search", {"q": typed})
    return str((person.get(answer.location) if answer.status_code == 302 else answer).text)


def test_one_box_finds_person_case_and_paper(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    jobs.make_papers(stage.office)
    clerk = Person(stage, "window_clerk")
    page = _found(clerk, "张建国")
    assert re.findall(r'<h2 class="h6">([^<]+)', page) == ["人员和家庭", "办件"]
    assert number in page
    with stage.database.reading("") as session:
        paper = session.scalars(select(IssuedPaper)).first()
        assert paper is not None
    assert paper.title in _found(clerk, paper.number)
    assert "没有找到" in _found(Person(stage, "t2_clerk"), "张建国"), "another township's"
    assert "没有找到" in _found(Person(stage, "t2_clerk"), paper.number)


def test_a_full_number_finds_its_household_and_is_written_down(stage: Stage) -> None:
    household = cases.a_household(stage)
    with stage.database.reading("") as session:
        person = session.scalars(select(Registered).where(Registered.name == "张建国")).one()
        number = person.id_number
    clerk = Person(stage, "window_clerk")
    answer = clerk.post("/search", {"q": f" {number[:6]} {number[6:]} "})
    assert answer.status_code == 200, "the number stands in no address"
    assert household in answer.text
    assert number not in answer.text
    assert household not in Person(stage, "t2_clerk").post("/search", {"q": number}).text
    with stage.database.reading("") as session:
        query = select(AccessLog.target).where(AccessLog.action == "look_up")
        logged = session.scalars(query).all()
    assert logged == [f"person/{person.id}"] * 2, "not a digit of the number"
    assert Person(stage, "department_officer").post("/search", {"q": number}).status_code == 302, "may not"


def test_a_printed_code_leads_to_its_step(stage: Stage) -> None:
    cases.a_case(stage, "township_opinion")
    with stage.database.reading("") as session:
        code = session.scalars(select(IssuedPaper.code)).first()
    answer = Person(stage, "window_clerk").post("/search", {"q": f"http://desk/verify/{code}"})
    assert answer.location.startswith("/scan?code=")


@pytest.mark.parametrize(
    ("name", "first", "other", "further"),
    [
        ("贺长顺", "hzs", "hcs", []),
        ("张建国", "zjg", "", []),
        ("单建国", "sjg", "djg", ["cjg"]),
        ("吴长福", "wzf", "wcf", []),
    ],
)
def test_every_reading_of_a_name(name: str, first: str, other: str, further: list[str]) -> None:
    assert (initials(name), other_initials(name)) == (first, other)
    assert set(further) <= set(further_initials(name))


@pytest.mark.parametrize("word", ["hzs", "hcs"])
def test_a_name_is_found_by_each_reading(stage: Stage, word: str) -> None:
    born = date(1958, 7, 21).isoformat()
    raw = {"members": [{"name": "贺长顺", "relation": "本人", "birth": born, "sex": "男"}]}
    number = cases.a_case(stage, raw=raw)
    clerk = Person(stage, "window_clerk")
    assert number in clerk.get(f"/worklist?queue=office&q={word}").text
    assert number in _found(clerk, word)


def test_the_third_reading_is_found_as_text(stage: Stage) -> None:
    raw = {"members": [{"name": "单建国", "relation": "本人", "birth": "1958-07-21", "sex": "男"}]}
    number = cases.a_case(stage, raw=raw)
    assert number in Person(stage, "window_clerk").get("/worklist?queue=office&q=cjg").text


def test_the_bar_names_the_county_and_marks_where_one_is(stage: Stage) -> None:
    page = Person(stage, "county_clerk").get("/households").text
    assert re.search(r'href="/households"\s+aria-current=page', page)
    assert page.count("aria-current=page") == 1
    assert "演示县</span>" in page
    inside = Person(stage, "supervisor").get("/holidays").text
    assert re.search(r"aria-current=true>\s*设置\s*</summary>", inside)
    assert re.search(r'href="/holidays"\s+aria-current=page', inside)
    versions = Person(stage, "supervisor").get("/releases/minimum_living_allowance").text
    assert re.search(r"aria-current=true>\s*设置\s*</summary>", versions)
    assert re.search(r'href="/studio"\s+aria-current=page', versions)


def test_people_of_the_same_role_and_place_are_offered_first(stage: Stage) -> None:
    number = cases.a_case(stage)
    clerk = Person(stage, "window_clerk")
    item = cases.item_at(stage, number, "check_papers")
    clerk.post(f"/cases/{number}/tasks/{item.id}/claim", {"version": item.version})
    page = clerk.get(f"/cases/{number}/tasks/{item.id}").text
    box = page[page.index('id="ask-to"') :]
    names = re.findall(r'<option value="\d+">([^（]+)（', box[: box.index("</select>")])
    assert names.index("赵调查") < names.index("郑县办"), "the township before the county"
    away = Person(stage, "investigator").get("/absences").text
    offered = re.findall(r'<option value="\d+">([^（]+)（', away[away.index('id="substitute"') :])
    assert offered[0] == "赵核查", "the other investigator of the township"
    assert not {"赵分管", "赵主管", "韩局长"} & set(offered), "leaders are of another rank"


def test_who_signs_in_again_comes_back_to_the_page_of_the_form(stage: Stage) -> None:
    nobody = Person(stage)
    headers = {"Referer": "https://localhost/households?q=x", "Host": "localhost"}
    answer = nobody.client.post(
        "/households/export", data={"csrf_token": nobody.csrf}, headers=headers, base_url="https://localhost"
    )
    assert answer.location == "/sign-in?next=/households"
    elsewhere = {"Referer": "http://elsewhere.example/page", "Host": "localhost"}
    plain = Person(stage)
    answer = plain.client.post("/households/export", data={"csrf_token": plain.csrf}, headers=elsewhere)
    assert answer.location == "/sign-in?next=/"
