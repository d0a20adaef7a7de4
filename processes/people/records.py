"""A household as used in decisions: data for calculation sheets, and the people printed on papers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from processes.people import names, queries
from processes.people.models import Household, Membership


def record(
    session: Session, household: Household, on: date, exemptions: Sequence[str] = ()
) -> dict[str, Any]:
    """Return everything about a household that a decision and its papers use, as plain values; ages on the
    day `on`.

    The telephone number is not included, as no decision uses it.
    """
    members = queries.living(household, on)
    known = queries.identified(session, [m.person_id for m in household.members])
    facts = queries.facts(household, on, exemptions, known)
    named = names.of_members(household)
    return {
        "on": on,
        "facts": facts,
        "address": household.address,
        "category": household.category,
        "members": [
            _person(membership, computed, membership.person_id in known and known[membership.person_id].id)
            | {"name": named[membership.person_id]}
            for membership, computed in zip(members, facts["members"], strict=True)
        ],
        "properties": [
            {"kind": p.kind, "quantity": p.quantity, "evidence": p.evidence} for p in household.properties
        ],
    }


def _person(membership: Membership, computed: dict[str, Any], known_as: int | bool) -> dict[str, Any]:
    person = membership.person
    return {
        "id": person.id,
        "name": person.name,
        "relation": membership.relation,
        "sex": person.sex,
        "birth_on": person.birth_on,
        "age": computed["age"],
        "id_number": person.id_number,
        "died_on": person.died_on,
        "disability_kind": person.disability_kind,
        "disability_grade": person.disability_grade,
        "grave_illness": person.grave_illness,
        "is_student": person.is_student,
        "work_ability": person.work_ability,
        "income": computed["income"]["total"],
        "identified_as": known_as or None,
    }
