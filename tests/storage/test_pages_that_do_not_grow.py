"""What pages read does not grow with all that was ever made: plans and numbers of statements, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, insert, select, text, update

from processes.access import audit
from processes.cases import overdue, queries, queues
from processes.cases.models import Case, Clock, WorkItem
from processes.cases.pages import PAGE
from processes.engine import explanation
from processes.oversight import copies, heat, load
from processes.people import queries as register
from processes.people.id_number import compose
from processes.people.models import Person
from processes.policy.calendar import civil_date
from processes.rehearsal.stage import Stage
from tests.builders import cases, desks, plans

PAGES = {
    "township_leader": (
        "/", "/worklist", "/worklist?queue=office", "/worklist?queue=todo&colour=week", "/cases", "/cases?state=open",
        "/cases?programme=minimum_living_allowance", "/cases?since=2026-03-01&until=2026-03-02", "/cases?q=张", "/cases?q=zjg",
        "/households", "/households?q=张", "/households?q=zjg", "/households?q=0012", "/load", "/load/cases",
        "/load/cases?state=late", "/oversight", "/oversight/heat/minimum_living_allowance", "/oversight/moves",
        "/oversight/heat/minimum_living_allowance/cases?task=check_papers&kind=late", "/papers/batch",
    ),
    "county_clerk": (
        "/", "/worklist", "/cases", "/cases?township=340199101", "/households", "/households?q=张", "/load", "/oversight",
        "/papers/batch",
    ),
    "auditor": ("/audit", "/audit?action=paper_read", "/audit?q=郑县办", "/audit?q=340199101", "/cases", "/load"),
}  # fmt: skip


@pytest.fixture
def busy(any_stage: Stage) -> Stage:
    """An office with a case under way at home and one at the window."""
    cases.a_case(any_stage, at="investigate_household")
    cases.a_case(any_stage, raw=cases.OTHER_HOUSEHOLD)
    return any_stage


@pytest.mark.parametrize("role", PAGES)
def test_no_page_reads_a_growing_table_whole(busy: Stage, role: str) -> None:
    person = desks.Person(busy, role)
    for page in PAGES[role]:
        assert person.get(page).status_code == 200, page
        for statement in plans.asked(busy, lambda page=page: person.get(page)):
            whole = plans.read_whole(busy, statement)
            assert not whole, (page, whole, statement[0], plans.plan(busy, statement))


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda s, a: queues.tasks(s, a), "ix_work_item_steps"),
        (lambda s, a: load.by_township(s, date(2026, 3, 2)), "ix_work_item_steps"),
        (lambda s, a: load.late(s, date(2026, 3, 2)), "ix_work_item_open"),
        (lambda s, a: load.items(s, "late", "", "", date(2026, 3, 2), 1), "ix_work_item_open"),
        (lambda s, a: overdue.late(s, date(2026, 3, 2), overdue.LateFilter()), "ix_clock_late"),
        (lambda s, a: queries.cases(s, ""), "ix_case_file_latest"),
        (lambda s, a: queries.cases(s, "", 1, queries.CaseFilter(state="open")), "ix_case_file_status"),
        (lambda s, a: queries.cases(s, "", 1, queries.CaseFilter("temporary_relief")), "ix_case_file_programme"),
        (lambda s, a: register.search(s, ""), "ix_household_latest"),
        (lambda s, a: register.search(s, "张"), "ix_person_name"),
        (lambda s, a: register.search(s, "0012"), "ix_person_id_tail"),
        (lambda s, a: audit.page(s, "paper_read"), "ix_access_log_action"),
        (lambda s, a: audit.page(s, "", "340199101"), "ix_access_log_target"),
    ],
)  # fmt: skip
def test_what_is_asked_stands_in_an_index_in_its_order(stage: Stage, ask: Any, index: str) -> None:
    cases.a_case(stage)
    leader = stage.actor("township_leader", cases.VILLAGE)
    with stage.database.reading(leader.division) as session:
        told = [plans.plan(stage, one) for one in plans.asked(stage, lambda: ask(session, leader))]
    assert told
    assert any(index in plan for plan in told), told
    assert "TEMP B-TREE FOR ORDER BY" not in told[0], told[0]
    assert "TEMP B-TREE FOR DISTINCT" not in told[0], told[0]


def test_the_register_sends_as_many_statements_for_many_households_as_for_few(stage: Stage) -> None:
    clerk = desks.Person(stage, "window_clerk")
    cases.a_household(stage)
    clerk.get("/households")  # that the list is looked at is written down once a while
    few = len(plans.asked(stage, lambda: clerk.get("/households")))
    for n in range(8):
        member = {"name": f"钱{'甲乙丙丁戊己庚辛'[n]}", "relation": "本人", "id_number": _number(n)}
        cases.a_household(stage, f"340199101{201 + n % 3}", {"members": [member]})
    page = clerk.get("/households").text
    assert page.count('data-href="/households/') == 9
    assert len(plans.asked(stage, lambda: clerk.get("/households"))) == few


def _number(n: int) -> str:
    return compose("340199", date(1960, 1, 1) + timedelta(days=n), n)


def test_a_household_is_found_by_initials_tail_name_and_number(any_stage: Stage) -> None:
    number = cases.a_household(any_stage)
    cases.a_household(any_stage, raw=cases.OTHER_HOUSEHOLD)
    with any_stage.database.reading("340199101") as session:
        person = session.scalars(select(Person).where(Person.name == "张建国")).one()
        for word in ("zjg", "ZJ", "张建", "张建国", person.id_tail, number, number.lower()):
            assert [h.number for h in register.search(session, word)] == [number], word
    with any_stage.database.reading("340199102") as session:
        assert register.search(session, "zjg") == []


def test_the_filter_names_the_steps_that_somebody_in_scope_has_open(any_stage: Stage) -> None:
    cases.a_case(any_stage, at="investigate_household")
    cases.a_case(any_stage, raw=cases.OTHER_HOUSEHOLD)
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    both = replace(clerk, roles=frozenset({"window_clerk", "investigator"}))
    with any_stage.database.reading(both.division) as session:
        assert queues.tasks(session, clerk) == [("check_papers", _title(session, "check_papers"))]
        assert {task for task, _ in queues.tasks(session, both)} == {"check_papers", "investigate_household"}
    elsewhere = replace(both, division="340199102")
    with any_stage.database.reading(elsewhere.division) as session:
        assert queues.tasks(session, elsewhere) == []


def _title(session: Any, task: str) -> str:
    return str(session.scalars(select(WorkItem.title).where(WorkItem.task == task).limit(1)).one())


def test_heat_counts_from_the_index_what_the_rows_say(any_stage: Stage) -> None:
    """Offered at 9:00 and done a day and 2.4 hours later: 1584 minutes are 11 tenths of a day."""
    number = cases.a_case(any_stage)
    item = cases.item_at(any_stage, number, "check_papers")
    any_stage.set_clock(item.offered_at + timedelta(minutes=1584))
    cases.complete(any_stage, cases.item_at(any_stage, number, "check_papers"))
    today = civil_date(any_stage.clock.now)
    with any_stage.database.reading("340199") as session:
        process = session.scalars(select(Case.process)).first() or ""
        found = heat.steps(session, "minimum_living_allowance", [process], date(2026, 1, 1), today)
        step = next(s for s in found.steps if s.task == "check_papers")
        assert (step.done, step.open, str(step.median_days), str(step.longest_days)) == (1, 0, "1.1", "1.1")
        behind = heat.cases_behind(
            session, "minimum_living_allowance", [process], date(2026, 1, 1), today, "check_papers", "done"
        )
        assert [case.number for case, _ in behind] == [number]


def test_heat_says_when_its_bound_bites(any_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps are done; of 30,000 nothing is left out, of a bound of one the older is."""
    number = cases.a_case(any_stage)
    for task in ("check_papers", "compare_economy"):
        cases.complete(any_stage, cases.item_at(any_stage, number, task))
        any_stage.move("1 hours")
    leader = desks.Person(any_stage, "township_leader")
    page = "/oversight/heat/minimum_living_allowance"
    assert "只统计最近" not in leader.get(page).text
    monkeypatch.setattr(heat, "LOOKED_AT", 1)
    assert "只统计最近 1 个已办结环节" in leader.get(page).text


