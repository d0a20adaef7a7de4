"""Implausible families, which a clerk has to confirm before saving (no entitlement depends on these limits)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.people.forms import MALE, HouseholdForm, MemberForm
from processes.people.models import Household, Membership, Person
from processes.people.queries import registered_with, same_people
from processes.policy.periods import age_on
from processes.texts import tr

MARRIAGE_AGE = {True: 22, False: 20}
"""《民法典》第一千零四十七条: men, women."""
BETWEEN_GENERATIONS = 12
"""Minimum years between parent and child; because of adopted and step-children, only a warning."""
VERY_OLD = 110
_GENERATIONS = {"子女": -1, "儿媳女婿": -1, "孙子女": -2, "父母": 1, "祖父母": 2}


def unusual(form: HouseholdForm, today: date) -> list[str]:
    """Return what is unusual in the family as typed; the same family always gives the same sentences."""
    head = next(m for m in form.members if m.relation == "本人")
    return [
        *_spouses(form.members, today),
        *(s for m in form.members if (s := _generation(head, m))),
        *(
            tr(
                "{name}已满 {very_old} 周岁（{birth_on} 出生）",
                name=m.name,
                very_old=VERY_OLD,
                birth_on=m.birth_on,
            )
            for m in form.members
            if _is_very_old(m, today)
        ),
        *_namesakes(form.members),
        *(
            [tr("户主{name}已登记去世（{died_on}），应变更户主", name=head.name, died_on=head.died_on)]
            if head.died_on
            else []
        ),
    ]


def _spouses(members: Sequence[MemberForm], today: date) -> Iterator[str]:
    spouses = [m for m in members if m.relation == "配偶" and m.died_on is None]
    if len(spouses) > 1:
        yield tr(
            "登记了 {spouses} 名配偶：{spouses2}",
            spouses=len(spouses),
            spouses2=tr("、").join(m.name for m in spouses),
        )
    for spouse in spouses:
        if age_on(spouse.birth_on, today) < MARRIAGE_AGE[spouse.sex == MALE]:
            yield tr("配偶{name}未到法定婚龄（{birth_on} 出生）", name=spouse.name, birth_on=spouse.birth_on)


def _generation(head: MemberForm, member: MemberForm) -> str:
    """A child older than its parent, or hardly younger."""
    steps = _GENERATIONS.get(member.relation, 0)
    if not steps:
        return ""
    older, younger = (member, head) if steps > 0 else (head, member)
    if older.birth_on > younger.birth_on:
        relation = tr("小") if steps > 0 else tr("大")
        return tr(
            "{relation}{name}（{birth_on} 出生）年龄比户主还{relation2}",
            relation=member.relation,
            name=member.name,
            birth_on=member.birth_on,
            relation2=relation,
        )
    if age_on(older.birth_on, younger.birth_on) < BETWEEN_GENERATIONS * abs(steps):
        return tr(
            "{relation}{name}（{birth_on} 出生）与户主年龄相差过小",
            relation=member.relation,
            name=member.name,
            birth_on=member.birth_on,
        )
    return ""


def _is_very_old(member: MemberForm, today: date) -> bool:
    return member.died_on is None and age_on(member.birth_on, today) >= VERY_OLD


def _namesakes(members: Sequence[MemberForm]) -> Iterator[str]:
    names = [m.name for m in members]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield tr("有 {name} 名成员姓名相同：{name2}", name=names.count(name), name2=name)


def in_other_files(session: Session, form: HouseholdForm, household_id: int | None) -> list[str]:
    """Return members who are also in another household's file, in any township; shows only the file's number.

    They are identified by the end of the number: typing one with any name must not reveal whose it is.
    """
    people = registered_with(session, [m.id_number for m in form.members if m.id_number])
    household, membership = Household.__table__, Membership.__table__
    sentences = []
    for person, number in people:
        rows = session.execute(
            select(household.c.number)
            .join(membership, membership.c.household_id == household.c.id)
            .where(
                membership.c.person_id.in_(same_people(session, [person.id])),
                household.c.id != (household_id or 0),
            )
            .distinct()
            .order_by(household.c.number)
        )
        for (file,) in rows:
            sentences.append(
                tr(
                    "证件号码尾号 {number} 的成员已在另一户档案中登记（{file}），同一人不应同时属于两户",
                    number=number[-4:],
                    file=file,
                )
            )
    return sentences


def leaving(household: Household, form: HouseholdForm, people: Sequence[Person]) -> list[Person]:
    """Return persons of the file who are no longer in it."""
    staying = {p.id for p in people} | {m.provisional_id for m in form.members if m.provisional_id}
    return [m.person for m in household.members if m.person_id not in staying]
