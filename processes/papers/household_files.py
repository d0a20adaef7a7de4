"""Household files (家庭档案): destroyed after the files of all their cases and a retention period.

The number stays, so that it is never issued again, and rows of persons without personal data, because earlier
awards and payments refer to them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from processes.cases.models import Case
from processes.errors import RuleBroken
from processes.papers.archive_models import OldFile
from processes.people import history
from processes.people.models import (
    Household,
    HouseholdVersion,
    Membership,
    Person,
    PersonDifference,
    PersonMerge,
    PersonVersion,
    Transfer,
)
from processes.people.status import TransferStatus
from processes.policy import retention
from processes.policy.calendar import SHANGHAI, civil_date
from processes.policy.periods import Month
from processes.relief.models import Award, AwardMember
from processes.relief.status import AwardStatus
from processes.storage.base import Row
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

GONE = tr("（已销毁）")
_NOBODY = date(1900, 1, 1)
_SHOWN = 200


def over(
    session: Session, today: date, years: int, number: str = ""
) -> Iterator[tuple[Household, date, date]]:
    """Return files whose retention has ended, or the one given: the day it is counted from and the first day
    after it."""
    before = datetime(today.year - years, 1, 1, tzinfo=SHANGHAI)
    query = select(Household).where(Household.updated_at < before, *_free(today))
    query = query.where(Household.number == number) if number else query
    for household in session.scalars(query.order_by(Household.updated_at).limit(_SHOWN)).unique():
        since = civil_date(household.updated_at)
        last = session.scalar(select(func.max(Case.destroyed_on)).where(Case.household_id == household.id))
        since = since if last is None else max(since, last)
        first = retention.over_on(since, tr("{years}年", years=years))
        if first is not None and today >= first:
            yield household, since, first


def pieces_of(session: Session, household_id: int) -> list[dict[str, Any]]:
    """Return the number of stored states, with a hash over their identifiers, not their content."""
    marks = select(HouseholdVersion.seal_mark).where(HouseholdVersion.household_id == household_id)
    kept = session.scalars(marks.order_by(HouseholdVersion.id)).all()
    digest = hashlib.sha256("\n".join(kept).encode()).hexdigest()
    return [{"title": tr("家庭档案历次登记 {kept} 份", kept=len(kept)), "pages": None, "sha256": digest}]


def destroy(uow: UnitOfWork, number: str) -> None:
    """Delete the file and its people from the register; raises `RuleBroken` if a case was opened meanwhile."""
    session, today = uow.session, civil_date(uow.now)
    household = (
        session.scalars(select(Household).where(Household.number == number).with_for_update()).unique().one()
    )
    if session.scalar(select(Household.id).where(Household.id == household.id, *_free(today))) is None:
        raise RuleBroken(reason=tr("提出销毁以后，这户又有了办件、待遇、旧档或者迁移，不能销毁"))
    people = [m.person for m in household.members]
    household.members, household.incomes, household.expenses, household.properties = [], [], [], []
    household.address = household.phone = household.phone_index = household.category = ""
    household.property_exemption, household.confirmed, household.householder_name = "", [], GONE
    household.version, household.destroyed_on = household.version + 1, today
    _each_away(session, HouseholdVersion, HouseholdVersion.household_id == household.id)
    _each_away(session, PersonDifference, PersonDifference.household_id == household.id)
    for moved in session.scalars(select(Transfer).where(Transfer.household_id == household.id)):
        moved.name, moved.reason, moved.note = GONE, "", ""
    uow.flush()
    history.keep(uow, household)
    for person in people:
        if session.scalar(select(Membership.id).where(Membership.person_id == person.id).limit(1)) is None:
            _forget(session, person)


def _forget(session: Session, person: Person) -> None:
    """Delete the data of a person who is in no other file."""
    _each_away(session, PersonVersion, PersonVersion.person_id == person.id)
    _each_away(session, PersonDifference, PersonDifference.person_id == person.id)
    of_person = or_(PersonMerge.person_id == person.id, PersonMerge.provisional_id == person.id)
    for merge in session.scalars(select(PersonMerge).where(of_person)):
        merge.reason = ""
    person.name, person.sex, person.birth_on, person.died_on = GONE, "", _NOBODY, None
    person.id_number, person.id_index = "", f"destroyed:{uuid4().hex}"
    person.id_head = person.id_tail = person.home = person.disability_kind = ""
    person.disability_grade, person.grave_illness, person.is_student = 0, False, False
    person.work_ability, person.document, person.is_provisional = "able", "none", True


def _each_away(session: Session, kind: type[Row], which: ColumnElement[bool]) -> None:
    for row in session.scalars(select(kind).where(which)):
        session.delete(row)


def _free(today: date) -> list[ColumnElement[bool]]:
    """Whether there is no case with a file, no old file, no open transfer, and no current benefit."""
    drawn = and_(
        Award.status == AwardStatus.STANDING,
        or_(Award.until_month.is_(None), Award.until_month >= str(Month.of(today))),
    )
    member = select(AwardMember.award_id).join(Membership, Membership.person_id == AwardMember.person_id)
    return [
        Household.destroyed_on.is_(None),
        ~exists().where(Case.household_id == Household.id, Case.destroyed_on.is_(None)),
        ~exists().where(OldFile.household_id == Household.id, OldFile.destroyed_on.is_(None)),
        ~exists().where(Transfer.household_id == Household.id, Transfer.status == TransferStatus.ASKED),
        ~exists().where(Award.household_id == Household.id, drawn),
        ~exists().where(
            Award.id.in_(member.where(Membership.household_id == Household.id).correlate(Household)), drawn
        ),
    ]