def test_the_middle_of_counted_values() -> None:
    """1, 1, 4: the middle is 1 tenth; 1, 1, 4, 8: halfway between 1 and 4 is 2.5 tenths, 0.2 days."""
    assert str(heat._median([(1, 2), (4, 1)])) == "0.1"
    assert str(heat._median([(1, 2), (4, 1), (8, 1)])) == "0.2"
    assert heat._median([]) is None


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (update(WorkItem).where(WorkItem.status == "done").values(took=WorkItem.took + 1), "用时"),
        (update(WorkItem).where(WorkItem.status == "done").values(completed_on=date(2020, 1, 1)), "办结日期"),
        (update(WorkItem).values(process="another"), "流程"),
        (update(Person).values(initials="x"), "拼音首字母"),
        (text("UPDATE issued_paper SET is_printed = 1"), "打印记录"),
    ],
)  # fmt: skip
def test_a_copy_that_differs_from_its_source_is_named(stage: Stage, spoil: Any, said: str) -> None:
    cases.a_case(stage, at="investigate_household")
    with stage.database.snapshot("") as session:
        assert copies.differing(session) == []
    with stage.database.engine.execution_options(write=True).begin() as connection:
        assert connection.execute(spoil).rowcount
    with stage.database.snapshot("") as session:
        assert any(said in sentence for sentence in copies.differing(session))


