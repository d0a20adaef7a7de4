"""Property rules that the county lifts for a case, each with reason and evidence (财产豁免).

No text in the register lifts a rule: only the county does, in a step of its own, for what it saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access.permissions import Role
from processes.access.scope import COUNTY_DIGITS, Actor
from processes.cases.models import Case
from processes.decisions.models import PropertyExemption
from processes.errors import RuleBroken
from processes.people.models import Household
from processes.storage.unit_of_work import UnitOfWork

GRANT = "grant"
STANDING, WITHDRAWN = "standing", "withdrawn"
_DECIDERS = frozenset({Role.COUNTY_LEADER, Role.COUNTY_CLERK})


def demand_county(actor: Actor) -> None:
    """Raise unless somebody of the county decides, whatever step a diagram puts it in."""
    if not _DECIDERS & set(actor.roles) or len(actor.division) > COUNTY_DIGITS:
        raise RuleBroken(reason="财产豁免由县级民政部门决定，乡镇不能自行豁免")


def note(
    uow: UnitOfWork, actor: Actor, case: Case, question: str, failed: Sequence[Any], form: Mapping[str, Any]
) -> list[PropertyExemption]:
    """Keep what the county decided on each rule that was not met; raises without a reason and evidence."""
    demand_county(actor)
    household = uow.session.get_one(Household, case.household_id)
    rows = []
    for rule in failed:
        kind, title = str(rule["value"]), str(rule["label"])
        if form.get(kind) != GRANT:
            continue
        reason, evidence = (str(form.get(f"{kind}_{part}") or "").strip() for part in ("reason", "evidence"))
        if not reason or not evidence:
            raise RuleBroken(reason=f"“{title}”给予豁免的，须写明理由和证据")
        rows.append(
            PropertyExemption(
                case_id=case.id, rule=kind, title=title, quantity=_owned(household, kind), reason=reason,
                evidence=evidence, question=question, at=uow.now, by=actor.name, status=STANDING,
            )
        )  # fmt: skip
    _withdraw(uow, case)
    for row in rows:
        uow.add(row)
    uow.flush()
    return rows


def withdraw(uow: UnitOfWork, case: Case, question: str) -> None:
    """The case went back before the county's step."""
    for row in _standing(uow.session, case):
        if row.question == question:
            row.status = WITHDRAWN
    uow.flush()


def _withdraw(uow: UnitOfWork, case: Case) -> None:
    for row in _standing(uow.session, case):
        row.status = WITHDRAWN
    uow.flush()


def _standing(session: Session, case: Case) -> list[PropertyExemption]:
    query = select(PropertyExemption).where(
        PropertyExemption.case_id == case.id, PropertyExemption.status == STANDING
    )
    return list(session.scalars(query.order_by(PropertyExemption.id)))


def in_force(session: Session, case: Case, household: Household) -> list[str]:
    """The rules that are lifted for what the household has now; more than the county saw is not."""
    return [row.rule for row in _standing(session, case) if _owned(household, row.rule) <= row.quantity]


def _owned(household: Household, kind: str) -> Decimal:
    return sum((p.quantity for p in household.properties if p.kind == kind), Decimal(0))


def told(rows: Sequence[PropertyExemption]) -> str:
    """For card and form: each rule with reason, evidence and who decided."""
    return "；".join(f"{r.title}：{r.reason}（证据：{r.evidence}；{r.by}）" for r in rows)
