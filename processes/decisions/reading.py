"""A case's computation for reading: its data, labels, and lines as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from processes.cases.models import Case
from processes.decisions.models import FactSnapshot
from processes.engine import arithmetic, explanation, expressions, tables
from processes.engine.facts import Facts, functions
from processes.errors import ExpressionFailed, ParameterMissing, YimenError
from processes.parameters.pins import CasePolicy
from processes.people.forms import EXPENSE_KINDS, INCOME_KINDS, PROPERTY_KINDS, WORK_ABILITIES
from processes.policy.calendar import civil_date
from processes.policy.parameters import DatedValue
from processes.releases import forms
from processes.releases.bundle import Bundle
from processes.releases.verdicts import Place
from processes.texts import tr

_DATA = {
    **INCOME_KINDS, **EXPENSE_KINDS, **PROPERTY_KINDS, "total": tr("本人收入"), "age": tr("年龄"), "disability_grade": tr("残疾等级"),
    "grave_illness": tr("重病"), "is_student": tr("在校学生"), "work_ability": tr("劳动能力"), "members": tr("家庭成员"),
    "year_total": tr("本年已救助"), "year_count": tr("本年救助次数"), "same_event": tr("同一事件已救助"), "split": tr("疑似拆分"),
    "exempted": tr("财产豁免"), "exemptions": tr("县级豁免的项目"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ParameterShown:
    """A parameter used by a line: title, value, unit, source, whether the county confirmed it."""

    name: str
    title: str
    value: str
    unit: str
    source: str
    since: str
    confirmed: bool
    confirmed_by: str = ""


@dataclass(frozen=True)
class Computation:
    """The computed case: release, data, names of people, context of the computation."""

    case: Case
    bundle: Bundle
    data: Mapping[str, Any]
    people: Mapping[int, str]
    facts: Facts
    snapshot: FactSnapshot | None = None
    """The snapshot that it is based on, or None."""
    _told: dict[str, list[explanation.ExplainedLine]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """Cache of `lines`: the card, its parameters and the page use the same sheets."""

    @property
    def day(self) -> date:
        """The day whose parameter values apply."""
        accepted_on = self.data.get("accepted_on")
        return accepted_on if isinstance(accepted_on, date) else civil_date(self.facts.now)

    @property
    def reading(self) -> arithmetic.Reading:
        """The context with which the engine reads lines."""
        definition = self.bundle.definition(self.case.process)
        calls = functions(self.facts, self.data.get("accepted_on"))
        return arithmetic.Reading(definition.sheets, self.data, calls)

    def value(self, source: str) -> Any:
        """Evaluate an expression over the data; None while part of it is not computed yet."""
        if not source:
            return None
        calls = functions(self.facts, self.data.get("accepted_on"))
        try:
            return expressions.evaluate(expressions.parse(source), self.data, calls)
        except ExpressionFailed:
            return None

    def at(self, place: Place | None) -> Any:
        """Return the value of a line, or None."""
        sheet = self.data.get(place.sheet) if place else None
        return sheet.get(place.line) if place and isinstance(sheet, Mapping) else None

    def lines(self, sheet: str) -> list[explanation.ExplainedLine]:
        """Return every line of a sheet as a sentence."""
        if sheet not in self._told:
            self._told[sheet] = explanation.of_sheet(self.reading, sheet, self.words())
        return self._told[sheet]

    def line(self, place: Place) -> explanation.ExplainedLine | None:
        """Return one line as a sentence."""
        return next((t for t in self.lines(place.sheet) if t.name == place.line), None)

    def sheets(self) -> list[str]:
        """Return the computed sheets, in the order of the diagram."""
        definition = self.bundle.definition(self.case.process)
        order = [n.decision for n in definition.diagrams[definition.process].nodes.values()]
        return [
            d
            for d in dict.fromkeys(order)
            if d in definition.sheets and isinstance(self.data.get(d), Mapping)
        ]

    def words(self) -> explanation.Words:
        """The labels for people, data and parameters in sentences."""
        schema = self.bundle.form(self.bundle.start(self.case.process).form) or {}
        labels = {f["key"]: forms.label_of(f) for f in forms.fields_of(schema)}
        return explanation.Words(
            self.people, {**labels, **_DATA}, {**WORK_ABILITIES, **PROPERTY_KINDS}, self._title
        )

    def _title(self, name: str) -> str:
        known = self.bundle.policy.parameters.get(name)
        return name if known is None else known.title

    def parameter(self, name: str, value: Any) -> ParameterShown:
        """Return a parameter as used, with its source document."""
        shown = explanation.said(value)
        known = self.bundle.policy.parameters.get(name)
        try:
            dated = self._dated(name)
        except ParameterMissing:
            return ParameterShown(name, self._title(name), shown, "", "", "", False)
        unit = "" if known is None else known.unit
        return ParameterShown(
            name, self._title(name), shown, unit, dated.source, dated.since.isoformat(), dated.confirmed,
            dated.confirmed_by,
        )  # fmt: skip

    def _dated(self, name: str) -> DatedValue:
        """The value as the case read it, with its source; from the book if the case did not record it."""
        policy = self.facts.policy
        if isinstance(policy, CasePolicy):
            return policy.dated(name, self.day)
        return self.bundle.policy.dated(name, self.day, self.case.division)

    def parameters(self) -> list[ParameterShown]:
        """Return every parameter used by the computed sheets and tables, each once."""
        used = {u.name: u.value for s in self.sheets() for t in self.lines(s) for u in t.parameters}
        for table in self._decided():
            for shown in self.of_table(table):
                used.setdefault(shown.name, self._value_of(shown.name))
        return [self.parameter(name, value) for name, value in used.items()]

    def of_table(self, table: str) -> list[ParameterShown]:
        """Return the parameters that a table's result depends on; none while it cannot be decided yet."""
        found = self.bundle.definition(self.case.process).tables.get(table)
        if found is None:
            return []
        try:
            rows = tables.decide(found, self.data, self.facts).rows
            names = tables.parameters_of(found, rows)
            return [self.parameter(name, self._value_of(name)) for name in names]
        except YimenError:
            return []

    def _decided(self) -> list[str]:
        definition = self.bundle.definition(self.case.process)
        nodes = (n for d in definition.diagrams.values() for n in d.nodes.values())
        return [
            d for d in dict.fromkeys(n.decision for n in nodes) if d in definition.tables and d in self.data
        ]

    def _value_of(self, name: str) -> Any:
        return self.facts.policy(name, self.day)
