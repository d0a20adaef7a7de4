"""Plays a scenario: real commands through the real door, a movable clock, the result compared."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from processes.access.scope import township_of
from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.errors import FormInvalid, ScenarioInvalid, YimenError
from processes.office.cases.calls import AttachCall, NoteCall
from processes.office.cases.limits import ExtendClock
from processes.office.cases.start import StartCase
from processes.office.command import Command
from processes.office.county.holidays import ConfirmHolidays, ProposeHolidays
from processes.office.county.parameters import ConfirmParameter, ProposeParameter
from processes.office.funds.entries import ConfirmFundEntry, EnterFundEntry
from processes.office.funds.offers import AddOffer
from processes.office.steps.claim import ClaimTask
from processes.office.steps.complete import CompleteTask
from processes.office.steps.recompute import Recompute
from processes.office.steps.send_back import ReturnTask
from processes.office.steps.transfer import TransferTask
from processes.people import queries as people
from processes.policy import holidays
from processes.rehearsal import compare, observation
from processes.rehearsal.county import COUNTY, division_code
from processes.rehearsal.registering import MAIN, Register, household_form, save
from processes.rehearsal.results import Result
from processes.rehearsal.scenarios import Scenario
from processes.rehearsal.stage import Stage
from processes.texts import tr

_REGISTER = {"register": tr("变更家庭"), "resolve": tr("处理登记差异"), "identify": tr("查明身份")}
"""Steps that change the register."""
CALLER = "caller"
"""The household of a caller, as steps of a scenario name it."""
_RECOMPUTE = "recompute"
"""Recomputation at a step, because data changed after the computation."""


def play(stage: Stage, scenario: Scenario) -> Result:
    """Play one scenario on a founded stage and return every difference from what it expects."""
    result = Result(scenario.title, scenario.file)
    player = Player(stage, scenario.content)
    try:
        player.begin()
        for n, step in enumerate(scenario.content.get("steps", []), start=1):
            player.take(n, step)
    except YimenError as fault:
        result.refused = fault.code
        if scenario.content["expect"].get("refused") != fault.code:
            result.differences.append(tr("{place}：{fault}", place=player.place, fault=_said(fault)))
    result.number, result.division = player.number, player.division
    if player.number:
        observation.look(stage, player.number, player.division, result)
        if "screening" in scenario.content["expect"]:
            observation.screen(stage, player.household, result)
    result.differences += player.differences
    result.differences += compare.differences(scenario.content["expect"], result)
    result.passed = not result.differences
    return result


class Player:
    """Plays the people of one scenario."""

    def __init__(self, stage: Stage, content: Mapping[str, Any]) -> None:
        self.stage = stage
        self.content = content
        self.division = division_code(str(content["division"]))
        self.number = ""
        self.place = tr("登记家庭")
        self.differences: list[str] = []
        self.household = ""
        self.register = Register(stage, self.division)

    def begin(self) -> None:
        """Register the household and start the case."""
        self.stage.set_clock(_instant(self.content["at"]))
        self._enter_holidays()
        if "fund" in self.content:
            self._top_up(Decimal(str(self.content["fund"])))
        for offer in self.content.get("offers", []):
            self.stage.office.perform(
                AddOffer(offer["organisation"], offer["kind"], offer["description"], None),
                self.stage.actor("window_clerk", self.division),
            )
        if "household" in self.content:
            self.household = self.register.add(MAIN, self.content["household"])
        for name, raw in self.content.get("households", {}).items():
            self.place = tr("登记家庭 {name}", name=name)
            self.register.add(name, raw)
        if "call" in self.content:
            self.place = tr("登记来电")
            self._note_call(self.content["call"])
        else:
            self.place = tr("提出申请")
            self._start(self.content)

    def _note_call(self, form: Mapping[str, Any]) -> None:
        """Take a call by somebody who is not registered; the file opened for them is the household `caller`."""
        command = NoteCall(
            str(self.content["programme"]),
            str(self.content["process"]),
            {"place": self.division, **form},
            str(uuid4()),
        )
        noted = self.stage.office.perform(command, self.stage.actor("window_clerk", self.division))
        self.number, self.household = str(noted.case), str(noted.household)
        self.register.open_for(CALLER, self.household)

    def _start(self, raw: Mapping[str, Any]) -> None:
        """Start a case; the expected result is that of the case started last."""
        if raw is not self.content and isinstance(raw.get("household"), Mapping):
            form = household_form(raw["household"], self.division)
            clerk = self.stage.actor("window_clerk", self.division)
            self.household = save(
                self.stage.office, clerk, form, confirm=bool(raw["household"].get("confirm"))
            )
        elif raw is not self.content and "household" in raw:
            name = str(raw["household"])
            self.household = self.register.number_of(name)
            self.division = self.register.division_of(name)
        clerk = self.stage.actor("window_clerk", self.division)
        command = StartCase(
            str(raw["programme"]),
            self.household,
            self._with_people(raw["application"]),
            str(uuid4()),
            str(raw.get("process", "")),
        )
        self.number = str(self.stage.office.perform(command, clerk).case)

    def _with_people(self, application: Mapping[str, Any]) -> dict[str, Any]:
        """Replace members given by name (`spent_for: [李秀英]`) by what the form uses."""
        with self.stage.database.reading("") as session:
            household = people.household_by_number(session, self.household)
            ids_of = {m.person.name: str(m.person_id) for m in household.members}
        return {
            key: [ids_of.get(v, v) if isinstance(v, str) else v for v in value]
            if isinstance(value, list)
            else value
            for key, value in application.items()
        }

    def _top_up(self, amount: Decimal) -> None:
        """Top up the township's petty fund: entered by one officer, confirmed by another."""
        one = self.stage.actor("finance_officer", self.division)
        other = self.stage.actor("finance_officer#2", self.division)
        command = EnterFundEntry(township_of(self.division), "top_up", amount, tr("拨付备用金"), str(uuid4()))
        entry = self.stage.office.perform(command, one).entry
        self.stage.office.perform(ConfirmFundEntry(entry), other)

    def take(self, n: int, step: Mapping[str, Any]) -> None:
        """Take one step; if it must be refused, compare the error code."""
        error_code = (
            tr("参数")
            if "parameter" in step
            else step.get("task")
            or step.get("wait")
            or step.get("extend")
            or (tr("转入家庭档案") if "attach" in step else "")
            or step.get(_RECOMPUTE)
            or self._of_register(step)
        )
        self.place = tr("第 {n} 步（{error_code}）", n=n, error_code=error_code)
        for key in ("after", "wait"):
            if key in step:
                self.stage.move(str(step[key]))
        if "top_up" in step:
            self._top_up(Decimal(str(step["top_up"])))
        if not {"task", "extend", "start", "attach", "parameter", _RECOMPUTE, *_REGISTER} & set(step):
            return
        expected = step.get("refused")
        try:
            self._act(step)
        except YimenError as fault:
            if fault.code != expected:
                raise
        else:
            if expected:
                self.differences.append(
                    tr("{place}：应被拒绝（{expected}），实际办成", place=self.place, expected=expected)
                )

    @staticmethod
    def _of_register(step: Mapping[str, Any]) -> str:
        return next((title for key, title in _REGISTER.items() if key in step), "")

    def _act(self, step: Mapping[str, Any]) -> None:
        if "register" in step:
            self.register.change(step["register"])
            return
        if "resolve" in step:
            self.register.resolve(step["resolve"])
            return
        if "identify" in step:
            self.register.identify(step["identify"])
            return
        if "parameter" in step:
            self._enter_parameter(step["parameter"])
            return
        if "start" in step:
            self._start(step["start"])
            return
        if "attach" in step:
            self.stage.office.perform(
                AttachCall(self.number, self.register.number_of(str(step["attach"]))),
                self.stage.actor("window_clerk", self.division),
            )
            return
        if _RECOMPUTE in step:
            item = self._item(str(step[_RECOMPUTE]), str(step.get("in", "")), str(step.get("department", "")))
            actor = self.stage.actor(str(step.get("by", item.role)), self.division, item.department)
            self.stage.office.perform(Recompute(item.id, item.version, str(uuid4())), actor)
            return
        if "extend" in step:
            actor = self.stage.actor(str(step.get("by", "township_leader")), self.division)
            command: Command[Any] = ExtendClock(self.number, str(step["extend"]), str(step.get("reason", "")))
        else:
            item = self._item(str(step["task"]), str(step.get("in", "")), str(step.get("department", "")))
            actor = self.stage.actor(str(step.get("by", item.role)), self.division, item.department)
            command = self._command(step, item)
        self.stage.office.perform(command, actor)

    def _command(self, step: Mapping[str, Any], item: WorkItem) -> Command[Any]:
        match step.get("action", "complete"):
            case "complete":
                return CompleteTask(item.id, item.version, dict(step.get("data", {})), str(uuid4()))
            case "return":
                ref = self._earlier(item, str(step["to"]))
                return ReturnTask(item.id, item.version, ref, str(step.get("reason", "")), str(uuid4()))
            case "claim":
                return ClaimTask(item.id, item.version)
            case _:
                to = self.stage.actor(str(step["to"]), self.division).account_id
                return TransferTask(item.id, item.version, to or 0, str(step.get("reason", "")))

    def _earlier(self, item: WorkItem, task: str) -> str:
        with self.stage.database.reading("") as session:
            query = (
                select(WorkItem.ref)
                .where(
                    WorkItem.case_id == item.case_id,
                    WorkItem.task == task,
                    WorkItem.status == WorkItemStatus.DONE,
                )
                .order_by(WorkItem.id.desc())
            )
            return session.scalars(query).first() or task

    def _item(self, task: str, programme: str, department: str) -> WorkItem:
        """The open item of a step, in any case of the scenario."""
        with self.stage.database.reading("") as session:
            query = (
                select(WorkItem)
                .join(Case, Case.id == WorkItem.case_id)
                .where(WorkItem.status == WorkItemStatus.OPEN)
            )
            if programme:
                query = query.where(Case.programme == programme)
            if department:
                query = query.where(Case.department == department)
            open_items = session.scalars(query.order_by(WorkItem.id)).all()
        found = [i for i in open_items if i.task == task]
        if not found:
            waiting = tr("、").join(i.task for i in open_items) or tr("无")
            raise ScenarioInvalid(
                reason=tr("环节 {task} 当前没有待办；待办的环节：{waiting}", task=task, waiting=waiting)
            )
        return found[-1]

    def _enter_parameter(self, raw: Mapping[str, Any]) -> None:
        """Enter a value of the county's book by one supervisor and confirm it by another."""
        entry = {
            "value": str(raw["value"]), "since": str(raw["since"]), "division": str(raw.get("division", "")),
            "source": str(raw["source"]), "confirmed": bool(raw.get("confirmed", False)),
        }  # fmt: skip
        command = ProposeParameter(str(raw["name"]), entry, str(uuid4()))
        made = self.stage.office.perform(command, self.stage.actor("supervisor", COUNTY))
        self.stage.office.perform(ConfirmParameter(made.value), self.stage.actor("supervisor#2", COUNTY))

    def _enter_holidays(self) -> None:
        one, other = (self.stage.actor(who, COUNTY) for who in ("supervisor", "supervisor#2"))
        for notice in self.content.get("holidays", []):
            off, worked = (
                holidays.days(" ".join(map(str, notice.get(part, []))))
                for part in ("days_off", "worked_weekends")
            )
            command = ProposeHolidays(int(notice["year"]), off, worked, str(notice["document"]))
            version = self.stage.office.perform(command, one).version
            self.stage.office.perform(ConfirmHolidays(version), other)


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _said(fault: YimenError) -> str:
    fields = (
        tr("；").join(tr("{k}：{v}", k=k, v=v[0]) for k, v in fault.fields.items())
        if isinstance(fault, FormInvalid)
        else ""
    )
    return tr("{message}{fields}（{code}）", message=fault.message, fields=fields, code=fault.code)
