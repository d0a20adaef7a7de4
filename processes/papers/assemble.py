"""Fills a contract from the current rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access.models import Division
from processes.access.permissions import ROLE_TITLES, Role
from processes.access.scope import COUNTY_DIGITS, TOWNSHIP_DIGITS, in_name_of
from processes.cases.clocks import CaseClocks
from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.decisions import card, snapshots
from processes.engine import expressions
from processes.engine.facts import Facts, functions
from processes.errors import ExpressionFailed, NobodyLeft, PaperValueMissing
from processes.papers import contracts as c
from processes.papers.levels import COUNTY, level_of
from processes.papers.models import Handwriting
from processes.parameters.pins import CasePolicy
from processes.people import masking
from processes.people import queries as people
from processes.people.forms import CATEGORIES, PROPERTY_KINDS, WORK_ABILITIES, disability
from processes.people.models import Household
from processes.policy import values
from processes.policy.calendar import civil_date
from processes.releases import forms
from processes.releases.bundle import Bundle, PaperRule
from processes.relief import queries as relief
from processes.texts import tr

PNG = "data:image/png;base64,"
_LEADERS = (Role.TOWNSHIP_LEADER, Role.COUNTY_LEADER)


@dataclass(frozen=True)
class Source:
    """Everything that a paper of a case may be filled from."""

    session: Session
    case: Case
    bundle: Bundle
    rule: PaperRule
    items: Sequence[WorkItem]
    data: Mapping[str, Any]
    clocks: CaseClocks
    today: date

    @cached_property
    def household(self) -> dict[str, Any]:
        """The household as computed with, or as registered now (`snapshots.record_for`)."""
        return snapshots.record_for(self.session, self.case, self.rule, self.today)


def contract(source: Source, header: c.Header) -> dict[str, Any]:
    """Return the contract of a paper as plain JSON; raises `PaperValueMissing` instead of leaving a gap."""
    match source.rule.contract:
        case "letter":
            filled: c.Letter | c.Notice | c.OpinionForm = _letter(source, header)
        case "notice":
            filled = _notice(source, header)
        case "opinion_form":
            filled = _opinion_form(source, header)
        case unknown:
            raise PaperValueMissing(
                paper=source.rule.title, reason=tr("没有名为“{unknown}”的合同", unknown=unknown)
            )
    return c.dump(filled)


def names(session: Session, division: str) -> dict[str, str]:
    """Return the names of county, township and village of a code."""
    codes = {
        "county": division[:COUNTY_DIGITS], "township": division[:TOWNSHIP_DIGITS], "village": division,
    }  # fmt: skip
    query = select(Division.code, Division.name).where(Division.code.in_(list(codes.values())))
    found = {row.code: row.name for row in session.execute(query)}
    return {level: found.get(code, "") for level, code in codes.items()}


def office_name(session: Session, division: str, level: str) -> str:
    """Return the issuing office: the county's civil affairs bureau, or the township's government."""
    places = names(session, division)
    if level == "county":
        return tr("{places}民政局", places=places["county"])
    return tr("{places}{township}人民政府", places=places["county"], township=places["township"])


def office_code(division: str, level: str) -> str:
    """Return the code of the issuing office: the county's, or the township's."""
    return division[: COUNTY_DIGITS if level == COUNTY else TOWNSHIP_DIGITS]


def _letter(source: Source, header: c.Header) -> c.Letter:
    decision = _decision(source)
    if decision is not None:  # a letter informs the applicant of rules, not of other people's files
        decision = replace(decision, earlier=[], objections=[], deviations=[])
    return c.Letter(header, source.case.applicant, _fields(source), _answers(source), decision)


def _decision(source: Source) -> c.Decision | None:
    """The decision card of a case whose programme defines a verdict, once computed."""
    if source.rule.register_now:
        return None
    computation = card.computation(source.session, source.case, source.bundle, source.data, _facts(source))
    found = card.of_case(source.session, computation)
    if found is None or found.grants is None:
        return None
    return c.Decision(
        grants=found.grants,
        amount=found.amount,
        unit=found.unit,
        # The fonts of papers lack the minus sign U+2212; another font would be embedded for it alone.
        arithmetic=found.arithmetic.replace("−", "－"),
        income=found.income,
        standard=found.standard,
        covered=found.covered,
        reason=found.reason,
        article=found.article,
        level=found.level,
        failed=[c.RuleShown(t.title, t.sentence, t.article) for t in found.failed],
        earlier=[c.EarlierShown(e.who, e.what, e.number, e.when, e.state) for e in found.earlier],
        objections=list(found.objections),
        deviations=[
            c.DeviationShown(d.title, d.computed, d.decided, d.reason, d.by) for d in found.deviations
        ],
        unconfirmed=[p.title for p in found.unconfirmed],
        exemptions=found.exemptions,
    )


def _facts(source: Source) -> Facts:
    return Facts(
        source.clocks.uow.now,
        CasePolicy(source.session, source.case.id, source.case.division, source.bundle.policy),
        source.clocks.dues(),
    )


def _notice(source: Source, header: c.Header) -> c.Notice:
    """Name, division, number of persons, opinion; a minor householder's name is masked."""
    household = source.household
    head = _householder(household)
    adult = head["age"] >= int(
        _number(
            source.bundle.policy.value("allowance.surcharge.adult_age", source.today, source.case.division)
        )
    )
    opinion = _opinions(source, source.rule.opinions)
    return c.Notice(
        header,
        source.case.applicant if adult else masking.minor_name(source.case.applicant),
        names(source.session, source.case.division)["village"],
        str(len(household["members"])),
        opinion[0].text if opinion else "",
        _fields(source),
    )


