"""A household as screens show it: ID numbers masked, everything else as it was entered."""

from __future__ import annotations

from datetime import date
from typing import Any

from processes.people import masking
from processes.people.forms import WITHOUT_NUMBER, WORK_ABILITIES
from processes.people.models import Household
from processes.policy.periods import age_on


def members(household: Household, today: date) -> list[dict[str, Any]]:
    """Members as a list shows them."""
    found = []
    for membership in household.members:
        p = membership.person
        conditions = [f"{p.disability_kind}{p.disability_grade}级"] if p.disability_grade else []
        conditions += ["重病"] if p.grave_illness else []
        found.append(
            {
                "id": p.id, "name": p.name, "relation": membership.relation, "sex": p.sex,
                "age": age_on(p.birth_on, today), "masked": "无证件" if p.is_provisional else masking.id_number(p.id_head, p.id_tail),
                "provisional": p.is_provisional,
                "condition": "、".join(conditions) or "健康", "ability": WORK_ABILITIES[p.work_ability],
            }
        )  # fmt: skip
    return found


def as_form(household: Household) -> dict[str, Any]:
    """The household as its page edits it; `keep` stands for an ID number that is not shown."""
    position = {m.person_id: n for n, m in enumerate(household.members)}
    return {
        "division": household.division,
        "address": household.address,
        "phone": household.phone,
        "category": household.category,
        "property_exemption": household.property_exemption,
        "members": [
            {
                "name": m.person.name, "relation": m.relation, "person_id": m.person_id,
                "id_number": WITHOUT_NUMBER if m.person.is_provisional
                else masking.id_number(m.person.id_head, m.person.id_tail),
                "sex": m.person.sex, "birth_on": m.person.birth_on.isoformat(),
                "disability_kind": m.person.disability_kind, "disability_grade": m.person.disability_grade,
                "grave_illness": m.person.grave_illness, "is_student": m.person.is_student,
                "work_ability": m.person.work_ability,
            }
            for m in household.members
        ],
        "incomes": [_line(i.kind, i.annual_amount, position[i.person_id], i.evidence) for i in household.incomes],
        "expenses": [
            _line(e.kind, e.annual_amount, position[e.person_id], e.evidence) for e in household.expenses
        ],
        "properties": [_line(p.kind, p.quantity, 0, p.evidence) for p in household.properties],
    }  # fmt: skip


def _line(kind: str, amount: Any, member: int, evidence: str) -> dict[str, Any]:
    return {"kind": kind, "amount": f"{amount.normalize():f}", "member": member, "evidence": evidence}