def test_a_paper_is_to_be_printed_until_it_was(stage: Stage) -> None:
    from processes.papers import batch, issue
    from processes.papers.models import IssuedPaper

    cases.a_case(stage, at="investigate_household")
    with stage.database.unit_of_work() as uow:
        paper = uow.session.scalars(select(IssuedPaper).order_by(IssuedPaper.id)).first()
        assert paper is not None
        paper.status = "ready"
        uow.commit()
    with stage.database.reading("") as session:
        assert [p.code for p, _ in batch.waiting(session)] == [paper.code]
        (listed,) = plans.asked(stage, lambda: batch.waiting(session))
        assert "issued_paper.contract" not in listed[0]
    with stage.database.unit_of_work() as uow:
        row = uow.session.scalars(select(IssuedPaper).where(IssuedPaper.code == paper.code)).one()
        assert issue.record_printing(uow, row, stage.actor("window_clerk", cases.VILLAGE)) == 1
        uow.commit()
    with stage.database.snapshot("") as session:
        assert batch.waiting(session) == []
        assert copies.differing(session) == []


def test_the_day_of_a_persons_office_stands_on_the_home_page(stage: Stage) -> None:
    """Nobody has claimed the step that is due; it counts, stands first and is claimed in place."""
    number = cases.a_case(stage)
    due_on = cases.item_at(stage, number, "check_papers").due_on
    clerk = desks.Person(stage, "window_clerk")
    stage.set_clock(datetime.combine(due_on, datetime.min.time()) + timedelta(hours=9))
    page = clerk.get("/").text
    assert "<strong>1</strong><span>今天到期</span>" in page
    assert "<strong>0</strong><span>我的待办</span>" in page
    assert number in page.split("优先办理")[1].split("新消息")[0]
    assert number in clerk.get("/worklist?queue=todo&colour=today").text
    stage.move("3 days")
    page = clerk.get("/").text
    assert "<strong>1</strong><span>已超期</span>" in page
    item = cases.item_at(stage, number, "check_papers")
    form = page.split("优先办理")[1].split("新消息")[0]
    assert f'action="/cases/{number}/tasks/{item.id}/claim"' in form
    assert clerk.post(f"/cases/{number}/tasks/{item.id}/claim", {"version": item.version}).status_code == 302
    page = clerk.get("/").text
    assert "签收并办理" not in page
    assert f'href="/cases/{number}/tasks/{item.id}"' in page


def test_another_offices_steps_are_not_in_ones_own_day(stage: Stage) -> None:
    number = cases.a_case(stage)
    stage.move("60 days")
    page = desks.Person(stage, "t2_clerk").get("/").text
    assert "<strong>0</strong><span>已超期</span>" in page
    assert number not in page


def _noted(stage: Stage, targets: list[str]) -> None:
    actor = stage.actor("window_clerk", cases.VILLAGE)
    with stage.database.unit_of_work() as uow:
        for target in targets:
            audit.note(uow, actor, "case_read", target)
        uow.commit()


@pytest.mark.parametrize("looked_at", [2, 1000], ids=["beyond the newest", "among the newest"])
def test_the_beginning_of_a_target_is_found__wherever_its_entries_stand(
    any_stage: Stage, monkeypatch: pytest.MonkeyPatch, looked_at: int
) -> None:
    """Of nine entries five begin with A; two to a page, so that pages are 9 7, 5 3, 1."""
    monkeypatch.setattr(audit, "_LOOKED_AT", looked_at)
    _noted(any_stage, ["A1", "B2", "A3", "B4", "A5", "B6", "A7", "B8", "A9"])
    with any_stage.database.reading("") as session:
        found, before = [], None
        for _ in range(3):
            rows, before = audit.page(session, "case_read", "A", before, size=2)
            found.append([entry.target for entry, _ in rows])
        assert found == [["A9", "A7"], ["A5", "A3"], ["A1"]]
        assert before is None


def test_the_log_sends_as_many_statements_for_many_entries_as_for_few(stage: Stage) -> None:
    auditor = desks.Person(stage, "auditor")
    address = "/audit?q=340199101-X"
    auditor.get(address)
    few = len(plans.asked(stage, lambda: auditor.get(address)))
    _noted(stage, [f"340199101-X-{n}" for n in range(300)])
    many = plans.asked(stage, lambda: auditor.get(address))
    assert len(many) == few


