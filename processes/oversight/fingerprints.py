"""Checks values of the register that repeat others: householder, fingerprints, township of the file."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from processes.people import fingerprints, names
from processes.people.models import Household, Membership, Person, PersonVersion
from processes.relief import actions
from processes.relief.models import Award
from processes.storage import keyring
from processes.texts import tr

_AT_ONCE = 500


def differing(session: Session) -> Iterator[str]:
    """Return a sentence for each row that differs from its source; no names, no ID numbers.

    During a key rotation a fingerprint may use any of the keys.
    """
    yield from _householders(session)
    yield from _homes(session)
    for household in session.scalars(select(Household).execution_options(yield_per=_AT_ONCE)):
        if not _is_of(household.phone, household.phone_index, fingerprints.of_phones(household.phone)):
            yield tr("档案 {number}：联系电话的查找标记与电话不符", number=household.number)
        session.expunge(household)
    numbered = select(Person).where(Person.id_number.is_not(None))
    for person in session.scalars(numbered.execution_options(yield_per=_AT_ONCE)):
        if person.id_index not in keyring.current().blind_indexes(person.id_number):
            yield tr("人员 {id}：证件号码的查找标记与号码不符", id=person.id)
        session.expunge(person)
    for award in session.scalars(select(Award).execution_options(yield_per=_AT_ONCE)):
        account = award.account or ""
        if not _is_of(account, award.account_index, actions.fingerprints_of(account)):
            yield tr(
                "待遇 {id}（{programme_title}）：收款账号的查找标记与账号不符",
                id=award.id,
                programme_title=award.programme_title,
            )
        session.expunge(award)


def _is_of(value: str, index: str, every: tuple[str, ...]) -> bool:
    return index in every if value else not index


def _householders(session: Session) -> Iterator[str]:
    """The name in lists and payments must be the householder's own, or the one used by the household's township."""
    query = (
        select(Household, Person)
        .join(Membership, and_(Membership.household_id == Household.id, Membership.relation == "本人"))
        .join(Person, Person.id == Membership.person_id)
        .where(Household.householder_name != Person.name)
    )
    for household, head in session.execute(query.order_by(Household.number)).unique().all():
        if names.called(session, household.division, [head]).get(head.id) != household.householder_name:
            yield tr("档案 {number}：户主姓名与户主的人员登记不符", number=household.number)


def _homes(session: Session) -> Iterator[str]:
    """The township of a person's file must be as last recorded; it was not recorded at first."""
    last = select(func.max(PersonVersion.id)).group_by(PersonVersion.person_id)
    query = select(PersonVersion, Person.home).join(Person, Person.id == PersonVersion.person_id)
    query = query.where(PersonVersion.id.in_(last)).order_by(PersonVersion.id)
    for version, home in session.execute(query.execution_options(yield_per=_AT_ONCE)):
        kept = version.content.get("home")
        if kept and kept != home:
            yield tr("人员 {person_id}：所属地点与最后一次登记的不符", person_id=version.person_id)
        session.expunge(version)
