"""Cases that walked the real engine to where a test needs them."""

from __future__ import annotations

import zlib
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from processes.cases.models import Case, WorkItem
from processes.office.cases.start import StartCase
from processes.office.steps.complete import CompleteTask
from processes.policy.calendar import civil_date
from processes.rehearsal.registering import household_form, save
from processes.rehearsal.stage import Stage

VILLAGE = "340199101201"
DAY = "2026-03-02"
SECOND = "赵核查"
"""Who goes along on a visit in the first township."""
HOUSEHOLD: dict[str, Any] = {
    "members": [
        {
            "name": "张建国",
            "relation": "本人",
            "birth": "1978-06-15",
            "sex": "男",
            "income": {"wages": 15000},
        },
        {"name": "李秀英", "relation": "配偶", "birth": "1980-02-20", "sex": "女"},
    ]
}
APPLICATION = {
    "cause": "illness",
    "reason": "妻子常年患病",
    "relative_of_official": "no",
    "phone": "13800000001",
    "bank_account": "6217009876543210",
}
ANSWERS: dict[str, dict[str, Any]] = {
    "check_papers": {"decision": "accept"},
    "compare_economy": {"result": "consistent", "report_number": "核1"},
    "investigate_household": {
        "visited_on": DAY, "second_investigator": SECOND, "householder_present": "张建国", "living": "砖房",
        "income_found": "打工", "doubtful": "no", "householder_signed": True,
    },
    "democratic_appraisal": {
        "held_on": DAY, "place": "村委会", "participants": 9, "in_favour": 8, "conclusion": "true",
        "opinions": "属实",
    },
    "township_opinion": {"opinion": "agree", "statement": "建议纳入"},
    "post_notice": {"posted_on": DAY, "place": "公开栏"},
    "record_objection": {"summary": "有务工收入"},
    "county_visit": {"visited_on": DAY, "second_visitor": "宋核对", "consistent": "yes", "finding": "一致"},
    "county_check": {"result": "submit", "statement": "提请确认"},
    "county_decision": {"decision": "confirm", "statement": "同意"},
    "serve_confirmation": {"served_on": DAY, "method": "hand", "receiver": "张建国"},
    "post_announcement": {"posted_on": DAY, "place": "公开栏"},
}  # fmt: skip


def person_household(seed: str) -> dict[str, Any]:
    """A household of one person, another one for every seed."""
    born = date(1950, 1, 1) + timedelta(days=zlib.crc32(seed.encode()) % 18_000)
    return {
        "members": [{"name": f"周{seed[-3:]}", "relation": "本人", "birth": born.isoformat(), "sex": "男"}]
    }


def a_household(stage: Stage, division: str = VILLAGE, raw: dict[str, Any] | None = None) -> str:
    """A registered household."""
    clerk = stage.actor("window_clerk", division)
    form = household_form(raw or HOUSEHOLD, division)
    return save(stage.office, clerk, form, confirm=True)


def noon() -> datetime:
    """Noon of the first day of the tests."""
    return datetime.fromisoformat("2026-03-02T12:00")


OTHER_HOUSEHOLD: dict[str, Any] = {
    "members": [{"name": "周大海", "relation": "本人", "birth": "1969-01-09", "sex": "男"}]
}
THIRD_HOUSEHOLD: dict[str, Any] = {
    "members": [{"name": "孙玉兰", "relation": "本人", "birth": "1958-07-21", "sex": "女"}]
}
FOURTH_HOUSEHOLD: dict[str, Any] = {
    "members": [{"name": "吴长福", "relation": "本人", "birth": "1949-02-11", "sex": "男"}]
}


def a_case(
    stage: Stage,
    at: str = "check_papers",
    division: str = VILLAGE,
    raw: dict[str, Any] | None = None,
    on: str = "2026-03-02T09:00",
) -> str:
    """A case that stands at a step, reached through the door like any other, opened on a day."""
    stage.set_clock(datetime.fromisoformat(on))
    clerk = stage.actor("window_clerk", division)
    household = a_household(stage, division, raw)
    command = StartCase("minimum_living_allowance", household, APPLICATION, str(uuid4()))
    number = str(stage.office.perform(command, clerk).case)
    walk(stage, number, at, division)
    return number


def walk(stage: Stage, number: str, at: str, division: str = VILLAGE) -> None:
    """Take a case to a step, reached through the door like any other."""
    for _ in range(15):
        waiting = open_items(stage, number)
        if any(i.task == at for i in waiting):
            return
        item = waiting[0]
        if item.task == "record_objection":
            stage.move("8 days")
            continue
        complete(stage, item, division)
    raise AssertionError(f"the case never came to {at}")


def open_items(stage: Stage, number: str) -> list[WorkItem]:
    """Open work items of a case, oldest first."""
    with stage.database.reading("") as session:
        query = select(WorkItem).where(WorkItem.case_number == number, WorkItem.status == "open")
        return list(session.scalars(query.order_by(WorkItem.id)))


def item_at(stage: Stage, number: str, task: str) -> WorkItem:
    """The open work item of a step."""
    return next(i for i in open_items(stage, number) if i.task == task)


def answer(
    stage: Stage, task: str, answers: dict[str, dict[str, Any]] = ANSWERS, division: str = VILLAGE
) -> dict[str, Any]:
    """What a step is answered with: dated on the day on which the stage stands, with a colleague of the place."""
    today = civil_date(stage.clock.now).isoformat()
    here = {DAY: today, SECOND: second_in(division)}
    return {k: here.get(v, v) if isinstance(v, str) else v for k, v in answers[task].items()}


def second_in(division: str) -> str:
    """The second investigator of the township of a place."""
    return SECOND if len(division) < len("340199101") else f"{'赵钱孙李周吴'[int(division[8]) - 1]}核查"


def complete(stage: Stage, item: WorkItem, division: str = VILLAGE, by: str | None = None) -> None:
    """Do a step as its role would, on the day of the clock: no date lies before its cause."""
    actor = stage.actor(by or item.role, division)
    command = CompleteTask(item.id, item.version, answer(stage, item.task, division=division), str(uuid4()))
    stage.office.perform(command, actor)


def outcome(stage: Stage, number: str) -> str | None:
    """How a case ended."""
    with stage.database.reading("") as session:
        return session.scalars(select(Case.outcome).where(Case.number == number)).one()


def done_tasks(stage: Stage, number: str) -> set[str]:
    """The steps of a case that somebody finished."""
    with stage.database.reading("") as session:
        query = select(WorkItem.task).where(WorkItem.case_number == number, WorkItem.status == "done")
        return set(session.scalars(query))
