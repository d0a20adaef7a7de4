"""A household for display: ID numbers masked, everything else as entered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from processes.people import masking
from processes.people.forms import WORK_ABILITIES, disability
from processes.people.identity import DOCUMENTS, WITHOUT_NUMBER
from processes.people.models import Household, Person
from processes.policy.periods import age_on
from processes.texts import tr


def members(household: Household, today: date) -> list[dict[str, Any]]:
    """Return members for a list."""
    rows = []
    for membership in household.members:
        p = membership.person
        rows.append(
            {
                "id": p.id, "name": p.name, "relation": membership.relation, "sex": p.sex,
                "age": age_on(p.birth_on, p.died_on or today), "died_on": p.died_on, "document": DOCUMENTS[p.document],
                "home": p.home, "masked": tr("无证件") if p.is_provisional else masking.id_number(p.id_head, p.id_tail),
                "provisional": p.is_provisional,
                "condition": condition(p), "ability": WORK_ABILITIES[p.work_ability],
            }
        )  # fmt: skip
    return rows


def with_own_values(content: dict[str, Any], told: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the household for its editing page, with the township's own data about people whose file is
    elsewhere."""
    members = []
    for member in content["members"]:
        values = dict(told.get(member["person_id"], {}))
        if "disability" in values:
            kind, grade = values.pop("disability")
            values |= {"disability_kind": kind, "disability_grade": grade}
        members.append(member | {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()})
    return content | {"members": members}


def own_values(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a member for a list, with the township's own data if they differ from the file."""
    shown_values: dict[str, Any] = {}
    if "name" in said:
        shown_values["name"] = said["name"]
    if "died_on" in said:
        shown_values["died_on"] = said["died_on"]
    if "work_ability" in said:
        shown_values["ability"] = WORK_ABILITIES[said["work_ability"]]
    if "disability" in said or "grave_illness" in said:
        shown_values["condition"] = tr("与档案所在地登记的不一致")
    return shown_values


def condition(person: Person) -> str:
    """Format disability and illness for screens and papers: 肢体二级、重病."""
    parts = [
        disability(person.disability_kind, person.disability_grade),
        tr("重病") if person.grave_illness else "",
    ]
    return tr("、").join(s for s in parts if s) or tr("健康")


def as_form(household: Household) -> dict[str, Any]:
    """Return the household for its editing page; `keep` stands for an ID number that is not shown."""
    return {
        "division": household.division,
        "address": household.address,
        "phone": household.phone,
        "category": household.category,
        "property_exemption": household.property_exemption,
        "members": [
            {
                "name": m.person.name, "relation": m.relation, "person_id": m.person_id, "key": key_of(m.person_id),
                "document": m.person.document, "died_on": m.person.died_on.isoformat() if m.person.died_on else "",
                "id_number": WITHOUT_NUMBER if m.person.is_provisional
                else masking.id_number(m.person.id_head, m.person.id_tail),
                "sex": m.person.sex, "birth_on": m.person.birth_on.isoformat(),
                "disability_kind": m.person.disability_kind, "disability_grade": m.person.disability_grade,
                "grave_illness": m.person.grave_illness, "is_student": m.person.is_student,
                "work_ability": m.person.work_ability,
            }
            for m in household.members
        ],
        "incomes": [_line(i.kind, i.annual_amount, key_of(i.person_id), i.evidence) for i in household.incomes],
        "expenses": [
            _line(e.kind, e.annual_amount, key_of(e.person_id), e.evidence) for e in household.expenses
        ],
        "properties": [_line(p.kind, p.quantity, "", p.evidence) for p in household.properties],
    }  # fmt: skip


def key_of(person_id: int) -> str:
    """Return the key by which lines of a form refer to a registered person."""
    return f"p{person_id}"


def _line(kind: str, amount: Any, member: str, evidence: str) -> dict[str, Any]:
    return {"kind": kind, "amount": f"{amount.normalize():f}", "member": member, "evidence": evidence}
