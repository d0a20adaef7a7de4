"""常用意见: one's own and the office's, once each; what is said of papers made again and migrations taken back."""

from __future__ import annotations

import re

import pytest

from processes.errors import Invalid, NotFound
from processes.office.personal.phrases import DropPhrase, KeepPhrase
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person


def _texts(person: Person) -> list[str]:
    return [row["text"] for row in person.get("/phrases").json["phrases"]]


def test_opinions_are_ones_own_or_the_offices(stage: Stage) -> None:
    leader, other, county = (Person(stage, who) for who in ("t1_leader", "t1_leader2", "county_leader"))
    assert leader.send("/phrases", {"text": "情况属实，同意上报。"}).status_code == 200
    leader.send("/phrases", {"text": "情况属实，同意上报。"})
    leader.send("/phrases", {"text": "请补充核实收入。", "shared": True})
    assert _texts(leader) == ["情况属实，同意上报。", "请补充核实收入。"], "kept once"
    assert _texts(other) == ["请补充核实收入。"]
    assert _texts(county) == []
    shared = other.get("/phrases").json["phrases"][0]
    assert not shared["mine"]
    assert other.send(f"/phrases/{shared['id']}/drop", {}).status_code == 404, "somebody else's"
    assert leader.send(f"/phrases/{shared['id']}/drop", {}).status_code == 200
    assert _texts(other) == []
    assert Person(stage, "auditor").get("/phrases").status_code == 403


def test_what_is_no_opinion_is_refused(any_stage: Stage) -> None:
    leader = any_stage.actor("township_leader", cases.VILLAGE)
    for text in ("", "  ", "长" * 301):
        with pytest.raises(Invalid, match="1 至 300 个字"):
            any_stage.office.perform(KeepPhrase(text), leader)
    for n in range(40):
        any_stage.office.perform(KeepPhrase(f"意见{n}"), leader)
    with pytest.raises(Invalid, match="40 条"):
        any_stage.office.perform(KeepPhrase("再一条"), leader)
    with pytest.raises(NotFound):
        any_stage.office.perform(DropPhrase(1), any_stage.actor("county_leader", "340199"))


def test_a_paper_that_stands_is_not_made_again_unasked(stage: Stage) -> None:
    number = cases.a_case(stage, "township_opinion")
    clerk = Person(stage, "window_clerk")
    assert ">制作社会救助申请书</button>" in clerk.get(f"/cases/{number}").text.replace("\n", "")
    clerk.post(f"/cases/{number}/make-paper", {"paper": "assistance_application"})
    page = clerk.get(f"/cases/{number}").text
    assert "重新制作社会救助申请书" in page
    assert "重新制作将另取文号" in page


def test_notices_of_one_kind_stand_in_one_line(stage: Stage) -> None:
    for raw in (cases.HOUSEHOLD, cases.OTHER_HOUSEHOLD, cases.THIRD_HOUSEHOLD, cases.FOURTH_HOUSEHOLD):
        cases.a_case(stage, "township_opinion", raw=raw)
    stage.move("60 days")
    supervisor = Person(stage, "supervisor")
    home = supervisor.get("/").text
    assert "周大海的“" not in home
    assert "4 件办件的“" in home
    page = supervisor.get("/notices").text
    assert "4 件办件的“" in page
    assert "周大海" in page, "each of them under the line"
    assert re.search(r'aria-label="消息，\d+ 条未读"', page), "the bar counts on this page too"
