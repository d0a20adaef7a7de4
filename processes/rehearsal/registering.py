"""Registration in scenarios: several households, people with and without documents, later changes."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from processes.access.scope import Actor
from processes.errors import HouseholdDoubtful, ScenarioInvalid
from processes.office import Office
from processes.office.people.households import SaveHousehold
from processes.office.people.identify import IdentifyPerson
from processes.office.people.resolve import ResolveDifference
from processes.people import id_number as ids
from processes.people import persons
from processes.people.identity import NONE, OTHER, WITHOUT_NUMBER
from processes.people.models import Household, Membership, Person, PersonDifference
from processes.people.status import DifferenceStatus
from processes.rehearsal.county import COUNTY, division_code
from processes.rehearsal.stage import Stage
from processes.texts import tr

MAIN = ""
"""The household of the scenario's own `household`."""
_BIRTH = date(1976, 5, 12)
_NOT_ON_THE_FORM = ("income", "expense", "birth", "person")
_APART = 50
"""Distance between generated numbers of two households of one scenario."""


def save(
    office: Office, actor: Actor, form: Mapping[str, Any], number: str | None = None, version: int = 0,
    confirm: bool = False,
) -> str:  # fmt: skip
    """Save a household as a clerk would; with `confirm`, warnings are confirmed."""
    command = SaveHousehold(form, number, version, str(uuid4()))
    try:
        return str(office.perform(command, actor).household)
    except HouseholdDoubtful as doubt:
        if not confirm:
            raise
        sure = replace(command, token=str(uuid4()), confirmed=tuple(doubt.sentences))
        return str(office.perform(sure, actor).household)


class Register:
    """The households of one scenario by name, as written there and as stored in the office."""

    def __init__(self, stage: Stage, division: str) -> None:
        self.stage = stage
        self.division = division
        self.raw: dict[str, dict[str, Any]] = {}
        self.numbers: dict[str, str] = {}
        self.documents: dict[str, str] = {}
        """Generated numbers by the person's name."""

    def add(self, name: str, raw: Mapping[str, Any]) -> str:
        """Register a household and return its file number."""
        self.raw[name] = copy.deepcopy(dict(raw))
        apart = _APART * len([n for n in self.raw if n != name]) if name != MAIN else 0
        for n, member in enumerate(self.raw[name]["members"]):
            self._number(member, n + apart)
        self.numbers[name] = self._save(name, None, 0, bool(raw.get("confirm")))
        return self.numbers[name]

    def open_for(self, name: str, number: str) -> None:
        """Use a file without members that a call opened; later steps register its members."""
        self.raw[name] = {"members": []}
        self.numbers[name] = number

    def number_of(self, name: str) -> str:
        """The file number of a household of the scenario."""
        if name not in self.numbers:
            raise ScenarioInvalid(reason=tr("情景中没有名为“{name}”的家庭", name=name))
        return self.numbers[name]

    def division_of(self, name: str) -> str:
        """The division in which a household of the scenario is registered."""
        raw = self.raw[name]
        return division_code(str(raw["division"])) if "division" in raw else self.division

    def change(self, step: Mapping[str, Any]) -> None:
        """Change a household: `set` values, `remove` members by name, `add` members."""
        name = str(step.get("household", MAIN))
        number, before = self.number_of(name), copy.deepcopy(self.raw[name])
        raw = self.raw[name]
        raw["members"] = [m for m in raw["members"] if m["name"] not in step.get("remove", [])]
        for place, value in step.get("set", {}).items():
            put(raw, place, value)
        for n, member in enumerate(step.get("add", [])):
            raw["members"].append(self._number(dict(member), len(before["members"]) + n))
        with self.stage.database.reading("") as session:
            version = session.scalars(select(Household.version).where(Household.number == number)).one()
        try:
            self._save(name, number, version, bool(step.get("confirm")))
        except Exception:
            self.raw[name] = before
            raise

    def resolve(self, step: Mapping[str, Any]) -> None:
        """Resolve a difference of a person, as a clerk of the township that keeps the file."""
        with self.stage.database.reading("") as session:
            query = (
                select(PersonDifference.id, Person.home)
                .join(Person, Person.id == PersonDifference.person_id)
                .where(PersonDifference.status == DifferenceStatus.OPEN, Person.name == str(step["person"]))
                .order_by(PersonDifference.id)
            )
            if "field" in step:
                query = query.where(PersonDifference.field == str(step["field"]))
            found = session.execute(query).first()
        if found is None:
            raise ScenarioInvalid(
                reason=tr(
                    "{step}没有待处理的登记差异（{fields}）",
                    step=step["person"],
                    fields=tr("、").join(persons.FIELDS),
                )
            )
        place = division_code(str(step["division"])) if "division" in step else found.home
        command = ResolveDifference(found.id, bool(step["accept"]), str(step.get("reason", "核实")))
        self.stage.office.perform(command, self._clerk(place))

    def identify(self, step: Mapping[str, Any]) -> None:
        """Identify somebody who was registered without a document."""
        with self.stage.database.reading("") as session:
            query = select(Person.id).where(Person.is_provisional, Person.name == str(step["person"]))
            person_id = session.scalars(query).first()
        if person_id is None:
            raise ScenarioInvalid(reason=tr("没有名为“{step}”的无证件人员", step=step["person"]))
        name = str(step.get("name", step["person"]))
        about = {k: v for k, v in step.items() if k != "person"} | {"name": name}
        number = self.documents.get(name) or self._number(about, _APART - 1)["id_number"]
        command = IdentifyPerson(person_id, number, name, str(step.get("reason", "查明身份")))
        self.stage.office.perform(command, self._clerk(self.division))

    def _number(self, member: dict[str, Any], n: int) -> dict[str, Any]:
        """Give a member the written ID number, that of the same `person` elsewhere, or a generated one."""
        if member.get("document") == NONE:
            member["id_number"] = WITHOUT_NUMBER
        elif "person" in member:
            member["id_number"] = self.documents[str(member["person"])]
        elif not member.get("id_number"):
            member["id_number"] = generated_number(member, n)
        self.documents.setdefault(str(member["name"]), str(member["id_number"]))
        return member

    def _save(self, name: str, number: str | None, version: int, confirm: bool) -> str:
        division = self.division_of(name)
        form = household_form(self.raw[name], division)
        if number is not None:
            self._same_people(number, form)
        return save(self.stage.office, self._clerk(division), form, number, version, confirm)

    def _same_people(self, number: str, form: dict[str, Any]) -> None:
        """Match people without a document by name, so that they stay the same persons."""
        with self.stage.database.reading("") as session:
            known = dict(
                session.execute(
                    select(Person.name, Person.id)
                    .join(Membership, Membership.person_id == Person.id)
                    .join(Household, Household.id == Membership.household_id)
                    .where(Household.number == number, Person.is_provisional)
                ).all()
            )
        for member in form["members"]:
            if member["id_number"] == WITHOUT_NUMBER and member["name"] in known:
                member["person_id"] = known[member["name"]]

    def _clerk(self, division: str) -> Actor:
        return self.stage.actor("window_clerk", division)


