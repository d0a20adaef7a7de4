"""Verbs for referrals: whether a department uses this system, urging, matching with offers (C25, C33, C39)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from processes.access import accounts
from processes.cases import events
from processes.coordination import offers
from processes.texts import tr
from processes.verbs.registry import Context, verb


@verb(
    "referral.desk", tr("查部门有无账号"),
    tr("承办部门在本系统有账号的由部门在线办理（answers 为真），没有的由窗口送达书面转办单并录入回执。"),
)  # fmt: skip
def desk(context: Context, department: str) -> dict[str, Any]:
    """Return whether the department works in this system."""
    officers = accounts.of_department(context.uow.session, department, context.case.division)
    return {"department": department, "answers": bool(officers)}


@verb("referral.urge", tr("催办"), tr("记录一次催办；催办内容显示在承办部门的待办和办件进展中。"))
def urge(context: Context, department_title: str) -> dict[str, Any]:
    """Record that a department without an answer was urged."""
    events.append(context.uow, context.case, context.actor, "urged", department_title)
    return {"urged_on": context.clocks.today}


@verb("offer.list", tr("列出帮扶资源"), tr("列出可用于本户的社会力量帮扶资源，供窗口对接时选择。"))
def list_offers(context: Context) -> dict[str, Any]:
    """Return open offers for the household's division, as options of a form field."""
    found = offers.reaching(context.uow.session, context.case.division, context.clocks.today)
    return {
        "options": [
            {
                "value": str(o.id),
                "label": tr(
                    "{organisation}：{kind}，{description}",
                    organisation=o.organisation,
                    kind=offers.KINDS[o.kind],
                    description=o.description,
                ),
            }
            for o in found
        ],
        "count": Decimal(len(found)),
    }


def _undo_take(context: Context, result: Mapping[str, Any]) -> None:
    offers.give_back(context.uow, int(result["offer"]))


@verb("offer.take", tr("对接帮扶资源"), tr("把本户与一项帮扶资源对接。"), undo=_undo_take)
def take_offer(context: Context, offer: str) -> dict[str, Any]:
    """Match the household with an offer; returns who helps with what."""
    row = offers.take(context.uow, context.case.division, offer)
    events.append(context.uow, context.case, context.actor, "offer_taken", row.organisation)
    return {
        "offer": Decimal(row.id), "organisation": row.organisation, "kind": offers.KINDS[row.kind],
        "description": row.description,
    }  # fmt: skip