def _opinion_form(source: Source, header: c.Header) -> c.OpinionForm:
    household = source.household
    members = [_member(m) for m in household["members"]]
    head = _householder(household)
    category = str(household["category"])
    return c.OpinionForm(
        header=header,
        applicant=members[household["members"].index(head)],
        address=str(household["address"]),
        phone=source.session.get_one(Household, source.case.household_id).phone,
        category=CATEGORIES.get(category, category),
        members=members,
        properties=[
            c.Line(PROPERTY_KINDS[p["kind"]], f"{p['quantity'].normalize():f}", "", p["evidence"])
            for p in household["properties"]
        ],
        computation=_computation(source),
        opinions=_opinions(source, source.rule.opinions),
        superseded=_superseded(source),
        fields=_fields(source),
        answers=_answers(source),
        handwriting=_handwriting(source),
        decision=_decision(source),
    )


def _handwriting(source: Source) -> list[c.Handwritten]:
    """Handwritten signatures at valid steps, in order."""
    refs = {i.ref: i.task for i in source.items if i.status in (WorkItemStatus.OPEN, WorkItemStatus.DONE)}
    query = select(Handwriting).where(Handwriting.case_id == source.case.id).order_by(Handwriting.id)
    return [
        c.Handwritten(
            row.signer,
            refs[row.ref],
            civil_date(row.at).isoformat(),
            PNG + str(row.picture["png"]),
        )
        for row in source.session.scalars(query)
        if row.ref in refs
    ]


def _householder(household: Mapping[str, Any]) -> Mapping[str, Any]:
    """The householder; if deceased, the first member listed."""
    members = household["members"]
    if not members:
        raise NobodyLeft()
    return next((m for m in members if m["relation"] == "本人"), members[0])


def _member(person: Mapping[str, Any]) -> c.Member:
    conditions = []
    if disabled := disability(str(person["disability_kind"]), int(person["disability_grade"])):
        conditions.append(disabled)
    if person["grave_illness"]:
        conditions.append(tr("重病"))
    if person["is_student"]:
        conditions.append(tr("在校学生"))
    return c.Member(
        name=person["name"],
        relation=person["relation"],
        sex=person["sex"],
        age=str(person["age"]),
        id_number=person["id_number"] or tr("无证件"),
        condition=tr("、").join(conditions) or tr("健康"),
        work_ability=WORK_ABILITIES.get(person["work_ability"], person["work_ability"]),
        income=f"{person['income']:.2f}",
    )


def _computation(source: Source) -> list[c.Line]:
    """The shown lines of every computed sheet, in the order of the diagram."""
    lines = []
    definition = source.bundle.definition(source.case.process)
    nodes = definition.diagrams[definition.process].nodes.values()
    decisions = dict.fromkeys(n.decision for n in nodes)  # recomputed at a later step: printed once
    for sheet in (definition.sheets[d] for d in decisions if d in definition.sheets):
        computed = source.data.get(sheet.id)
        if isinstance(computed, Mapping):
            for line in sheet.lines:
                if line.shown and line.name in computed:
                    lines.append(
                        c.Line(line.title, values.shown(computed[line.name]), line.unit, line.article)
                    )
    return lines