def test_the_newest_entries_are_looked_through_in_their_own_order(stage: Stage) -> None:
    """A township's number begins the target of every entry of the township: in the index they stand in no order."""
    _noted(stage, ["340199101-DB-2026-00001"])
    with stage.database.reading("") as session:
        asked = plans.asked(stage, lambda: audit.page(session, "", "340199101", size=1))
        told = [plans.plan(stage, one) for one in asked if "||" in one[0]]  # as SQLite is told it
    assert told
    assert "ix_access_log_target" not in told[0]
    assert "TEMP B-TREE" not in told[0]


def test_a_case_page_explains_every_sheet_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision card, its parameters and the computation below it read the same lines."""
    number = cases.a_case(stage, at="serve_confirmation")
    leader = desks.Person(stage, "county_leader")
    asked: list[str] = []
    of_sheet = explanation.of_sheet

    def counted(reading: Any, sheet: str, words: Any) -> Any:
        asked.append(sheet)
        return of_sheet(reading, sheet, words)

    monkeypatch.setattr(explanation, "of_sheet", counted)
    assert leader.get(f"/cases/{number}").status_code == 200
    assert asked
    assert len(asked) == len(set(asked))


def test_what_is_late_is_read_in_its_order__from_the_limits_on(any_stage: Stage) -> None:
    """PostgreSQL knows how many cases are open; a hidden column would have it read all of them for two hundred limits."""
    number = cases.a_case(any_stage)
    with any_stage.database.engine.execution_options(write=True).begin() as connection:
        _many_limits(connection, number)
    engine = any_stage.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
    with any_stage.database.reading("340199") as session:
        asked = plans.asked(any_stage, lambda: overdue.late(session, date(2026, 6, 30), overdue.LateFilter()))
    with any_stage.database.engine.connect() as connection:
        sqlite = any_stage.database.is_sqlite
        said = connection.exec_driver_sql(
            ("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + asked[0][0], asked[0][1]
        )
        plan = "\n".join(str(row[3] if sqlite else row[0]) for row in said)
    assert "ix_clock_late" in plan, plan


def _many_limits(connection: Connection, number: str, copies_of: int = 3000) -> None:
    """The case and its limits so many times, each limit red since the spring."""
    case_file, clock = Case.__table__, Clock.__table__
    of_case = connection.execute(select(case_file).where(case_file.c.number == number)).mappings().one()
    limits = connection.execute(select(clock).where(clock.c.case_id == of_case["id"])).mappings().all()
    latest = connection.scalar(select(func.max(clock.c.id))) or 0
    told: list[dict[str, Any]] = []
    made: list[dict[str, Any]] = []
    for n in range(1, copies_of + 1):
        made.append({**of_case, "id": of_case["id"] + n, "number": f"{number}-{n}"})
        for limit in limits:
            latest += 1
            days = {
                name: date(2026, 4, 1) + timedelta(days=n % 60) for name in ("due_on", "yellow_on", "red_on")
            }
            told.append({**limit, **days, "id": latest, "case_id": of_case["id"] + n, "stopped_on": None})
    connection.execute(insert(case_file), made)
    connection.execute(insert(clock), told)


def test_the_order_of_priority_opens_the_items_of_its_page_alone(any_stage: Stage) -> None:
    """Of thirty items with sealed texts a page of twenty-five is opened; the statements are those of one item."""
    number = cases.a_case(any_stage)
    clerk = any_stage.actor("window_clerk", cases.VILLAGE)
    wanted = queues.Wanted("office", order="priority", today=date(2026, 3, 2), points=_POINTS)

    def page() -> Any:
        with any_stage.database.reading(clerk.division) as session:
            return queues.worklist(session, clerk, wanted).rows

    few = len(plans.asked(any_stage, page))
    with any_stage.database.engine.execution_options(write=True).begin() as connection:
        _many_items(connection, number)
    loaded: list[int] = []

    def note(item: WorkItem, _context: object) -> None:
        loaded.append(item.id)

    event.listen(WorkItem, "load", note)
    asked = plans.asked(any_stage, page)
    event.remove(WorkItem, "load", note)
    assert len(asked) == few
    assert len(loaded) == PAGE


_POINTS = dict.fromkeys(("overdue", "red", "yellow", "returned", "urged", "category", "waiting"), 1)


def _many_items(connection: Connection, number: str) -> None:
    table = WorkItem.__table__
    one = connection.execute(select(table).where(table.c.case_number == number)).mappings().one()
    latest = connection.scalar(select(func.max(table.c.id))) or 0
    rows = [{**one, "id": latest + n, "ref": f"{one['ref']}-{n}"} for n in range(1, PAGE + 6)]
    connection.execute(insert(table), rows)
