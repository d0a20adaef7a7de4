"""The payment list of a month (发放清册, C32): valid awards that have begun and have not ended."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from processes.access.models import Division
from processes.cases.models import Case
from processes.people.models import Household, Membership, Person
from processes.relief.models import Award, AwardMember
from processes.relief.status import AwardStatus
from processes.storage.unit_of_work import within


@dataclass(frozen=True, slots=True)
class PayLine:
    """One household's payment of a month."""

    village: str
    householder: str
    id_number: str
    id_head: str
    id_tail: str
    persons: int
    grade: str
    amount: Decimal
    account: str
    case_number: str


@dataclass(frozen=True, slots=True)
class PaySum:
    """A township's payments of a month under a programme."""

    programme: str
    programme_title: str
    township: str
    households: int
    amount: Decimal
    without_account: int
    """Households without a bank account."""


def _paid_in(month: str) -> ColumnElement[bool]:
    return and_(
        Award.status.in_(
            (AwardStatus.STANDING, AwardStatus.ENDED)
        ),  # a stopped award was due up to its last month
        Award.from_month <= month,
        or_(Award.until_month.is_(None), Award.until_month >= month),
    )


def lines(session: Session, programme: str, month: str, place: str) -> list[PayLine]:
    """Return every payment of a month in a division, by village and householder."""
    covered = (
        select(AwardMember.award_id, func.count().label("persons")).group_by(AwardMember.award_id).subquery()
    )
    query = (
        select(Award, Case.number, Household.householder_name, Person, Division.full_name, covered.c.persons)
        .join(Case, Case.id == Award.case_id)
        .join(Household, Household.id == Award.household_id)
        .join(Membership, and_(Membership.household_id == Household.id, Membership.relation == "本人"))
        .join(Person, Person.id == Membership.person_id)
        .join(Division, Division.code == Award.division)
        .join(covered, covered.c.award_id == Award.id)
        .where(Award.programme == programme, within(Award.division, place), _paid_in(month))
        .order_by(Award.division, Household.householder_name, Award.id)
    )
    return [
        PayLine(
            village, name, person.id_number or "", person.id_head, person.id_tail, persons, award.grade,
            award.monthly_amount, award.account or "", number,
        )
        for award, number, name, person, village, persons in session.execute(query)
    ]  # fmt: skip


def of_household(session: Session, household_id: int, month: str) -> list[Award]:
    """Return the payments to a household in a month."""
    query = select(Award).where(Award.household_id == household_id, _paid_in(month))
    return list(session.scalars(query.order_by(Award.id)))


def sums(session: Session, month: str, digits: int) -> list[PaySum]:
    """Return households and amount of a month by programme and township, in scope.

    Amounts are added here because not every database has decimal numbers.
    """
    query = select(
        Award.programme, Award.programme_title, Award.division, Award.monthly_amount, Award.account.is_(None)
    ).where(_paid_in(month))  # fmt: skip
    by_key: dict[tuple[str, str, str], tuple[int, Decimal, int]] = {}
    for programme, title, division, amount, is_without in session.execute(query):
        key = (programme, title, division[:digits])
        count, total, without = by_key.get(key, (0, Decimal(0), 0))
        by_key[key] = (count + 1, total + amount, without + is_without)
    return [PaySum(*key, *value) for key, value in sorted(by_key.items())]
