"""Playing a scenario: real commands through the real door, time moved, the result compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from processes import commands as c
from processes.cases import clocks
from processes.cases.models import Case, WorkItem
from processes.engine import runtime, trail
from processes.engine.facts import Facts
from processes.errors import FormInvalid, ScenarioInvalid, YimenError
from processes.papers.models import IssuedPaper
from processes.people import id_number as ids
from processes.policy import values
from processes.rehearsal import compare
from processes.rehearsal.county import COUNTY, division_code
from processes.rehearsal.scenarios import Scenario
from processes.rehearsal.stage import Stage
from processes.releases import publish
from processes.relief import queries as relief
from processes.relief.models import AwardMember

_BIRTH = date(1976, 5, 12)


@dataclass(slots=True)
class Result:
    """What came of a scenario."""

    scenario: str
    file: str
    passed: bool = False
    outcome: str | None = None
    award: dict[str, Any] | None = None
    path: list[str] = field(default_factory=list)
    clocks: dict[str, Any] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    flows: dict[str, list[str]] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    refused: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        shown: dict[str, Any] = values.plain(asdict(self))
        return {k: v for k, v in shown.items() if k not in ("flows", "open", "values", "refused")}


def play(stage: Stage, scenario: Scenario) -> Result:
    """Play one scenario on a founded stage and say every difference from what it expects."""
    result = Result(scenario.title, scenario.file)
    player = _Player(stage, scenario.content)
    try:
        player.begin()
        for n, step in enumerate(scenario.content.get("steps", []), start=1):
            player.take(n, step)
    except YimenError as fault:
        result.refused = fault.code
        if scenario.content["expect"].get("refused") != fault.code:
            result.differences.append(f"{player.place}：{_said(fault)}")
    if player.number:
        player.look(result)
    result.differences += player.differences
    result.differences += compare.differences(scenario.content["expect"], result)
    result.passed = not result.differences
    return result


class _Player:
    """The people of one scenario."""

    def __init__(self, stage: Stage, content: Mapping[str, Any]) -> None:
        self.stage = stage
        self.content = content
        self.division = division_code(str(content["division"]))
        self.number = ""
        self.place = "登记家庭"
        self.differences: list[str] = []

    def begin(self) -> None:
        """Register the household and start the case."""
        self.stage.set_clock(_instant(self.content["at"]))
        self._enter_holidays()
        clerk = self.stage.actor("window_clerk", self.division)
        form = household_form(self.content["household"], self.division)
        saved = self.stage.office.perform(c.SaveHousehold(form, token=str(uuid4())), clerk)
        self.place = "提出申请"
        started = self.stage.office.perform(
            c.StartCase(
                str(self.content["programme"]), saved["household"], dict(self.content["application"]),
                token=str(uuid4()),
            ),
            clerk,
        )  # fmt: skip
        self.number = started["case"]

    def take(self, n: int, step: Mapping[str, Any]) -> None:
        """Take one step; a step that must be refused is compared with its error code."""
        self.place = f"第 {n} 步（{step.get('task') or step.get('wait') or step.get('extend')}）"
        for key in ("after", "wait"):
            if key in step:
                self.stage.move(str(step[key]))
        if "task" not in step and "extend" not in step:
            return
        expected = step.get("refused")
        try:
            self._act(step)
        except YimenError as fault:
            if fault.code != expected:
                raise
        else:
            if expected:
                self.differences.append(f"{self.place}：应被拒绝（{expected}），实际办成")

    def _act(self, step: Mapping[str, Any]) -> None:
        if "extend" in step:
            actor = self.stage.actor(str(step.get("by", "township_leader")), self.division)
            command: c.Command = c.ExtendClock(self.number, str(step["extend"]), str(step.get("reason", "")))
        else:
            item = self._item(str(step["task"]))
            actor = self.stage.actor(str(step.get("by", item.role)), self.division)
            command = self._command(step, item)
        self.stage.office.perform(command, actor)

    def _command(self, step: Mapping[str, Any], item: WorkItem) -> c.Command:
        match step.get("action", "complete"):
            case "complete":
                return c.CompleteTask(item.id, item.version, dict(step.get("data", {})), str(uuid4()))
            case "return":
                ref = self._earlier(str(step["to"]))
                return c.ReturnTask(item.id, item.version, ref, str(step.get("reason", "")), str(uuid4()))
            case "claim":
                return c.ClaimTask(item.id, item.version)
            case _:
                to = self.stage.actor(str(step["to"]), self.division).account_id
                return c.TransferTask(item.id, item.version, to or 0, str(step.get("reason", "")))

    def _earlier(self, task: str) -> str:
        with self.stage.database.reading("") as session:
            query = (
                select(WorkItem.ref)
                .where(WorkItem.case_number == self.number, WorkItem.task == task, WorkItem.status == "done")
                .order_by(WorkItem.id.desc())
            )
            return session.scalars(query).first() or task

    def _item(self, task: str) -> WorkItem:
        with self.stage.database.reading("") as session:
            open_items = session.scalars(
                select(WorkItem)
                .where(WorkItem.case_number == self.number, WorkItem.status == "open")
                .order_by(WorkItem.id)
            ).all()
        found = [i for i in open_items if i.task == task]
        if not found:
            waiting = "、".join(i.task for i in open_items) or "无"
            raise ScenarioInvalid(reason=f"环节 {task} 当前没有待办；待办的环节：{waiting}")
        return found[-1]

    def _enter_holidays(self) -> None:
        supervisor = self.stage.actor("supervisor", COUNTY)
        for notice in self.content.get("holidays", []):
            self.stage.office.perform(
                c.EnterHolidayNotice(
                    int(notice["year"]),
                    tuple(map(_day, notice.get("days_off", []))),
                    tuple(map(_day, notice.get("worked_weekends", []))),
                    str(notice["document"]),
                ),
                supervisor,
            )

    def look(self, result: Result) -> None:
        """Read what came of it."""
        with self.stage.database.reading("") as session:
            case = session.scalars(select(Case).where(Case.number == self.number)).one()
            bundle = publish.open_release(session, case.release_id)
            definition = bundle.definition(case.process or None)
            facts = Facts(self.stage.clock.now, lambda name, on: bundle.policy.value(name, on, case.division))
            state = runtime.restore(definition, case.state, facts)
            passed = trail.trail(definition, state)
            result.outcome, result.path = case.outcome, list(passed.steps)
            result.flows = {
                definition.files[p]: sorted({f.id for f in d.flows} & set(passed.flows))
                for p, d in definition.diagrams.items()
            }
            result.values = dict(runtime.look(definition, state, facts).data)
            result.clocks = {
                k.name: {
                    "started": k.started_on,
                    "due": k.due_on,
                    "extension": k.extension,
                    "warned": k.warned,
                }
                for k in clocks.of_case(session, case.id)
            }
            result.documents = list(
                session.scalars(
                    select(IssuedPaper.kind)
                    .where(IssuedPaper.case_id == case.id, IssuedPaper.standing == "standing")
                    .order_by(IssuedPaper.id)
                )
            )
            result.open = list(
                session.scalars(
                    select(WorkItem.task).where(WorkItem.case_id == case.id, WorkItem.status == "open")
                )
            )
            award = relief.of_case(session, case.id)
            if award is not None:
                members = session.scalar(
                    select(func.count()).select_from(AwardMember).where(AwardMember.award_id == award.id)
                )
                result.award = {
                    "monthly": award.monthly_amount, "from": award.from_month, "grade": award.grade,
                    "cover": award.cover, "members": members,
                }  # fmt: skip


def household_form(raw: Mapping[str, Any], division: str) -> dict[str, Any]:
    """A household as the screen would hand it over; ID numbers are made up where none is given."""
    members, incomes, expenses = [], [], []
    for n, member in enumerate(raw["members"]):
        members.append(
            {
                **{k: v for k, v in member.items() if k not in ("income", "expense", "birth", "sex")},
                "id_number": member.get("id_number") or _made_up(member, n),
            }
        )
        incomes += [{"kind": k, "amount": str(v), "member": n} for k, v in member.get("income", {}).items()]
        expenses += [{"kind": k, "amount": str(v), "member": n} for k, v in member.get("expense", {}).items()]
    return {
        "division": division,
        "address": raw.get("address", "东村三组12号"),
        "phone": raw.get("phone", "13800000000"),
        "category": raw.get("category", ""),
        "members": members,
        "incomes": incomes,
        "expenses": expenses,
        "properties": [
            {"kind": k, "amount": str(v), "member": 0} for k, v in raw.get("property", {}).items()
        ],
        "property_exemption": raw.get("property_exemption", ""),
    }


def _made_up(member: Mapping[str, Any], n: int) -> str:
    serial = 2 * (100 + n) + (member.get("sex", "男") == "男")
    return ids.compose(COUNTY, _day(member["birth"]) if "birth" in member else _BIRTH, serial)


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _said(fault: YimenError) -> str:
    fields = (
        "；".join(f"{k}：{v[0]}" for k, v in fault.fields.items()) if isinstance(fault, FormInvalid) else ""
    )
    return f"{fault.message}{fields}（{fault.code}）"


__all__ = ["Decimal"]