def household_form(raw: Mapping[str, Any], division: str) -> dict[str, Any]:
    """Return a household as the registration form submits it; missing ID numbers are generated."""
    members, incomes, expenses = [], [], []
    for n, member in enumerate(raw["members"]):
        values = {k: v for k, v in member.items() if k not in _NOT_ON_THE_FORM}
        number = member.get("id_number") or (
            WITHOUT_NUMBER if member.get("document") == NONE else generated_number(member, n)
        )
        if member.get("document") == OTHER and "birth" in member:
            values["birth_on"] = str(member["birth"])
        members.append(values | {"id_number": number, "key": f"m{n}"})
        incomes += [_line(k, v, n) for k, v in member.get("income", {}).items()]
        expenses += [_line(k, v, n) for k, v in member.get("expense", {}).items()]
    return {
        "division": division,
        "address": raw.get("address", "东村三组12号"),
        "phone": raw.get("phone", "13800000000"),
        "category": raw.get("category", ""),
        "members": members,
        "incomes": incomes,
        "expenses": expenses,
        "properties": [{"kind": k, "amount": str(v)} for k, v in raw.get("property", {}).items()],
        "property_exemption": raw.get("property_exemption", ""),
    }


def _line(kind: str, amount: Any, n: int) -> dict[str, Any]:
    return {"kind": kind, "amount": str(amount), "member": f"m{n}"}


def generated_number(member: Mapping[str, Any], n: int) -> str:
    """Generate a valid ID number from birth, sex and position among the members."""
    serial = 2 * (100 + n) + (member.get("sex", "男") == "男")
    return ids.compose(COUNTY, day(member["birth"]) if "birth" in member else _BIRTH, serial)


def put(content: Any, place: str, value: Any) -> None:
    """Set a value at `household.members.0.income.wages`; raises `ScenarioInvalid` if there is no such path."""
    *path, last = str(place).split(".")
    try:
        for part in path:
            content = content[int(part)] if isinstance(content, list) else content.setdefault(part, {})
        if isinstance(content, list):
            content[int(last)] = value
        else:
            content[last] = value
    except (IndexError, ValueError, AttributeError, TypeError) as fault:
        raise ScenarioInvalid(reason=tr("变体要修改的位置 {place} 不存在", place=place)) from fault


def day(value: Any) -> date:
    """Return a date as YAML gives it."""
    return value if isinstance(value, date) else date.fromisoformat(str(value))
