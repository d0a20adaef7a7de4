"""Reading awards."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.cases.models import Case
from processes.people.models import Person
from processes.people.queries import same_people
from processes.relief.models import Award, AwardMember
from processes.relief.rules import Standing


def standing_benefits(session: Session, people: Iterable[int]) -> list[Standing]:
    """What these people draw now, whatever the place: a double benefit knows no township.

    Asks for the tables, not the scoped rows, and shows no more than programme and case number.
    """
    award, member = Award.__table__, AwardMember.__table__
    person, case = Person.__table__, Case.__table__
    rows = session.execute(
        select(
            member.c.person_id,
            person.c.name,
            award.c.programme,
            award.c.programme_title,
            award.c.programme_code,
            case.c.number,
        )
        .select_from(member)
        .join(award, award.c.id == member.c.award_id)
        .join(person, person.c.id == member.c.person_id)
        .join(case, case.c.id == award.c.case_id)
        .where(member.c.person_id.in_(same_people(session, list(people))), award.c.status == "standing")
    )
    return [Standing(*row) for row in rows]


def of_household(session: Session, household_id: int) -> list[Award]:
    """Awards of a household, latest first."""
    query = select(Award).where(Award.household_id == household_id).order_by(Award.id.desc())
    return list(session.scalars(query))


def of_case(session: Session, case_id: int) -> Award | None:
    """The standing award of a case, if one was granted."""
    query = select(Award).where(Award.case_id == case_id, Award.status == "standing")
    return session.scalars(query.order_by(Award.id.desc())).first()
