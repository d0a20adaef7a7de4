"""Property rules lifted by the county for a case, each with reason and evidence (财产豁免).

No text in the register lifts a rule: only the county does, in a separate step, for what it saw.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from processes.access import persons
from processes.access.permissions import Role
from processes.access.scope import COUNTY_DIGITS, Actor
from processes.cases import duties
from processes.cases.models import Case, WorkItem
from processes.cases.status import WorkItemStatus
from processes.decisions.models import PropertyExemption
from processes.decisions.status import ExemptionStatus
from processes.errors import DutySeparation, RuleBroken
from processes.people.models import Household
from processes.storage.unit_of_work import UnitOfWork
from processes.texts import tr

GRANT = "grant"
_TOWNSHIP = frozenset({Role.VILLAGE_ASSISTANT, Role.WINDOW_CLERK, Role.INVESTIGATOR, Role.TOWNSHIP_LEADER})
_DECIDERS = frozenset({Role.COUNTY_LEADER, Role.COUNTY_CLERK})


def demand_county(actor: Actor) -> None:
    """Raise unless the actor is of the county, whatever step a diagram uses."""
    if not _DECIDERS & set(actor.roles) or len(actor.division) > COUNTY_DIGITS:
        raise RuleBroken(reason=tr("财产豁免由县级民政部门决定，乡镇不能自行豁免"))


def note(
    uow: UnitOfWork, actor: Actor, case: Case, items: Sequence[WorkItem], question: str, failed: Sequence[Any],
    form: Mapping[str, Any],
) -> list[PropertyExemption]:  # fmt: skip
    """Store the county's decision on each rule that was not met; reason and evidence are required.

    Whoever was involved in the township's steps of the case, or registered it, may not decide.
    """
    demand_county(actor)
    proposed = _proposal(uow, actor, case, items)
    household = uow.session.get_one(Household, case.household_id)
    rows = []
    for rule in failed:
        kind, title = str(rule["value"]), str(rule["label"])
        if form.get(kind) != GRANT:
            continue
        reason, evidence = (str(form.get(f"{kind}_{part}") or "").strip() for part in ("reason", "evidence"))
        if not reason or not evidence:
            raise RuleBroken(reason=tr("“{title}”给予豁免的，须写明理由和证据", title=title))
        rows.append(
            PropertyExemption(
                case_id=case.id, rule=kind, title=title, quantity=_owned(household, kind), reason=reason,
                evidence=evidence, question=question, at=uow.now, by=actor.name, status=ExemptionStatus.STANDING,
                decided_by_id=actor.account_id, proposed_by_id=proposed,
            )
        )  # fmt: skip
    _withdraw(uow, case)
    for row in rows:
        uow.add(row)
    uow.flush()
    return rows


def _proposal(uow: UnitOfWork, actor: Actor, case: Case, items: Sequence[WorkItem]) -> int | None:
    """Who proposed it to the county; raises `DutySeparation` if that person decides, with any account."""
    steps = [i for i in items if i.completed_by_id is not None and i.role in _TOWNSHIP]
    mine = persons.accounts_of(uow.session, actor.account_id, case.opened_at)
    for step in steps:
        if mine & duties.hands(step):
            raise DutySeparation(earlier=step.title, step=tr("决定财产豁免"), who=actor.name)
    if case.opened_by_id in mine:
        raise DutySeparation(earlier=tr("登记申请"), step=tr("决定财产豁免"), who=actor.name)
    standing = [i for i in steps if i.status == WorkItemStatus.DONE]
    return standing[-1].completed_by_id if standing else None


def withdraw(uow: UnitOfWork, case: Case, question: str) -> None:
    """Undo when the case went back before the county's step."""
    for row in _standing(uow.session, case):
        if row.question == question:
            row.status = ExemptionStatus.WITHDRAWN
    uow.flush()


def _withdraw(uow: UnitOfWork, case: Case) -> None:
    for row in _standing(uow.session, case):
        row.status = ExemptionStatus.WITHDRAWN
    uow.flush()


def _standing(session: Session, case: Case) -> list[PropertyExemption]:
    query = select(PropertyExemption).where(
        PropertyExemption.case_id == case.id, PropertyExemption.status == ExemptionStatus.STANDING
    )
    return list(session.scalars(query.order_by(PropertyExemption.id)))


def in_force(session: Session, case: Case, household: Household) -> list[str]:
    """Return the rules lifted for the household's current property; not for more than the county saw."""
    return [row.rule for row in _standing(session, case) if _owned(household, row.rule) <= row.quantity]


def _owned(household: Household, kind: str) -> Decimal:
    return sum((p.quantity for p in household.properties if p.kind == kind), Decimal(0))


def told(rows: Sequence[PropertyExemption]) -> str:
    """Return each rule with reason, evidence and deciding person, for card and form."""
    return tr("；").join(
        tr(
            "{title}：{reason}（证据：{evidence}；{by}）",
            title=r.title,
            reason=r.reason,
            evidence=r.evidence,
            by=r.by,
        )
        for r in rows
    )
