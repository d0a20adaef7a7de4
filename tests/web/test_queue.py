"""The queue as people use it: conditions, search, order, kept filters, many steps at once, the home page's figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from processes.access.models import Account
from processes.cases.models import WorkItem
from processes.policy.initials import initials
from processes.rehearsal.stage import Stage
from tests.builders import cases
from tests.builders.desks import Person


@pytest.fixture
def three(stage: Stage) -> list[str]:
    """Three cases at the window: 张建国 and 周大海 of one village, 吴长福 of another."""
    return [
        cases.a_case(stage),
        cases.a_case(stage, raw=cases.OTHER_HOUSEHOLD),
        cases.a_case(stage, raw=cases.FOURTH_HOUSEHOLD, division=f"{cases.VILLAGE[:9]}202"),
    ]


def _rows(page: str) -> list[str]:
    return [part.split("/")[0].split('"')[0] for part in page.split('data-href="/cases/')[1:]]


def _chosen(stage: Stage, numbers: list[str]) -> list[dict[str, int]]:
    with stage.database.reading("") as session:
        query = select(WorkItem).where(WorkItem.case_number.in_(numbers), WorkItem.status == "open")
        return [{"id": i.id, "version": i.version} for i in session.scalars(query.order_by(WorkItem.id))]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("zjg", [0]), ("ZD", [1]), ("z", [0, 1]), ("张", [0]), ("东村", [0, 1]), ("西村", [2]), ("没有", []),
    ],
)  # fmt: skip
def test_a_word_finds_by_name_initials_and_village(
    stage: Stage, three: list[str], word: str, found: list[int]
) -> None:
    page = Person(stage, "window_clerk").get(f"/worklist?queue=office&q={word}").text
    assert sorted(_rows(page)) == sorted(three[n] for n in found)


def test_initials_of_names() -> None:
    assert initials("张建国") == "zjg"
    assert initials("欧阳 Anna") == "oyanna"
    assert initials("𬱟") == "w"


def test_conditions_of_the_filter(stage: Stage, three: list[str]) -> None:
    clerk = Person(stage, "window_clerk")
    assert len(_rows(clerk.get("/worklist?queue=office&programme=minimum_living_allowance").text)) == 3
    assert _rows(clerk.get("/worklist?queue=office&programme=temporary_relief").text) == []
    assert len(_rows(clerk.get("/worklist?queue=office&task=check_papers").text)) == 3
    assert _rows(clerk.get("/worklist?queue=office&colour=overdue").text) == []
    stage.move("30 days")
    assert len(_rows(clerk.get("/worklist?queue=office&colour=overdue").text)) == 3
    assert _rows(clerk.get("/worklist?queue=office&colour=yellow").text) == []


def test_the_order_by_priority_explains_itself(stage: Stage, three: list[str]) -> None:
    leader = Person(stage, "township_leader")
    late = cases.item_at(stage, three[1], "check_papers")
    leader.post(f"/cases/{three[1]}/tasks/{late.id}/urge", {})
    page = Person(stage, "window_clerk").get("/worklist?queue=office&order=priority").text
    assert _rows(page)[0] == three[1], "urged goes first where the limits are the same"
    assert "催办 1 次（+15）" in page
    # Opened on 2 March, 30 days later: the limit of acceptance is long over, that counts 100.
    stage.set_clock(datetime(2026, 4, 1, 9, 0))
    assert "（+100）" in Person(stage, "window_clerk").get("/worklist?queue=office&order=priority").text


def test_columns_are_chosen(stage: Stage, three: list[str]) -> None:
    clerk = Person(stage, "window_clerk")
    page = clerk.get("/worklist?queue=office&columns=programme,number").text
    table = page[page.index('<table class="table table-sm table-hover') :]
    assert "最低生活保障" in table
    assert "<th>证件后四位</th>" not in table
    assert "<th>证件后四位</th>" in clerk.get("/worklist?queue=office&columns=%3Cx%3E").text, (
        "nonsense shows the usual ones"
    )


def test_a_filter_is_kept_and_shared(stage: Stage, three: list[str]) -> None:
    clerk = Person(stage, "window_clerk")
    told = {
        "queue": "office",
        "task": "check_papers",
        "name": "待审材料",
        "filter_colour": "red",
        "shared": "1",
    }
    kept = clerk.post("/worklist/filters", told)
    assert kept.status_code == 302
    page = clerk.get("/worklist?queue=mine").text
    assert "待审材料" in page
    assert "task=check_papers" in page
    assert "待审材料" in Person(stage, "t1_investigator").get("/worklist").text, "shared in the township"
    assert "待审材料" not in Person(stage, "t2_clerk").get("/worklist").text
    assert "请填写筛选名称" in clerk.post("/worklist/filters", {"name": " "}).text
    number = page.split("/worklist/filters/")[1].split("/")[0]
    assert Person(stage, "t1_investigator").post(f"/worklist/filters/{number}/drop", {}).status_code == 404
    clerk.post(f"/worklist/filters/{number}/drop", {})
    assert "待审材料" not in clerk.get("/worklist?queue=mine").text


def _batch(who: Person, kind: str, items: list[dict[str, int]], **more: Any) -> Any:
    return who.send("/worklist/batch", {"kind": kind, "items": items, **more})


def test_many_steps_are_claimed_with_a_result_each_and_undone(stage: Stage, three: list[str]) -> None:
    clerk = Person(stage, "window_clerk")
    items = _chosen(stage, three)
    items[1]["version"] += 1
    answer = _batch(clerk, "claim", items).json
    assert [r["ok"] for r in answer["results"]] == [True, False, True]
    assert "刷新" in answer["results"][1]["said"]
    assert answer["undo_seconds"] == 60
    assert sorted(_rows(clerk.get("/worklist?queue=mine").text)) == sorted([three[0], three[2]])
    undone = clerk.send(f"/worklist/batch/{answer['batch']}/undo", {}).json
    assert [r["ok"] for r in undone["results"]] == [True, True]
    assert len(_rows(clerk.get("/worklist?queue=office").text)) == 3
    assert "已经撤销过" in clerk.send(f"/worklist/batch/{answer['batch']}/undo", {}).json["message"]


def test_undo_leaves_alone_what_somebody_has_gone_on_with(stage: Stage, three: list[str]) -> None:
    clerk = Person(stage, "window_clerk")
    answer = _batch(clerk, "claim", _chosen(stage, three[:2])).json
    item = cases.item_at(stage, three[0], "check_papers")
    done = {"version": item.version, "data": {"decision": "accept"}, "token": "a"}
    assert clerk.send(f"/cases/{three[0]}/tasks/{item.id}/complete", done).status_code == 200
    undone = clerk.send(f"/worklist/batch/{answer['batch']}/undo", {}).json
    assert [r["ok"] for r in undone["results"]] == [False, True]


def test_undo_ends_after_a_minute_and_is_ones_own(stage: Stage, three: list[str]) -> None:
    clerk = Person(stage, "window_clerk")
    answer = _batch(clerk, "claim", _chosen(stage, three[:1])).json
    assert Person(stage, "t1_leader").send(f"/worklist/batch/{answer['batch']}/undo", {}).status_code == 404
    stage.move("2 minutes")
    assert "超过了 60 秒" in clerk.send(f"/worklist/batch/{answer['batch']}/undo", {}).json["message"]


def test_many_steps_are_handed_over(stage: Stage) -> None:
    numbers = [cases.a_case(stage, "investigate_household", raw=r) for r in (None, cases.OTHER_HOUSEHOLD)]
    investigator = Person(stage, "t1_investigator")
    items = [i for i in _chosen(stage, numbers) if _task(stage, i["id"]) == "investigate_household"]
    _batch(investigator, "claim", items)
    items = [i for i in _chosen(stage, numbers) if _task(stage, i["id"]) == "investigate_household"]
    with stage.database.reading("") as session:
        to = session.scalars(select(Account.id).where(Account.username == "t1_investigator2")).one()
    refused = _batch(investigator, "transfer", items, to=to, reason="").json
    assert not any(r["ok"] for r in refused["results"]), "each needs the reason"
    answer = _batch(investigator, "transfer", items, to=to, reason="片区调整").json
    assert all(r["ok"] for r in answer["results"])
    assert len(_rows(Person(stage, "t1_investigator2").get("/worklist").text)) == 2


def _task(stage: Stage, item_id: int) -> str:
    with stage.database.reading("") as session:
        return session.get_one(WorkItem, item_id).task


def test_decisions_are_not_made_in_batches(stage: Stage, three: list[str]) -> None:
    clerk = Person(stage, "window_clerk")
    for kind in ("complete", "return", ""):
        assert "不能批量办理" in _batch(clerk, kind, _chosen(stage, three)).json["message"]
    assert "请选择" in _batch(clerk, "claim", []).json["message"]
    assert Person(stage, "auditor").send("/worklist/batch", {"kind": "claim", "items": []}).status_code == 403


def test_the_home_page_and_what_is_behind_its_figures(stage: Stage, three: list[str]) -> None:
    clerk = Person(stage, "window_clerk")
    _batch(clerk, "claim", _chosen(stage, three[:1]))
    page = clerk.get("/").text
    assert "优先办理" in page
    assert three[0] in page
    county = Person(stage, "county_clerk")
    load = county.get("/load").json
    assert load["townships"] == [
        {
            "title": "演示县城关镇",
            "open": 3,
            "late": 0,
            "week": 3,
            "address": "/load/cases?township=340199101",
        }
    ]
    assert sorted(_rows(county.get("/load/cases?township=340199101&state=open").text)) == sorted(three)
    assert _rows(county.get("/load/cases?township=340199101&state=late").text) == []
    stage.move("30 days")
    assert county.get("/load").json["townships"][0]["late"] == 3
    assert len(_rows(county.get("/load/cases?township=340199101&state=late").text)) == 3
    assert _rows(Person(stage, "t2_clerk").get("/load/cases").text) == [], (
        "another township's load is its own"
    )
