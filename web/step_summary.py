"""Summary of a case for a step: family, money, declarations and findings, materials, papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from processes.cases import clocks, limits, queries
from processes.cases.models import Attachment, Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.papers import queries as papers
from processes.papers.models import IssuedPaper
from processes.papers.status import PaperStanding
from processes.people import names
from processes.people.forms import EXPENSE_KINDS, INCOME_KINDS, PROPERTY_KINDS
from processes.people.models import Household
from processes.policy.figures import amount
from processes.releases import forms
from processes.releases.bundle import Bundle
from processes.relief import fund_queries
from processes.relief import queries as relief
from processes.texts import tr

APPLICATION = "application"
HANDED_IN = "papers"
"""The list in an application of materials handed in at the window."""
_CHOSEN = ("radio", "select")
_BARE = frozenset({"是", "否", "有", "无"})
_WORDS = 60
_SOURCES = {"fund": tr("乡镇备用金"), "bank": tr("县级银行转账")}


@dataclass(frozen=True, slots=True)
class Declared:
    """A line declared by the family: whose, what, how much, with which evidence."""

    who: str
    title: str
    amount: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Material:
    """A material of the programme: whether it was handed in, and its files."""

    key: str
    title: str
    handed_in: bool
    files: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary; parts that the actor may not see are empty."""

    family: str
    money: str
    declared: tuple[Declared, ...]
    findings: tuple[tuple[str, str], ...]
    materials: tuple[Material, ...]
    papers: tuple[IssuedPaper, ...]
    deadlines: tuple[str, ...]


def of_case(
    session: Session, case: Case, bundle: Bundle, items: Sequence[WorkItem], offers: Mapping[str, Any],
    household: Household | None, today: date,
) -> Summary:  # fmt: skip
    """Return the summary of a case; `household` is None if the actor may not see the family."""
    attached = queries.attachments(session, case.id)
    return Summary(
        _family(household), _money(session, case), () if household is None else declared(household),
        _findings(bundle, items, offers), materials(case, bundle, offers, attached),
        tuple(p for p in papers.of_case(session, case.id) if p.standing == PaperStanding.STANDING),
        _deadlines(session, case, bundle, today),
    )  # fmt: skip


def materials(
    case: Case, bundle: Bundle, offers: Mapping[str, Any], attached: Sequence[Attachment]
) -> tuple[Material, ...]:
    """Return the programme's materials in order; other papers, and those of an earlier list, come last
    without a name."""
    application = offers.get(APPLICATION)
    ticked = application.get(HANDED_IN, ()) if isinstance(application, Mapping) else ()
    ticked = ticked if isinstance(ticked, list | tuple) else ()
    known = bundle.materials(case.process)
    found = [
        Material(
            key, title, key in ticked or any(a.material == key for a in attached),
            tuple(a for a in attached if a.material == key),
        )
        for key, title in known.items()
    ]  # fmt: skip
    others = tuple(a for a in attached if a.material not in known)
    return (*found, Material("", tr("其他材料"), bool(others), others))


def declared(household: Household) -> tuple[Declared, ...]:
    """Return what the family declared, person by person, then its property."""
    called = names.of_members(household)
    return (
        *(
            Declared(
                called.get(i.person_id, ""), INCOME_KINDS.get(i.kind, i.kind),
                tr("{annual_amount} 元/年", annual_amount=amount(i.annual_amount)), i.evidence,
            )
            for i in household.incomes
        ),
        *(
            Declared(
                called.get(e.person_id, ""), EXPENSE_KINDS.get(e.kind, e.kind),
                tr("{annual_amount} 元/年", annual_amount=amount(e.annual_amount)), e.evidence,
            )
            for e in household.expenses
        ),
        *(
            Declared(tr("全家"), PROPERTY_KINDS.get(p.kind, p.kind), f"{p.quantity.normalize():f}", p.evidence)
            for p in household.properties
        ),
    )  # fmt: skip


def _family(household: Household | None) -> str:
    if household is None or not household.members:
        return ""
    called = names.of_members(household)
    people = tr("、").join(
        tr("{person_id}（{relation}）", person_id=called[m.person_id], relation=m.relation)
        for m in household.members
    )
    return tr("{members} 人：{people}", members=len(household.members), people=people)


def _money(session: Session, case: Case) -> str:
    """Amounts to be paid or drawn, as booked and granted, never as computed."""
    payment = fund_queries.payment_of_case(session, case.id)
    if payment is not None:
        source = _SOURCES.get(payment.source, payment.source)
        return tr(
            "应发放救助金 {amount} 元（{source}，{granted_on} 记账）",
            amount=amount(payment.amount),
            source=source,
            granted_on=payment.granted_on,
        )
    award = relief.of_case(session, case.id)
    return (
        ""
        if award is None
        else tr(
            "每月 {monthly_amount} 元，自 {from_month} 起",
            monthly_amount=amount(award.monthly_amount),
            from_month=award.from_month,
        )
    )


def _deadlines(session: Session, case: Case, bundle: Bundle, today: date) -> tuple[str, ...]:
    """Running limits, with their day."""
    calendar = clocks.calendar_of(session)
    shares = clocks.shares(bundle.policy, today, case.division)
    running = [k for k in clocks.of_case(session, case.id) if k.stopped_on is None]
    read = [(k.title, limits.read(clocks.as_limit(k), today, calendar, *shares)) for k in running]
    return tuple(
        tr(
            "{title}：{f}",
            title=title,
            f=tr("中止计时")
            if r.is_paused
            else tr("{month}月{day}日", month=r.due_on.month, day=r.due_on.day),
        )
        for title, r in read
    )


def _findings(
    bundle: Bundle, items: Sequence[WorkItem], offers: Mapping[str, Any]
) -> tuple[tuple[str, str], ...]:
    """The choices of each finished step, the latest of each, in the order of completion."""
    latest = {i.task: i for i in items if i.status == WorkItemStatus.DONE and i.form}
    chosen = ((i.title, _chosen(bundle, i, offers)) for i in latest.values())
    return tuple((title, text) for title, text in chosen if text)


def _chosen(bundle: Bundle, item: WorkItem, offers: Mapping[str, Any]) -> str:
    schema = forms.resolved(bundle.form(item.form or "") or {}, lambda: offers)
    given = item.submission or {}
    words = forms.shown(schema, given)
    fields = {f["key"]: f for f in forms.fields_of(schema) if words.get(f["key"])}
    chosen = [_with_label(f, words[k]) for k, f in fields.items() if f["type"] in _CHOSEN]
    texts = [_short(words[k]) for k, f in fields.items() if f["type"] == "textarea"]
    return tr("；").join([*chosen, *texts])


def _with_label(field: Mapping[str, Any], value: str) -> str:
    """A bare yes or no, or a name, needs its question."""
    is_bare = value in _BARE or "another_person" in field.get("properties", {})
    return tr("{field}：{value}", field=forms.label_of(field), value=value) if is_bare else value


def _short(text: str) -> str:
    return text if len(text) <= _WORDS else f"{text[:_WORDS]}…"
