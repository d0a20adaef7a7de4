"""Whole-household screening (一户一筛): for every programme and member yes, no, or what is still needed.

Only a suggestion: a clerk reads it beside the form; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from processes.engine import sheets, tables
from processes.engine.facts import Facts
from processes.errors import YimenError
from processes.people import names
from processes.people import queries as people
from processes.people.models import Household
from processes.policy.figures import amount
from processes.releases import publish
from processes.releases.bundle import Bundle, Screening
from processes.relief import queries as relief
from processes.texts import tr

RESULTS_BY_HOPE = ("yes", "needs", "no")
RESULTS = {"yes": tr("拟符合"), "no": tr("不符合"), "needs": tr("待补充")}


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of the table for one member under one programme."""

    member: str
    result: str
    reason: str
    article: str


@dataclass(frozen=True, slots=True)
class Screened:
    """One programme for all members."""

    title: str
    findings: tuple[Finding, ...]
    figures: str = ""
    """The numbers behind it: income per head and the standard."""
    materials: tuple[str, ...] = ()
    """What an applicant must bring."""
    need: str = ""
    """Field and value (`basic_living=yes`) of the one window's registration that applies for it too."""

    @property
    def result(self) -> str:
        """The best result of any member: an application is for the whole household."""
        results = [f.result for f in self.findings]
        return next((r for r in RESULTS_BY_HOPE if r in results), "needs")

    @property
    def grouped(self) -> tuple[tuple[str, Finding], ...]:
        """Group findings with the names they apply to; one that applies to everybody has no names."""
        by_reason: dict[tuple[str, str, str], list[Finding]] = {}
        for one in self.findings:
            by_reason.setdefault((one.result, one.reason, one.article), []).append(one)
        return tuple(
            ("" if len(same) == len(self.findings) else tr("、").join(f.member for f in same), same[0])
            for same in by_reason.values()
        )


def screen(session: Session, household: Household, now: datetime, today: date) -> list[Screened]:
    """Screen a household for every published programme, under the releases in force."""
    known = people.facts(household, today)
    living = people.living(household, today)
    drawn: dict[int, list[str]] = {}
    for benefit in relief.standing_benefits(session, [m.person_id for m in household.members]):
        drawn.setdefault(benefit.person_id, []).append(benefit.programme)
    members = [
        {**facts, "draws": drawn.get(m.person_id, [])}
        for m, facts in zip(living, known["members"], strict=True)
    ]
    named = names.of_members(household)
    called = [named[m.person_id] for m in living]
    screened = []
    for release in publish.published_programmes(session):
        bundle = publish.open_release(session, publish.current_id(session, release.programme, today))
        facts = bundle.facts(now, household.division)
        for screening in bundle.screenings:
            screened.append(_one(bundle, screening, {**known, "members": members}, called, facts))
    return screened


def _one(
    bundle: Bundle, screening: Screening, household: Mapping[str, Any], called: Sequence[str], facts: Facts
) -> Screened:
    definition = bundle.definition()
    data: dict[str, Any] = {"household": household}
    findings = []
    try:
        for sheet in screening.sheets:
            data[sheet] = sheets.compute(definition.sheets[sheet], data, facts).values
        for name, member in zip(called, household["members"], strict=True):
            decision = tables.decide(
                definition.tables[screening.table], {**data, "member": member}, facts
            ).outputs
            findings.append(
                Finding(name, str(decision["result"]), str(decision["reason"]), str(decision["article"]))
            )
    except YimenError as fault:
        findings = [Finding("", "needs", tr("无法筛查：{message}", message=fault.message), "")]
    materials = (
        tuple(bundle.materials(screening.process).values()) if not bundle.programme.get("entrance") else ()
    )
    return Screened(screening.title, tuple(findings), _figures(bundle, data), materials, screening.need)


def _figures(bundle: Bundle, data: Mapping[str, Any]) -> str:
    """Income per head and the standard, if the programme names the lines of its sheets for them."""
    rule = bundle.verdict("")
    if rule is None or rule.income is None or rule.standard is None:
        return ""
    values = [data.get(p.sheet, {}).get(p.line) for p in (rule.income, rule.standard)]
    if not all(isinstance(v, Decimal) for v in values):
        return ""
    income, standard = values
    sign = "<" if income < standard else "=" if income == standard else ">"
    return tr(
        "人均月收入 {income} 元 {sign} 标准 {standard} 元",
        income=amount(income),
        sign=sign,
        standard=amount(standard),
    )
