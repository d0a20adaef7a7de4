"""The demo office: the county, the published programmes, and about 200 households in all stages."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from processes.access import accounts, divisions, founding
from processes.access.models import Account
from processes.access.scope import Actor
from processes.cases import seconds
from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.compound.sweeping import sweep
from processes.demo import needs
from processes.errors import OfficeFounded, YimenError
from processes.office import Office
from processes.office.cases.start import StartCase
from processes.office.steps.complete import CompleteTask
from processes.people.id_number import compose
from processes.people.models import Household
from processes.policy.calendar import SHANGHAI, WorkCalendar, civil_date
from processes.rehearsal import county, publishing, registering
from processes.rehearsal.stage import MovableClock
from processes.releases import lint
from processes.storage.unit_of_work import Database, current_instant

HOUSEHOLDS = 200
PROGRAMME = "minimum_living_allowance"
_SEED = 20260302
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
_GIVEN = [
    "建国",
    "秀英",
    "志强",
    "桂兰",
    "明",
    "丽",
    "大山",
    "小梅",
    "福生",
    "玉珍",
    "海涛",
    "春花",
    "德明",
    "玥",
    "堃",
    "永贵",
    "金凤",
    "长根",
    "翠萍",
    "文斌",
]
_CAUSES = ("illness", "disability", "no_labour", "schooling", "unemployment")
# The stages that demo cases reach, assigned in turn.
_STAGES = ("check_papers", "supplement", "investigate_household", "township_opinion", "post_notice",
           "record_objection", "county_check", "county_decision", "serve", "confirmed", "confirmed",
           "refused", "none")  # fmt: skip


def found_county(office: Office) -> None:
    """Create the divisions and accounts of the demo county; raises `OfficeFounded` if a real office exists."""
    with office.database.reading("") as session:
        here = founding.installation(session)
        known = here.kind if here else founding.OFFICE if divisions.all_of(session, "") else founding.DEMO
        if known != founding.DEMO:
            raise OfficeFounded(folder=office.settings.var, what="正式单位")
    with office.database.unit_of_work() as uow:
        county.found(uow)
        uow.commit()


def found(office: Office, knows: lint.Office, tell: Callable[[str], None]) -> None:
    """Publish the programmes and create the households, each part only if it does not exist."""
    publishing.publish_content(office, "演示县首次发布", knows, tell)
    with office.database.reading("") as session:
        known = session.scalar(select(func.count()).select_from(Household)) or 0
    if known:
        return
    clock = MovableClock()
    past = Office(office.settings, Database(office.settings.database_url, clock))
    dice = random.Random(_SEED)  # noqa: S311  (made-up people, not secrets)
    clock.now = next(_working_days(70))
    needs.top_up(past)
    for n in range(HOUSEHOLDS):
        _household(past, clock, dice, n)
        if not (n + 1) % 20:
            tell(f"演示家庭 {n + 1}/{HOUSEHOLDS}")
    past.database.close()
    while sweep(office):
        pass


def _household(office: Office, clock: MovableClock, dice: random.Random, n: int) -> None:
    """Create a household, registered on a past working day, and take it to its stage."""
    stage = _STAGES[n % len(_STAGES)]
    division = county.township_code(n % 6 + 1) + f"{201 + n % 3:03d}"
    days = _working_days(
        dice.randrange(25, 60) if stage in ("confirmed", "refused") else dice.randrange(8, 20)
    )
    clock.now = next(days)
    clerk = _actor(office, "window_clerk", division)
    household = registering.save(office, clerk, _people(dice, n, division, stage), confirm=True)
    if stage == "none":
        clock.now = next(_working_days(2 + n % 5))
        today = civil_date(clock.now)
        needs.register(office, household, division, n // len(_STAGES), today, dice)
        return
    application = {
        "cause": _CAUSES[n % len(_CAUSES)],
        "reason": "家庭成员患病或缺乏劳动力，收入不足以维持基本生活",
        "relative_of_official": "no" if n % 41 else "yes",
        "phone": f"138{n:08d}",
    }
    case = office.perform(StartCase(PROGRAMME, household, application), clerk).case
    _play(office, clock, days, case, division, stage)


def _play(
    office: Office, clock: MovableClock, days: Iterator[datetime], case: str, division: str, stage: str
) -> None:
    """Complete the open steps one after another until the stage is reached or the days run out."""
    for _ in range(20):
        item = _next_item(office, case)
        if item is None or item.task == stage or (stage == "serve" and item.task.startswith("serve_")):
            return
        moved = next((d for d in days if d >= clock.now), None)
        if moved is None:
            return
        clock.now = moved
        if item.task == "record_objection":
            for _ in range(8):
                clock.now = min(clock.now + timedelta(days=1), current_instant())
            while sweep(office):
                pass
            still = _next_item(office, case)
            if still is None or still.task == "record_objection":
                return
            continue
        actor = _actor(office, item.role, division)
        data = _answer(item.task, stage, civil_date(clock.now), _second(office, item, actor))
        if data is None:
            return
        try:
            office.perform(CompleteTask(item.id, item.version, data, str(uuid4())), actor)
        except YimenError:
            return
        if stage == "supplement":
            return


def _second(office: Office, item: WorkItem, actor: Actor) -> str:
    """The second person at a step: the first account that may be one."""
    with office.database.reading("") as session:
        found = seconds.choices(session, item.division, item.role, actor.account_id)
    return found[0].value if found else ""


def _answer(task: str, stage: str, today: date, second: str) -> dict[str, Any] | None:
    day = today.isoformat()
    refused = stage == "refused"
    statement = "不符合低保条件" if refused else "情况属实，建议纳入低保"
    decision = (
        {"decision": "refuse", "statement": "不予确认", "refusal_reason": "人均月收入不低于当地低保标准",
         "refusal_article": "《社会救助暂行办法》第九条"}
        if refused
        else {"decision": "confirm", "statement": "同意纳入低保"}
    )  # fmt: skip
    supplement = {"decision": "supplement", "missing": ["authorisation", "income_evidence"]}
    answers: dict[str, dict[str, Any]] = {
        "check_papers": supplement if stage == "supplement" else {"decision": "accept"},
        "compare_economy": {"result": "consistent", "report_number": f"核{today:%Y%m%d}"},
        "investigate_household": {
            "visited_on": day, "second_investigator": second, "householder_present": "户主本人",
            "living": "砖瓦房三间，家具简单", "income_found": "务农为主，收入微薄", "doubtful": "no",
            "neighbours": "邻居反映情况属实", "householder_signed": True,
        },
        "township_opinion": {"opinion": "disagree" if refused else "agree", "statement": statement},
        "post_notice": {"posted_on": day, "place": "村务公开栏"},
        "county_visit": {
            "visited_on": day, "second_visitor": second, "consistent": "yes", "finding": "与乡镇调查一致",
        },
        "county_check": {"result": "submit", "statement": "材料齐全，提请确认"},
        "county_decision": decision,
        "serve_confirmation": {"served_on": day, "method": "hand", "receiver": "户主本人"},
        "post_announcement": {"posted_on": day, "place": "村务公开栏"},
        "serve_refusal": {"served_on": day, "method": "hand", "receiver": "户主本人"},
    }  # fmt: skip
    return answers.get(task)


def _next_item(office: Office, case: str) -> WorkItem | None:
    with office.database.reading("") as session:
        query = (
            select(WorkItem)
            .join(Case, Case.id == WorkItem.case_id)
            .where(Case.number == case, WorkItem.status == WorkItemStatus.OPEN, WorkItem.role != "supervisor")
            .order_by(WorkItem.id)
        )
        return session.scalars(query).first()


def _people(dice: random.Random, n: int, division: str, stage: str) -> dict[str, Any]:
    size = dice.choice((1, 2, 3, 3, 4, 5))
    family = _FAMILY[n % len(_FAMILY)]
    relations = ("本人", "配偶", "子女", "子女", "父母")
    births = (dice.randrange(1955, 1988), dice.randrange(1957, 1988), dice.randrange(2009, 2020),
              dice.randrange(2006, 2022), dice.randrange(1938, 1956))  # fmt: skip
    members = []
    for i in range(size):
        ill = dice.randrange(4) == 0
        disabled = dice.randrange(5) == 0
        surname = dice.choice(_FAMILY) if relations[i] == "配偶" else family
        birth = date(births[i], dice.randrange(1, 13), dice.randrange(1, 28))
        members.append(
            {
                "name": surname + dice.choice(_GIVEN),
                "relation": relations[i],
                "id_number": compose(county.COUNTY, birth, (n * 5 + i) % 500 * 2 + i % 2),
                "disability_kind": dice.choice(("肢体", "视力", "智力")) if disabled else "",
                "disability_grade": dice.randrange(1, 5) if disabled else 0,
                "grave_illness": ill,
                "is_student": relations[i] == "子女",
                "work_ability": "none"
                if relations[i] in ("子女", "父母")
                else dice.choice(("able", "hindered")),
            }
        )
    wages = 60_000 * size if stage == "refused" else dice.randrange(0, 5) * 1_500 * size
    return {
        "division": division,
        "address": f"{dice.randrange(1, 9)}组{dice.randrange(1, 90)}号",
        "phone": f"138{n:08d}",
        "category": dice.choice(("", "", "returned_to_poverty", "monitored", "marginal", "registered")),
        "members": members,
        "incomes": [{"kind": "wages", "amount": wages, "member": 0, "evidence": "收入证明"}] if wages else [],
        "expenses": [{"kind": "medical", "amount": 2_600, "member": 0, "evidence": "发票"}]
        if n % 3 == 0
        else [],
        "properties": [{"kind": "dwellings", "amount": 1, "member": 0, "evidence": "宅基地证"}],
    }


def _working_days(back: int) -> Iterator[datetime]:
    """Mornings of the working days of the last `back` days."""
    calendar = WorkCalendar()
    today = civil_date(current_instant())
    for n in range(back, -1, -1):
        day = today - timedelta(days=n)
        if calendar.is_working_day(day):
            yield min(datetime.combine(day, time(9, 30), SHANGHAI), current_instant())


def _actor(office: Office, role: str, division: str) -> Actor:
    with office.database.reading("") as session:
        rows = session.scalars(select(Account).order_by(Account.id)).all()
        fitting = [a for a in rows if role in a.roles and division.startswith(a.division)]
        return accounts.actor_of(fitting[0])
