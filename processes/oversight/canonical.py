"""Rows stored before input was normalised: reported, never changed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.errors import Unreadable
from processes.papers.household_files import GONE
from processes.people import masking
from processes.people.forms import COUNTED
from processes.people.models import Household, Membership, Person, Property
from processes.policy import reading
from processes.relief.models import Award
from processes.texts import tr


def faults(session: Session) -> list[str]:
    """Return a sentence for each value that would be stored differently today; ID and account numbers are not
    shown."""
    return [*_people(session), *_households(session), *_accounts(session)]


def _people(session: Session) -> Iterator[str]:
    files = _files(session)
    first: dict[str, int] = {}
    for person in session.scalars(select(Person).where(Person.name != GONE).order_by(Person.id)):
        where = tr(
            "人员 {id}（档案 {id2}）", id=person.id, id2=tr("、").join(files.get(person.id, [])) or tr("无")
        )
        if _differs(reading.name, person.name):
            yield tr("{where}：姓名的写法不规范", where=where)
        if not person.id_number:
            continue
        number = reading.compact(person.id_number)
        if number != person.id_number:
            masked = masking.id_number(number[: masking.HEAD_DIGITS], number[-masking.TAIL_DIGITS :])
            yield tr("{where}：证件号码的写法不规范（{masked}）", where=where, masked=masked)
        if number in first:
            yield tr(
                "{where}：与人员 {number} 的证件号码相同，应核对是否为同一人",
                where=where,
                number=first[number],
            )
        first.setdefault(number, person.id)


def _files(session: Session) -> dict[int, list[str]]:
    query = select(Membership.person_id, Household.number).join(
        Household, Household.id == Membership.household_id
    )
    found: dict[int, list[str]] = {}
    for person_id, number in session.execute(query.order_by(Household.number)):
        found.setdefault(person_id, []).append(number)
    return found


def _households(session: Session) -> Iterator[str]:
    for household in session.scalars(select(Household).order_by(Household.id)):
        if _differs(reading.text, household.address):
            yield tr("档案 {number}：住址含有不可见字符或多余的空格", number=household.number)
    query = select(Household.number, Property.quantity).join(Household, Household.id == Property.household_id)
    for number, quantity in session.execute(query.where(Property.kind.in_(sorted(COUNTED)))):
        if quantity != quantity.to_integral_value():
            yield tr("档案 {number}：车辆、住房、企业的数量不是整数", number=number)


def _accounts(session: Session) -> Iterator[str]:
    for award in session.scalars(select(Award).where(Award.account.is_not(None)).order_by(Award.id)):
        if _differs(reading.account, award.account):
            yield tr(
                "待遇 {id}（{programme_title}）：收款账号不是规范的数字",
                id=award.id,
                programme_title=award.programme_title,
            )


def _differs(how: Callable[[Any], str], stored: Any) -> bool:
    try:
        return bool(how(stored) != stored)
    except Unreadable:
        return True