def _opinions(source: Source, steps: Sequence[str]) -> list[c.Opinion]:
    """For each step the last opinion, or an empty box."""
    found = []
    for step in _boxes(source, steps):
        given = [i for i in source.items if i.task == step and i.status == WorkItemStatus.DONE]
        if given:
            found.append(_opinion(source, given[-1]))
        else:
            node = next(
                (
                    d.nodes[step]
                    for d in source.bundle.definition(source.case.process).diagrams.values()
                    if step in d.nodes
                ),
                None,
            )
            title, role = ("", "") if node is None else (node.name, node.role)
            found.append(c.Opinion(title, _role(role), "", "", "", _duty(source, step, role)))
    return found


def _boxes(source: Source, steps: Sequence[str]) -> list[str]:
    """The steps whose opinion the paper shows: those of the level that decided."""
    rule = source.rule
    if not rule.township_step:
        return list(steps)
    if level_of(rule, source.items) == COUNTY:
        return [s for s in steps if s != rule.township_step]
    done = {i.task for i in source.items if i.status == WorkItemStatus.DONE}
    return [s for s in steps if s in done]


def _superseded(source: Source) -> list[c.Opinion]:
    return [
        _opinion(source, i)
        for i in source.items
        if i.task in source.rule.opinions and i.status == WorkItemStatus.SUPERSEDED
    ]


def _duty(source: Source, step: str, role: str) -> str:
    """The duty of a step on a form: whoever decides approves, a leader before that examines."""
    if step in source.rule.approving:
        return tr("审批人")
    return tr("审核人") if role in _LEADERS else tr("经办人")


def _opinion(source: Source, item: WorkItem) -> c.Opinion:
    on = "" if item.completed_at is None else civil_date(item.completed_at).isoformat()
    text = str((item.submission or {}).get("statement", ""))
    return c.Opinion(
        item.title, _role(item.role), text, _by(item), on, _duty(source, item.task, item.role)
    )  # fmt: skip


def _by(item: WorkItem) -> str:
    """Who did it, and for whom if done for an absent person."""
    who = item.completed_by or ""
    return in_name_of(who, item.completed_for)


def _role(role: str) -> str:
    return ROLE_TITLES[Role(role)] if role in set(Role) else role


def _fields(source: Source) -> dict[str, Any]:
    """The named values of `documents.toml`, each an expression over the case's data."""
    award = relief.of_case(source.session, source.case.id)
    facts = _facts(source)
    known = {
        **source.data,
        "award": None
        if award is None
        else {"monthly": award.monthly_amount, "from_month": award.from_month, "grade": award.grade},
        "clock_due": {r.name: r.due_on for r in source.clocks.rows},
    }
    calls = functions(facts, source.data.get("accepted_on"))
    return {name: _field(source, name, text, known, calls) for name, text in source.rule.fields.items()}


def _field(source: Source, name: str, text: str, known: Mapping[str, Any], calls: Mapping[str, Any]) -> Any:
    try:
        return values.plain(expressions.evaluate(expressions.parse(text), known, calls))
    except ExpressionFailed as fault:
        raise PaperValueMissing(
            paper=source.rule.title, reason=tr("{name}：{message}", name=name, message=fault.message)
        ) from fault


def _answers(source: Source) -> dict[str, dict[str, str]]:
    """What was submitted in each step, formatted; the last valid submission counts."""
    found = {}
    household = source.session.get_one(Household, source.case.household_id)
    offers = {**source.data, **people.choices(household)}
    for item in source.items:
        schema = source.bundle.form(item.form) if item.form else None
        if item.status == WorkItemStatus.DONE and schema is not None:
            answer = forms.shown(forms.resolved(schema, lambda: offers), item.submission or {})
            key = forms.second_field(schema)
            second = {} if key is None or not item.second else {key: item.second}
            found[item.task] = {**answer, **second, "by": _by(item)}
    schema = source.bundle.form(source.bundle.start(source.case.process).form)
    if schema is not None:
        schema = forms.resolved(schema, lambda: offers)
        found["application"] = forms.shown(schema, source.data.get("application", {}))
    return found


def _number(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(0)
