"""Earlier relief of the people of a household: awards, one-off relief and open cases, in any division (C40)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from processes.cases.models import Case
from processes.cases.status import CaseStatus
from processes.people import names
from processes.people.models import Household, Membership, Person
from processes.policy.calendar import civil_date
from processes.policy.figures import amount
from processes.relief.fund_models import ReliefPayment
from processes.relief.models import Award, AwardMember
from processes.texts import tr

MOST = 40


@dataclass(frozen=True, slots=True)
class Earlier:
    """One entry: person, kind, case, since when, state."""

    who: str
    what: str
    number: str
    when: str
    state: str


def of_members(session: Session, household: Household, case: Case, people: Collection[int]) -> list[Earlier]:
    """Return awards, reliefs and open cases of every member (all their rows: `people`), latest first.

    The current case is left out. Double benefits cross townships, so tables are read without scope; only
    person, programme, case number, amount and day are shown, and nothing else of the other household.
    """
    named = names.of_members(household)
    entries = [part for kind in (_awards, _reliefs, _open) for part in kind(session, people, case, named)]
    return sorted(entries, key=lambda e: e.when, reverse=True)[:MOST]


def _awards(session: Session, people: Iterable[int], case: Case, named: Mapping[int, str]) -> list[Earlier]:
    award, member, person, cases = (t.__table__ for t in (Award, AwardMember, Person, Case))
    rows = session.execute(
        select(
            person.c.id, person.c.name, award.c.programme_title, award.c.monthly_amount, award.c.from_month, award.c.until_month,
            award.c.status, cases.c.number,
        )
        .select_from(member)
        .join(award, award.c.id == member.c.award_id)
        .join(person, person.c.id == member.c.person_id)
        .join(cases, cases.c.id == award.c.case_id)
        .where(member.c.person_id.in_(people), award.c.case_id != case.id)
        .limit(MOST)
    )  # fmt: skip
    return [
        Earlier(
            named.get(r.id, r.name), tr("{programme_title} 每月 {monthly_amount} 元", programme_title=r.programme_title, monthly_amount=amount(r.monthly_amount)), r.number,
            r.from_month + (tr(" 至 {until_month}", until_month=r.until_month) if r.until_month else ""), r.status.title,
        )
        for r in rows
    ]  # fmt: skip


def _reliefs(session: Session, people: Iterable[int], case: Case, named: Mapping[int, str]) -> list[Earlier]:
    relief, member, person, cases = (t.__table__ for t in (ReliefPayment, Membership, Person, Case))
    rows = session.execute(
        select(
            person.c.id,
            person.c.name,
            cases.c.programme_title,
            relief.c.amount,
            relief.c.granted_on,
            relief.c.status,
            cases.c.number,
        )
        .select_from(relief)
        .join(member, member.c.household_id == relief.c.household_id)
        .join(person, person.c.id == member.c.person_id)
        .join(cases, cases.c.id == relief.c.case_id)
        .where(member.c.person_id.in_(people), relief.c.case_id != case.id)
        .order_by(relief.c.granted_on.desc())
        .limit(MOST)
    )
    entries: dict[str, Earlier] = {}
    for r in rows:
        before = entries.get(r.number)
        name = named.get(r.id, r.name)
        who = (
            name
            if before is None or name in before.who.split("、")
            else tr("{who}、{name}", who=before.who, name=name)
        )
        entries[r.number] = Earlier(
            who,
            tr("{programme_title} {amount} 元", programme_title=r.programme_title, amount=amount(r.amount)),
            r.number,
            r.granted_on.isoformat(),
            r.status.title,
        )
    return list(entries.values())


def _open(session: Session, people: Iterable[int], case: Case, named: Mapping[int, str]) -> list[Earlier]:
    member, person, cases = (t.__table__ for t in (Membership, Person, Case))
    rows = session.execute(
        select(person.c.id, person.c.name, cases.c.programme_title, cases.c.opened_at, cases.c.number, cases.c.status)
        .select_from(cases)
        .join(member, member.c.household_id == cases.c.household_id)
        .join(person, person.c.id == member.c.person_id)
        .where(
            member.c.person_id.in_(people), cases.c.id != case.id, cases.c.department == "",
            or_(cases.c.status == CaseStatus.OPEN, cases.c.status == CaseStatus.SUSPENDED),
        )
        .order_by(cases.c.id.desc())
        .limit(MOST)
    )  # fmt: skip
    entries: dict[str, Earlier] = {}
    for r in rows:
        before = entries.get(r.number)
        name = named.get(r.id, r.name)
        who = (
            name
            if before is None or name in before.who.split("、")
            else tr("{who}、{name}", who=before.who, name=name)
        )
        entries[r.number] = Earlier(
            who, r.programme_title, r.number, civil_date(r.opened_at).isoformat(), tr("办理中")
        )
    return list(entries.values())
