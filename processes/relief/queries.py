"""Queries of awards."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access.scope import township_of
from processes.cases.models import Case
from processes.cases.status import CaseStatus
from processes.errors import ReleaseMissing
from processes.people import names
from processes.people.models import Membership, Person
from processes.people.queries import same_people
from processes.releases import publish
from processes.releases.bundle import Bundle
from processes.relief import rules
from processes.relief.models import Award, AwardMember
from processes.relief.rules import Benefit
from processes.relief.status import AwardStatus
from processes.storage.unit_of_work import within
from processes.texts import tr


def standing_benefits(
    session: Session, people: Iterable[int], same: Collection[int] | None = None
) -> list[Benefit]:
    """Return the benefits that these people draw now, in any division, as double benefits cross townships.

    Reads tables without scope, and shows only programme and case number. `same` are all rows of these people,
    if the caller has queried them (`people.queries.same_people`).
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
        .where(
            member.c.person_id.in_(same_people(session, list(people)) if same is None else same),
            award.c.status == AwardStatus.STANDING,
        )
    )
    return [Benefit(*row) for row in rows]


def demand_no_double_benefit(
    session: Session, people: Iterable[int], bundle: Bundle, on: date, place: str
) -> None:
    """Raise if one of these people draws the programme, one that it excludes, or one that excludes it (C40).

    Used wherever an award is granted, requested, or becomes valid again. The message names the person as
    `place` knows them, and the case only if it is of the same township.
    """
    standing = standing_benefits(session, people)
    if not standing:
        return
    code = str(bundle.programme["code"])
    excluding = {s.programme_code for s in standing if code in _excluded_by(session, s.programme, on)}
    visible = shown_to(session, place, standing)
    rules.demand_no_double_benefit(visible, bundle.id, {*bundle.programme.get("excludes", ()), *excluding})


def called(session: Session, place: str, standing: Sequence[Benefit]) -> list[Benefit]:
    """Return the same benefits with the names used by a division: typing a number must not reveal whose it is."""
    drawing = session.scalars(select(Person).where(Person.id.in_({s.person_id for s in standing}))).all()
    known = names.called(session, place, drawing)
    return [replace(s, name=known.get(s.person_id, s.name)) for s in standing]


def shown_to(session: Session, place: str, standing: Sequence[Benefit]) -> list[Benefit]:
    """Return the benefits for a division without a case: names as it knows them, case numbers only of its
    township."""
    here = within(Case.division, township_of(place))
    numbers = [s.case_number for s in standing]
    own = set(session.scalars(select(Case.number).where(Case.number.in_(numbers), here)))
    return [
        replace(s, case_number=s.case_number if s.case_number in own else "")
        for s in called(session, place, standing)
    ]


def of_household(session: Session, household_id: int) -> list[Award]:
    """Return awards of a household, latest first."""
    query = select(Award).where(Award.household_id == household_id).order_by(Award.id.desc())
    return list(session.scalars(query))


def of_case(session: Session, case_id: int) -> Award | None:
    """Return the valid award of a case, or None."""
    query = select(Award).where(Award.case_id == case_id, Award.status == AwardStatus.STANDING)
    return session.scalars(query.order_by(Award.id.desc())).first()


def colliding(session: Session, person_id: int, on: date) -> list[str]:
    """Return in words what a person draws or requests in more than one division although excluded; "" if
    nothing.

    Two awards of which one excludes the other, or an award and another open case of its programme.
    """
    own = {s.case_number: s for s in standing_benefits(session, [person_id])}
    drawn = list(own.values())
    found = {
        s.case_number: tr(
            "享受{programme_title}（{case_number}）",
            programme_title=s.programme_title,
            case_number=s.case_number,
        )
        for s in drawn
        if any(o.case_number != s.case_number and _excludes(session, s, o, on) for o in drawn)
    }
    case, member = Case.__table__, Membership.__table__
    under_way = session.execute(
        select(case.c.number, case.c.programme, case.c.programme_title)
        .join(member, member.c.household_id == case.c.household_id)
        .where(
            member.c.person_id.in_(same_people(session, [person_id])), case.c.status != CaseStatus.CLOSED,
            case.c.number.not_in(list(own)), case.c.programme.in_({s.programme for s in drawn}),
        )
        .distinct()
    ).all()  # fmt: skip
    for number, programme, title in under_way:
        for standing in drawn:
            if standing.programme == programme:
                found[standing.case_number] = tr(
                    "享受{programme_title}（{case_number}）",
                    programme_title=standing.programme_title,
                    case_number=standing.case_number,
                )
                found[number] = tr("正在申请{title}（{number}）", title=title, number=number)
    return [found[number] for number in sorted(found)]


def _excludes(session: Session, one: Benefit, other: Benefit, on: date) -> bool:
    if one.programme == other.programme:
        return True
    return other.programme_code in _excluded_by(
        session, one.programme, on
    ) or one.programme_code in _excluded_by(session, other.programme, on)


def _excluded_by(session: Session, programme: str, on: date) -> Collection[str]:
    """The codes that a programme excludes by its release in force; none if it is not published here."""
    try:
        release_id = publish.current_id(session, programme, on)
    except ReleaseMissing:
        return ()
    return tuple(publish.open_release(session, release_id).programme.get("excludes", ()))
