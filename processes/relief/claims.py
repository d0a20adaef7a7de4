"""Claims of cases compared by person: open cases included, in any division (C12, C40)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, or_, select

from processes.access.permissions import Role
from processes.cases.models import Case, WorkItem
from processes.cases.status import CaseStatus, WorkItemStatus
from processes.people import locks
from processes.people.models import Membership
from processes.people.queries import same_people
from processes.policy.calendar import civil_date
from processes.policy.periods import months_after
from processes.relief import claim_rules
from processes.relief.claim_models import ReliefClaim, ReliefClaimPerson
from processes.relief.claim_rules import Asked, Terms
from processes.relief.fund_models import ReliefPayment
from processes.relief.status import PaymentStatus
from processes.storage.unit_of_work import UnitOfWork

SAME_EVENT, SPLIT, LIMIT, CEILING = "same_event", "split", "limit", "ceiling"


@dataclass(frozen=True, slots=True)
class Event:
    """What an application says: kind and day of the event, or whose bills of which period."""

    kind: str
    on: date | None
    bills: tuple[date, date] | None = None
    people: tuple[int, ...] = ()
    """Whose bills they are; empty: the whole household."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the register says of other reliefs of the same people."""

    same: tuple[Asked, ...]
    together: tuple[Asked, ...]
    year_total: Decimal
    year_count: int

    @property
    def numbers(self) -> list[str]:
        """The cases that somebody has to decide on."""
        return sorted({a.case_number for a in (*self.same, *self.together)})


def ask(
    uow: UnitOfWork, case: Case, items: Sequence[WorkItem], event: Event, amount: Decimal, terms: Terms
) -> Findings:
    """Store what a case asks for, and compare it with other reliefs and claims of its people."""
    household = _household(uow, case)
    locks.hold(uow, household)
    claim = _claim(uow, case, event, amount, household)
    findings = _compare(uow, case, claim, amount, terms)
    claim.seen = findings.numbers
    claim.seen_until = max((i.id for i in items if i.id is not None), default=0)
    return findings


def objection(
    uow: UnitOfWork,
    case: Case,
    items: Sequence[WorkItem],
    event: Event,
    amount: Decimal,
    terms: Terms,
    reason: str,
    ceiling: Decimal | None,
) -> tuple[str, list[str]]:
    """Return why this amount may not be paid now, and the cases that cause it; None if it may.

    Checked under the locks of the persons, which every payer acquires before the fund's, so that a payment
    just made in another case is seen. A possible same event, splitting, and exceeding the township's limit
    need a decision of the county, with a reason, made after a check that showed exactly these cases.
    """
    household = _household(uow, case)
    locks.hold(uow, household)
    claim = _claim_of(uow, case) or _claim(uow, case, event, amount, household)
    findings = _compare(uow, case, claim, amount, terms)
    decided = any(
        i.role == Role.COUNTY_LEADER and i.status == WorkItemStatus.DONE and i.id > claim.seen_until
        for i in items
    )
    is_seen = decided and bool(reason.strip()) and set(findings.numbers) <= set(claim.seen)
    if findings.same and not is_seen:
        return SAME_EVENT, [a.case_number for a in findings.same]
    if findings.together and not is_seen:
        return SPLIT, [a.case_number for a in findings.together]
    if terms.limit is not None and amount > terms.limit and not decided:
        return LIMIT, []
    if ceiling is not None and findings.year_total + amount > ceiling:
        return CEILING, []
    return "", []


def _compare(uow: UnitOfWork, case: Case, claim: ReliefClaim, amount: Decimal, terms: Terms) -> Findings:
    today = civil_date(uow.now)
    asked = Asked(
        case.number, claim.event, claim.is_bills, claim.from_on, claim.until_on, claim.asked_on, amount
    )
    others = _others(uow, case, claim)
    since = months_after(today, -terms.same_event_months)
    year = claim_rules.of_year(others, today.year)
    return Findings(
        tuple(o for o in others if claim_rules.may_be_same(asked, o, since)),
        tuple(claim_rules.together(asked, others, terms, today)),
        sum((o.amount for o in year), Decimal(0)),
        len(year),
    )


def _others(uow: UnitOfWork, case: Case, claim: ReliefClaim) -> list[Asked]:
    """What the same people were given, or ask for in earlier cases."""
    concerned = {p.person_id: p.is_concerned for p in claim.people}
    mine = same_people(uow.session, list(concerned))
    own = same_people(uow.session, [p for p, yes in concerned.items() if yes])
    standing = and_(
        ReliefPayment.case_id == ReliefClaim.case_id, ReliefPayment.status == PaymentStatus.STANDING
    )
    shared = select(ReliefClaimPerson.claim_id).where(ReliefClaimPerson.person_id.in_(mine))
    rows = uow.session.execute(
        select(ReliefClaim, Case.number, ReliefPayment)
        .join(Case, Case.id == ReliefClaim.case_id)
        .outerjoin(ReliefPayment, standing)
        .where(
            ReliefClaim.id.in_(shared), ReliefClaim.case_id != case.id,
            or_(ReliefPayment.id.is_not(None), and_(Case.status != CaseStatus.CLOSED, ReliefClaim.id < claim.id)),
        )
        .order_by(ReliefClaim.id)
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    people = uow.session.execute(
        select(ReliefClaimPerson.claim_id, ReliefClaimPerson.person_id).where(
            ReliefClaimPerson.claim_id.in_([row[0].id for row in rows]), ReliefClaimPerson.is_concerned
        )
    ).all()
    theirs: dict[int, set[int]] = {}
    for claim_id, person_id in people:
        theirs.setdefault(claim_id, set()).add(person_id)
    return [
        Asked(
            number, other.event, other.is_bills, other.from_on, other.until_on, other.asked_on,
            other.amount if paid is None else paid.kept, None if paid is None else paid.granted_on,
            bool(theirs.get(other.id, set()) & own),
        )
        for other, number, paid in rows
        if paid is None or paid.kept > 0
    ]  # fmt: skip


def _claim_of(uow: UnitOfWork, case: Case) -> ReliefClaim | None:
    return uow.session.scalar(select(ReliefClaim).where(ReliefClaim.case_id == case.id))


def _claim(
    uow: UnitOfWork, case: Case, event: Event, amount: Decimal, household: Iterable[int]
) -> ReliefClaim:
    today = civil_date(uow.now)
    claim = _claim_of(uow, case)
    if claim is None:
        claim = ReliefClaim(case_id=case.id, division=case.division, asked_on=today, seen=[])
        uow.add(claim)
    claim.event, claim.is_bills, claim.amount = event.kind, event.bills is not None, amount
    if event.bills is not None:
        claim.from_on, claim.until_on = event.bills
    else:
        claim.from_on = event.on
        claim.until_on = None if event.on is None else max(event.on, claim.asked_on)
    everybody = sorted({*household, *event.people})
    claim.people = [
        ReliefClaimPerson(person_id=p, is_concerned=not event.people or p in event.people) for p in everybody
    ]
    uow.flush()
    return claim


def _household(uow: UnitOfWork, case: Case) -> list[int]:
    query = select(Membership.person_id).where(Membership.household_id == case.household_id)
    return list(uow.session.scalars(query))
