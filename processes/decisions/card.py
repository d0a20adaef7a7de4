"""The decision card: the summary for whoever decides, printed on approval form and letter too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from processes.cases.models import Case, WorkItem
from processes.decisions import deviations, earlier, snapshots
from processes.decisions.deviations import Found
from processes.decisions.differences import Difference
from processes.decisions.earlier import Earlier
from processes.decisions.models import Deviation
from processes.decisions.reading import Computation, ParameterShown
from processes.engine import arithmetic
from processes.engine.explanation import ExplainedLine
from processes.engine.facts import Facts
from processes.people import names
from processes.people.forms import disability
from processes.people.models import Household
from processes.people.queries import same_people
from processes.policy.calendar import civil_date
from processes.policy.figures import amount, figure
from processes.releases.bundle import Bundle
from processes.releases.verdicts import VerdictRule
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr


@dataclass(frozen=True, slots=True)
class PersonShown:
    """A member on the card."""

    name: str
    relation: str
    age: str
    condition: str


@dataclass(frozen=True, slots=True)
class Card:
    """The decision card. `grants` is None until everything is computed."""

    people: tuple[PersonShown, ...]
    covered: str
    grants: bool | None
    amount: str
    unit: str
    arithmetic: str
    income: str
    standard: str
    reason: str
    article: str
    level: str
    failed: tuple[ExplainedLine, ...]
    earlier: tuple[Earlier, ...]
    changed: tuple[Difference, ...]
    objections: tuple[str, ...]
    deviations: tuple[Deviation, ...]
    unconfirmed: tuple[ParameterShown, ...]
    exemptions: str
    category: str
    taken_on: str


def computation(
    session: Session, case: Case, bundle: Bundle, data: Mapping[str, Any], facts: Facts
) -> Computation:
    """Return the computed case with the names of its people at the time of computation."""
    snapshot = snapshots.standing(session, case)
    if snapshot is not None:
        people = {int(m["id"]): str(m["name"]) for m in snapshot.content["members"]}
    else:
        household = session.get_one(Household, case.household_id)
        people = names.of_members(household)
    return Computation(case, bundle, data, people, facts, snapshot)


def of_case(session: Session, computation: Computation) -> Card | None:
    """Return the card of a case whose programme defines a verdict, once something was computed."""
    case = computation.case
    rule = computation.bundle.verdict(case.process)
    if rule is None or not computation.sheets():
        return None
    grants = computation.value(rule.grants)
    found = computation.snapshot
    household = session.get_one(Household, case.household_id)
    same = same_people(session, [m.person_id for m in household.members])
    line = computation.line(rule.amount) if rule.amount else None
    return Card(
        people=_people(found.content["members"]) if found else _people(_registered(household)),
        covered=figure(persons) if isinstance(persons := computation.at(rule.persons), Decimal) else "",
        grants=None if grants is None else bool(grants),
        amount=_said(computation.at(rule.amount)),
        unit="" if line is None else line.result.rpartition(" ")[2],
        arithmetic=arithmetic.of_line(computation.reading, rule.amount.sheet, rule.amount.line)
        if rule.amount
        else "",
        income=_said(computation.at(rule.income)),
        standard=_said(computation.at(rule.standard)),
        reason=str(computation.value(rule.reason) or ""),
        article=str(computation.value(rule.article) or ""),
        level=_level(computation, rule),
        failed=failed(computation, rule),
        earlier=tuple(earlier.of_members(session, household, case, same)),
        changed=tuple(snapshots.changes(session, case, found, same)),
        objections=objections(computation.data),
        deviations=tuple(deviations.of_case(session, case.id)),
        unconfirmed=tuple(p for p in computation.parameters() if not p.confirmed),
        exemptions=str(computation.value(rule.exemptions) or ""),
        category=str(computation.value(rule.category) or ""),
        taken_on="" if found is None else civil_date(found.taken_at).isoformat(),
    )


def _level(computation: Computation, rule: VerdictRule) -> str:
    """Why this level decides, with the limits that the table read."""
    reason = str(computation.value(rule.level) or "")
    limits = [
        tr(
            "{title} {value} {unit}{confirmed}",
            title=p.title,
            value=p.value,
            unit=p.unit,
            confirmed="" if p.confirmed else tr("，未确认"),
        )
        for p in computation.of_table(rule.level.partition(".")[0])
    ]
    return (
        tr("{reason}（{limits}）", reason=reason, limits=tr("；").join(limits))
        if reason and limits
        else reason
    )


def failed(computation: Computation, rule: VerdictRule) -> tuple[ExplainedLine, ...]:
    """Return the rules that the household does not meet, each with its numbers."""
    lines = {(sheet, t.name): t for sheet in {p.sheet for p in rule.rules} for t in computation.lines(sheet)}
    broken = [p for p in rule.rules if computation.at(p) is False]
    return tuple(lines[p.sheet, p.line] for p in broken if (p.sheet, p.line) in lines)


def objections(data: Mapping[str, Any]) -> tuple[str, ...]:
    """Return objections recorded during a public notice."""
    record = data.get("objection_record")
    if not isinstance(record, Mapping) or not record.get("raised"):
        return ()
    return (str(record.get("summary") or tr("公示期间有异议")),)


def note_deviation(
    uow: UnitOfWork, computation: Computation, item: WorkItem, form: Mapping[str, Any]
) -> Found | None:
    """Demand and store the reason of a verdict that differs; does nothing if it does not differ."""
    rule = computation.bundle.verdict(computation.case.process)
    deviation = None if rule is None else deviations.compare(computation, rule, item.task, form)
    if deviation is not None:
        deviations.note(uow, computation.case, item, deviation, deviations.demand_reason(deviation, form))
    return deviation


def _people(members: Sequence[Mapping[str, Any]]) -> tuple[PersonShown, ...]:
    return tuple(
        PersonShown(
            str(m["name"]), str(m["relation"]), str(m["age"]), tr("、").join(_conditions(m)) or tr("健康")
        )
        for m in members
    )


def _conditions(person: Mapping[str, Any]) -> list[str]:
    disabled = disability(str(person["disability_kind"]), int(person["disability_grade"]))
    return (
        [disabled] * bool(disabled)
        + [tr("重病")] * bool(person["grave_illness"])
        + [tr("在校学生")] * bool(person["is_student"])
    )


def _registered(household: Household) -> list[dict[str, Any]]:
    named = names.of_members(household)
    return [
        {
            "name": named[m.person_id], "relation": m.relation, "age": "", "disability_kind": m.person.disability_kind,
            "disability_grade": m.person.disability_grade, "grave_illness": m.person.grave_illness,
            "is_student": m.person.is_student,
        }
        for m in household.members
    ]  # fmt: skip


def _said(value: Any) -> str:
    return amount(value) if isinstance(value, Decimal) else ""
